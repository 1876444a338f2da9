package server

import (
	"context"
	"net/http"
	"time"

	"headgate/app/apperr"
)

// changePassword answers 204 with a new session, the only one that is left.
// Codes: password_given, password_short, password_wrong (403), login_throttled
// (429), bad_arguments, internal (500).
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, _ ticket) {
	body, ok := readBody(w, r, loginLimit)
	if !ok {
		return
	}
	var in struct {
		Current  string `json:"current"`
		Password string `json:"password"`
	}
	who := &s.door.who // its name and given never change
	switch err := decodeStrictly(body, &in); {
	case err != nil:
		refuse(w, http.StatusBadRequest, apperr.New("bad_arguments", "Reason", "the current and the new password are needed"))
		return
	case who.given:
		refuse(w, http.StatusBadRequest, apperr.New("password_given"))
		return
	case isShort(in.Password):
		refuse(w, http.StatusBadRequest, apperr.New("password_short", "Min", minPassword))
		return
	}
	var id string
	var err error
	fits := s.tries(w, r, who.username, func() (fits bool) {
		id, fits, err = s.door.change(r.Context(), in.Current, in.Password)
		return fits
	}, func() { refuse(w, http.StatusForbidden, apperr.New("password_wrong")) })
	switch {
	case err != nil:
		s.log.Error("the new password could not be kept", "error", err)
		refuse(w, http.StatusInternalServerError, err)
	case fits:
		s.log.Info("the password was changed: all other sessions have ended")
		welcome(w, r, id)
	}
}

// change stores a new password, ends all sessions, which the old one began, and
// begins one. fits: current is the password.
func (d *door) change(ctx context.Context, current, password string) (id string, fits bool, err error) {
	d.checking.Lock()
	defer d.checking.Unlock()
	if !d.who.fits(d.who.username, current) {
		return "", false, nil
	}
	stored := hashPassword(password)
	hash, err := parseHash(stored)
	if err == nil {
		err = d.store.SaveAdmin(ctx, d.who.username, stored)
	}
	if err != nil {
		return "", true, err
	}
	d.who.hash = func() passwordHash { return hash }
	d.sessions.endAll()
	return d.sessions.begin(d.who.username, time.Now()), true, nil
}
