package gateway

import (
	"context"
	"sync"
	"time"
)

// timeLimit ends an attempt that takes too long, with the reason as the cause.
// One timer serves all phases of an attempt.
type timeLimit struct {
	cancel   context.CancelCauseFunc
	commitBy time.Time // holds until the commit; zero: no such limit

	mu        sync.Mutex
	timer     *time.Timer
	cause     error
	committed bool
}

func newTimeLimit(cancel context.CancelCauseFunc, commitBy time.Time) *timeLimit {
	return &timeLimit{cancel: cancel, commitBy: commitBy}
}

// set begins a phase that may take d.
func (l *timeLimit) set(d time.Duration, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.committed && !l.commitBy.IsZero() {
		if left := time.Until(l.commitBy); left < d {
			d, cause = left, errCommitLimit
		}
	}
	l.cause = cause
	if l.timer == nil {
		l.timer = time.AfterFunc(d, l.expire)
		return
	}
	l.timer.Reset(d)
}

func (l *timeLimit) expire() {
	l.mu.Lock()
	cause := l.cause
	l.mu.Unlock()
	l.cancel(cause)
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
	if l.timer != nil {
		l.timer.Stop()
	}
}
