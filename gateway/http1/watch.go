package http1

import "time"

// Clients that have left in the midst of a call are looked for every lookSoon, or
// less often when there are many to look after: a look takes a system call each,
// and all of them together a fiftieth of the time until lookLate. A client is
// looked after from the second look on, so that its leaving is noticed within
// twice that, and a short call costs nothing but the look at a flag.
const (
	lookSoon = 100 * time.Millisecond
	lookLate = 400 * time.Millisecond
)

// watch sees to it that there is a next look.
func (s *Server) watch() {
	if !s.watching.Load() && s.watching.CompareAndSwap(false, true) {
		time.AfterFunc(lookSoon, s.look)
	}
}

// look ends the calls whose clients have left.
func (s *Server) look() {
	began := time.Now()
	long, goesOn := s.longCalls()
	for _, c := range long {
		if c.hasLeft() {
			c.left()
		}
	}
	if goesOn {
		time.AfterFunc(min(max(lookSoon, 50*time.Since(began)), lookLate), s.look)
		return
	}
	s.watching.Store(false)
	if _, goesOn := s.longCalls(); goesOn { // one that began meanwhile saw that somebody watches
		s.watch()
	}
}

// longCalls returns the connections whose call went on already when it was last
// asked, and whether there is any call.
func (s *Server) longCalls() (long []*inbound, goesOn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.phase.Load() != phaseAnswering {
			continue
		}
		goesOn = true
		if n := c.calls.Load(); n == c.seen {
			long = append(long, c)
		} else {
			c.seen = n
		}
	}
	return long, goesOn
}
