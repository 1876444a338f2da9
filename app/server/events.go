package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"headgate/app/apperr"
)

const (
	// eventPause is the least time between two events.
	eventPause = 250 * time.Millisecond
	// heartbeat keeps proxies from closing a quiet stream, and finds out when
	// a session is over or a reader gone.
	heartbeat = 15 * time.Second
	// eventWrite is how long a reader may take to take an event.
	eventWrite = 20 * time.Second
	// retry tells a browser how soon to come back, in milliseconds: also to one whose
	// session has ended, which learns it then.
	retry      = "retry: 1000\n"
	maxStreams = 64
)

// events answers GET /events until the session, the server or the reader ends.
// Code: too_many_streams (503).
func (s *Server) events(w http.ResponseWriter, r *http.Request, t ticket) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		refuse(w, http.StatusServiceUnavailable, apperr.New("too_many_streams"))
		return
	}
	cancelled, ok := s.door.sessions.lasts(t, time.Now())
	if !ok {
		refuse(w, http.StatusUnauthorized, apperr.New("login_required"))
		return
	}
	changes := s.bus.Listen()
	defer changes.Close()

	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Time{}) // else the server's own ends the stream
	send := func(text string) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(eventWrite))
		_, err := w.Write([]byte(text))
		return err == nil && conn.Flush() == nil
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if !send(retry + ": connected\n\n") {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-changes.Wake():
			select {
			case <-pause.C:
			case <-cancelled:
				return
			case <-s.leaving.Done():
				return
			case <-r.Context().Done():
				return
			}
			topics := changes.Take()
			slices.Sort(topics)
			data, _ := json.Marshal(topics) // strings only: can't fail
			if len(topics) > 0 && !send("data: "+string(data)+"\n\n") {
				return
			}
			pause.Reset(eventPause)
		case <-beat.C:
			if _, ok := s.door.sessions.lasts(t, time.Now()); !ok || !send(": still here\n\n") {
				return
			}
		case <-cancelled:
			return
		case <-s.leaving.Done():
			return
		case <-r.Context().Done():
			return
		}
	}
}
