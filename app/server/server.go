// Package server is Headgate's face where there is no screen: the same pages as
// in the window, over HTTP on a port of their own, behind a login.
//
//	GET  /…                   the pages
//	POST /rpc/<Type>/<Method> a bound method: a JSON array of arguments → its result
//	GET  /events              server-sent events: each is a JSON array of topics
//	POST /download/<document> the document's argument → {"voucher", "name"}
//	GET  /download/<voucher>  the file, once
//	POST /files?name=<name>   a file → {"id", "name", "size"}
//	POST /password            {"current", "password"}: all other sessions end
//	POST /login, POST /logout, GET /session, GET /healthz
//
// Errors are {"code", "params"}, as package apperr says. Everything but the
// pages, /login, /session and /healthz refuses a stranger with 401 and
// login_required.
package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/frontend"
)

// Options say what is served and who may come in.
type Options struct {
	App      *app.App // started
	Pages    fs.FS    // the built pages, or only placeholder.html
	Username string   // "": the stored one, or "admin"
	Password string   // "": the stored one, or one made now; else it can't be changed here
	// Names are host names of the pages, besides localhost and, beyond loopback,
	// addresses. Behind any of them there may be another port.
	Names []string
	// Proxies are addresses, and networks such as 10.0.0.0/8, of proxies whose
	// X-Forwarded-For and X-Forwarded-Proto count; nobody else's do.
	Proxies []string
}

// Server serves the pages and what they need.
type Server struct {
	http     *http.Server
	app      *app.App
	log      *slog.Logger
	bus      *event.Bus
	door     door
	methods  map[string]method
	vouchers *vouchers
	pages    pages
	guard    guard
	proxies  proxies
	made     string
	leaving  context.Context // ends when the server shuts down

	// One for each that is running.
	streams, downloads, uploads chan struct{}
}

// New makes a server for the listener's address. It stores a password when
// there was none: see MadePassword.
// Codes: admin_password_short, admin_name_invalid, trusted_proxy_invalid.
func New(ctx context.Context, ln net.Listener, o Options) (*Server, error) {
	guard, err := guardFor(ln.Addr(), o.Names)
	if err != nil {
		return nil, err
	}
	proxies, err := parseProxies(o.Proxies)
	if err != nil {
		return nil, err
	}
	who, made, err := findCredential(ctx, o)
	if err != nil {
		return nil, err
	}
	leaving, leave := context.WithCancel(context.Background())
	s := &Server{
		app:       o.App,
		log:       o.App.Log,
		bus:       o.App.Bus,
		door:      door{who: who, store: o.App.Store, sessions: newSessions(), tries: newThrottle()},
		methods:   methodsOf(api.All(o.App)),
		vouchers:  newVouchers(),
		pages:     pages{o.Pages},
		guard:     guard,
		proxies:   proxies,
		made:      made,
		leaving:   leaving,
		streams:   make(chan struct{}, maxStreams),
		downloads: make(chan struct{}, maxDownloads),
		uploads:   make(chan struct{}, maxUploads),
	}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute, // but for /events and files
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(o.App.Log.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(leave)
	return s, nil
}

// MadePassword is the password that New made, "" when there was one. Only its
// hash is kept: it is to be shown now or never.
func (s *Server) MadePassword() string { return s.made }

// Username is who may log in.
func (s *Server) Username() string { return s.door.who.username }

// maxConnections leaves the gateway and the databases the file descriptors that
// they count on: those beyond it wait.
const maxConnections = 128

// Serve serves until Shutdown, then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.http.Serve(netutil.LimitListener(ln, maxConnections)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown ends the event streams, lets requests finish until ctx ends, and
// breaks off the rest.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// route is a pattern of http.ServeMux with what answers there.
type route struct {
	pattern string
	handler http.Handler
}

func (s *Server) routes() []route {
	return []route{
		{"POST /rpc/{type}/{method}", s.members(s.call)},
		{"GET /events", s.members(s.events)},
		{"POST /download/{document}", s.members(s.prepareDownload)},
		{"GET /download/{voucher}", s.members(s.download)},
		{"/download/", s.members(notFound)},
		{"POST /files", s.members(s.upload)},
		{"/rpc/", s.members(notFound)},
		{"POST /password", s.members(s.changePassword)},
		{"POST /logout", s.members(s.logout)},
		{"GET /session", s.members(s.session)},
		{"POST /login", http.HandlerFunc(s.login)},
		{"GET /healthz", http.HandlerFunc(healthy)},
		{"/", s.pages},
	}
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, at := range s.routes() {
		mux.Handle(at.pattern, at.handler)
	}
	return harden(s.proxies.resolve(s.guard.check(mux)))
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func notFound(w http.ResponseWriter, _ *http.Request, _ ticket) {
	refuse(w, http.StatusNotFound, apperr.New("method_unknown"))
}

// policy is the pages' own; besides, no page may show them in a frame.
const policy = frontend.Policy + "; frame-ancestors 'none'"

// harden gives every reply the headers that keep browsers strict.
func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
