package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"headgate/app"
	"headgate/app/server"
)

var builtPages = fstest.MapFS{
	"index.html":            {Data: []byte("<!doctype html><title>Headgate</title>")},
	"assets/main-1a2b3c.js": {Data: []byte("start()")},
	"icon.svg":              {Data: []byte("<svg/>")},
}

// house is a running server with its program.
type house struct {
	app    *app.App
	server *server.Server
	url    string // http://127.0.0.1:port
	host   string
	log    *lockedBuffer
}

// lockedBuffer can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func openHouse(t *testing.T, change func(*server.Options)) *house {
	t.Helper()
	return openHouseIn(t, t.TempDir(), "127.0.0.1:0", change)
}

func openHouseIn(t *testing.T, dir, address string, change func(*server.Options)) *house {
	t.Helper()
	h := &house{log: &lockedBuffer{}}
	h.app = app.New(app.Options{DataDir: dir, Address: "127.0.0.1:0", Version: "test", Log: slog.New(slog.NewJSONHandler(h.log, nil))})
	if err := h.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	o := server.Options{App: h.app, Pages: builtPages, Username: "ada", Password: "enchantresses"}
	if change != nil {
		change(&o)
	}
	if h.server, err = server.New(t.Context(), ln, o); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(ln) }()
	t.Cleanup(func() { h.close(t, served) })
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	h.host = "127.0.0.1:" + port
	h.url = "http://" + h.host
	return h
}

func (h *house) close(t *testing.T, served <-chan error) {
	ctx := context.Background() // the test's own has ended
	if err := h.server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := h.app.Close(ctx); err != nil {
		t.Error(err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

// ask sends a request; changes run over it first.
func (h *house) ask(t *testing.T, method, path, body string, changes ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, change := range changes {
		change(r)
	}
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply, string(text)
}

// login returns what sends a session along.
func (h *house) login(t *testing.T) func(*http.Request) {
	t.Helper()
	reply, text := h.ask(t, http.MethodPost, "/login", `{"username":"ada","password":"enchantresses"}`)
	if reply.StatusCode != http.StatusNoContent {
		t.Fatalf("login answered %d %s", reply.StatusCode, text)
	}
	return withCookies(reply)
}

func withCookies(from *http.Response) func(*http.Request) {
	return func(r *http.Request) {
		for _, c := range from.Cookies() {
			r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
		}
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if name == "Host" {
			r.Host = value
			return
		}
		r.Header.Set(name, value)
	}
}

// want fails unless the reply has the status and the error code ("": none).
func want(t *testing.T, reply *http.Response, text string, status int, code string) {
	t.Helper()
	var failure struct{ Code string }
	if code != "" {
		_ = json.Unmarshal([]byte(text), &failure)
	}
	if reply.StatusCode != status || failure.Code != code {
		t.Errorf("got %d %s, want %d %s", reply.StatusCode, strings.TrimSpace(text), status, code)
	}
}

func TestPages(t *testing.T) {
	h := openHouse(t, nil)
	for _, tc := range []struct {
		path, kind, cache string
		status            int
	}{
		{"/", "text/html; charset=utf-8", "no-store", 200},
		{"/index.html", "text/html; charset=utf-8", "no-store", 200},
		{"/assets/main-1a2b3c.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", 200},
		{"/icon.svg", "image/svg+xml", "no-store", 200},
		{"/assets/", "text/plain; charset=utf-8", "no-store", 404},
		{"/calls", "text/plain; charset=utf-8", "no-store", 404},
		{"/healthz", "text/plain; charset=utf-8", "no-store", 200},
		{"/..%2f..%2fetc%2fpasswd", "text/plain; charset=utf-8", "no-store", 404},
	} {
		t.Run(tc.path, func(t *testing.T) {
			reply, text := h.ask(t, http.MethodGet, tc.path, "")
			if reply.StatusCode != tc.status {
				t.Fatalf("answered %d %s", reply.StatusCode, text)
			}
			for name, value := range map[string]string{
				"Content-Type": tc.kind, "Cache-Control": tc.cache, "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			} {
				if got := reply.Header.Get(name); got != value {
					t.Errorf("%s: %s, want %s", name, got, value)
				}
			}
			policy := reply.Header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("the policy %q lacks %q", policy, part)
				}
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("the policy %q is unsafe", policy)
			}
		})
	}
	reply, _ := h.ask(t, http.MethodPost, "/", "{}")
	want(t, reply, "", http.StatusMethodNotAllowed, "")
	reply, text := h.ask(t, http.MethodHead, "/", "")
	if reply.StatusCode != 200 || text != "" || reply.ContentLength == 0 {
		t.Errorf("HEAD answered %d, %d bytes, %q", reply.StatusCode, reply.ContentLength, text)
	}
}

func TestPlaceholderStandsInForUnbuiltPages(t *testing.T) {
	h := openHouse(t, func(o *server.Options) {
		o.Pages = fstest.MapFS{"placeholder.html": {Data: []byte("build me")}}
	})
	if reply, text := h.ask(t, http.MethodGet, "/", ""); reply.StatusCode != 200 || text != "build me" {
		t.Errorf("answered %d %s", reply.StatusCode, text)
	}
}

func TestShutdownIsQuick(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/events", nil)
	session(r)
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if err := h.server.Shutdown(t.Context()); err != nil { // hangs unless streams end
		t.Fatal(err)
	}
	if _, err := io.ReadAll(reply.Body); err != nil {
		t.Errorf("the stream was broken off: %v", err)
	}
}

func goldenFile(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // part of the source
			t.Fatal(err)
		}
	}
	wanted, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(wanted) {
		t.Errorf("%s has changed: look at it, then run go test ./app/server -update\n%s", path, got)
	}
}
