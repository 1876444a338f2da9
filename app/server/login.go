package server

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"headgate/app/apperr"
)

// door is who may come in, who is in, and who has knocked.
type door struct {
	who      credential
	store    credentialStore
	sessions *sessions
	tries    *throttle
	checking sync.Mutex // one at a time: a check takes much memory; guards who
}

// credentialStore keeps the administrator.
type credentialStore interface {
	SaveAdmin(ctx context.Context, username, hash string) error
}

// enter begins a session for who knows the password. It does both at once, so that
// nobody comes in with a password that is being changed.
func (d *door) enter(username, password string, now time.Time) (id string, ok bool) {
	d.checking.Lock()
	defer d.checking.Unlock()
	if !d.who.fits(username, password) {
		return "", false
	}
	return d.sessions.begin(username, now), true
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
	var id string
	fits := s.tries(w, r, in.Username, func() (fits bool) {
		id, fits = s.door.enter(in.Username, in.Password, time.Now())
		return fits
	}, func() { refuse(w, http.StatusUnauthorized, apperr.New("login_wrong")) })
	if fits {
		s.door.sessions.end(ticketIn(r))
		welcome(w, r, id)
	}
}

// tries lets a password be checked, of which few may be wrong. Where it isn't right
// it answers, with wrong or with login_throttled (429), and returns false.
func (s *Server) tries(w http.ResponseWriter, r *http.Request, username string, check func() bool, wrong func()) bool {
	began, from := time.Now(), origin(r)
	names := []string{"address " + from, "user " + username}
	if wait := s.door.tries.begin(began, names...); wait > 0 {
		seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
		w.Header().Set("Retry-After", seconds)
		refuse(w, http.StatusTooManyRequests, apperr.New("login_throttled", "Seconds", seconds))
		return false
	}
	if !check() {
		s.log.Warn("a login failed", "address", from)
		wrong()
		return false
	}
	s.door.tries.takeBack(began, names...)
	return true
}

// welcome answers 204 with a session that has just begun: an id that somebody else
// may know from before is good for nothing.
func welcome(w http.ResponseWriter, r *http.Request, id string) {
	setCookie(w, r, id, int(sessionLife.Seconds()))
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request, t ticket) {
	s.door.sessions.end(t)
	setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
}

// session tells the page who it is that is logged in, and whether that one's
// password can be changed here.
func (s *Server) session(w http.ResponseWriter, r *http.Request, t ticket) {
	username, _ := s.door.sessions.use(t, time.Now())
	_ = reply(w, struct { // can't fail
		Username      string `json:"username"`
		PasswordGiven bool   `json:"passwordGiven"` // to this run, which it ends with
	}{username, s.door.who.given})
}
