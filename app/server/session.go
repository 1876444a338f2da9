package server

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// How long a session lasts without a request, and at all.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 7 * 24 * time.Hour
	maxSessions = 100
)

// ticket is what is kept of a session's id: its hash.
type ticket [sha256.Size]byte

func ticketOf(id string) ticket { return sha256.Sum256([]byte(id)) }

type session struct {
	username  string
	began     time.Time
	lastUsed  time.Time
	cancelled chan struct{} // closed when the session ends
}

func (s *session) isOver(now time.Time) bool {
	return now.Sub(s.lastUsed) >= sessionIdle || now.Sub(s.began) >= sessionLife
}

// sessions are who is logged in. They end with the program.
type sessions struct {
	mu  sync.Mutex
	all map[ticket]*session
}

func newSessions() *sessions { return &sessions{all: map[ticket]*session{}} }

// begin returns the id of a new session. When there are too many, the one that
// was used longest ago makes room.
func (s *sessions) begin(username string, now time.Time) (id string) {
	id = rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	var idlest ticket
	for t, one := range s.all {
		if one.isOver(now) {
			s.remove(t)
			continue
		}
		if first, ok := s.all[idlest]; !ok || one.lastUsed.Before(first.lastUsed) {
			idlest = t
		}
	}
	if len(s.all) >= maxSessions {
		s.remove(idlest)
	}
	s.all[ticketOf(id)] = &session{username: username, began: now, lastUsed: now, cancelled: make(chan struct{})}
	return id
}

// use returns the session's user and notes that it is in use.
func (s *sessions) use(t ticket, now time.Time) (username string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.find(t, now)
	if one == nil {
		return "", false
	}
	one.lastUsed = now
	return one.username, true
}

// lasts reports whether the session goes on, without using it, and what tells
// when it is ended.
func (s *sessions) lasts(t ticket, now time.Time) (cancelled <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.find(t, now)
	if one == nil {
		return nil, false
	}
	return one.cancelled, true
}

func (s *sessions) end(t ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(t)
}

// endAll ends every session, with what goes on in it.
func (s *sessions) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.all {
		s.remove(t)
	}
}

// find and remove are called under the lock.
func (s *sessions) find(t ticket, now time.Time) *session {
	one := s.all[t]
	if one != nil && one.isOver(now) {
		s.remove(t)
		return nil
	}
	return one
}

func (s *sessions) remove(t ticket) {
	if one := s.all[t]; one != nil {
		close(one.cancelled)
		delete(s.all, t)
	}
}
