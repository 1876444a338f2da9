package gateway

import (
	"sync"
	"time"

	"headgate/gateway/life"
)

// timeLimit ends an attempt that takes too long, with the reason as the cause.
// One timer serves all phases of an attempt.
type timeLimit struct {
	life     *life.Life
	commitBy time.Time // holds until the commit; zero: no such limit

	mu        sync.Mutex
	timer     *time.Timer
	rings     time.Time // when the timer does, which may be before by: moving it costs more than that
	by        time.Time
	cause     error
	committed bool
	stopped   bool
}

// set begins a phase that may take d.
func (l *timeLimit) set(d time.Duration, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.by, l.cause = now.Add(d), cause
	if !l.committed && !l.commitBy.IsZero() && l.commitBy.Before(l.by) {
		l.by, l.cause = l.commitBy, errCommitLimit
	}
	if l.timer == nil {
		l.rings = l.by
		l.timer = time.AfterFunc(l.by.Sub(now), l.ring)
	} else if l.by.Before(l.rings) {
		l.rings = l.by
		l.timer.Reset(l.by.Sub(now))
	}
}

// ring ends the attempt if its time is over.
func (l *timeLimit) ring() {
	if cause := l.expired(); cause != nil {
		l.life.End(cause)
	}
}

func (l *timeLimit) expired() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return nil
	}
	if left := time.Until(l.by); left > 0 {
		l.rings = l.by
		l.timer.Reset(left)
		return nil
	}
	return l.cause
}

// commit ends the limit on the time until the reply begins.
func (l *timeLimit) commit() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.committed = true
}

func (l *timeLimit) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	if l.timer != nil {
		l.timer.Stop()
	}
}
