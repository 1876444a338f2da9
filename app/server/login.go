package server

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"headgate/app/apperr"
)

// door is who may come in, who is in, and who has knocked.
type door struct {
	who      credential
	sessions *sessions
	tries    *throttle
	checking sync.Mutex // one at a time: a check takes much memory
}

func (d *door) fits(username, password string) bool {
	d.checking.Lock()
	defer d.checking.Unlock()
	return d.who.fits(username, password)
}

// The session's cookie: browsers hold the first name to Secure, Path=/ and this
// host alone; the second is for plain HTTP beyond loopback, where they would
// refuse it.
const (
	secureCookie = "__Host-headgate"
	plainCookie  = "headgate"
)

func cookieName(r *http.Request) string {
	if isSecure(r) {
		return secureCookie
	}
	return plainCookie
}

func setCookie(w http.ResponseWriter, r *http.Request, id string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: id, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: isSecure(r), SameSite: http.SameSiteStrictMode,
	})
}

// ticketIn returns what the request's cookie says, valid or not.
func ticketIn(r *http.Request) ticket {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return ticket{}
	}
	return ticketOf(cookie.Value)
}

// members lets only those in who are logged in.
func (s *Server) members(next func(http.ResponseWriter, *http.Request, ticket)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := ticketIn(r)
		if _, ok := s.door.sessions.use(t, time.Now()); !ok {
			refuse(w, http.StatusUnauthorized, apperr.New("login_required"))
			return
		}
		next(w, r, t)
	})
}

const loginLimit = 4 << 10

// login answers 204 with a cookie.
// Codes: login_wrong (401), login_throttled (429), bad_arguments.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, loginLimit)
	if !ok {
		return
	}
	var in struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := decodeStrictly(body, &in); err != nil {
		refuse(w, http.StatusBadRequest, apperr.New("bad_arguments", "Reason", "a username and a password are needed"))
		return
	}
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	began := time.Now()
	names := []string{"address " + address, "user " + in.Username}
	if wait := s.door.tries.begin(began, names...); wait > 0 {
		seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
		w.Header().Set("Retry-After", seconds)
		refuse(w, http.StatusTooManyRequests, apperr.New("login_throttled", "Seconds", seconds))
		return
	}
	if !s.door.fits(in.Username, in.Password) {
		s.log.Warn("a login failed", "address", address)
		refuse(w, http.StatusUnauthorized, apperr.New("login_wrong"))
		return
	}
	s.door.tries.takeBack(began, names...)
	s.door.sessions.end(ticketIn(r))
	setCookie(w, r, s.door.sessions.begin(in.Username, time.Now()), int(sessionLife.Seconds()))
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request, t ticket) {
	s.door.sessions.end(t)
	setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
}

// session tells the page whether it has to ask for a password.
func (s *Server) session(w http.ResponseWriter, r *http.Request) {
	username, ok := s.door.sessions.use(ticketIn(r), time.Now())
	if !ok {
		refuse(w, http.StatusUnauthorized, apperr.New("login_required"))
		return
	}
	_ = reply(w, map[string]string{"username": username}) // strings only: can't fail
}
