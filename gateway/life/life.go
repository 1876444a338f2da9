// Package life has a context for what is begun thousands of times a second.
package life

import (
	"context"
	"sync"
	"time"
)

// Life is how long a connection, a call or an attempt goes on: a context.Context in
// one piece. Those of package context take five or six, as each keeps a list of who is
// to hear of its end, which here is one or two.
//
// Its Err is the cause, as nobody here asks for less. The zero Life has just begun.
type Life struct {
	mu    sync.Mutex
	cause error         // nil: it goes on
	done  chan struct{} // nil until somebody asks for it
	heirs [2]Heir       // who hears of the end
	more  map[Heir]struct{}

	parent Parent      // whom it follows; nil: nobody, or
	stop   func() bool // a context of another kind
}

// Heir hears of an end, on the goroutine that brings it about.
type Heir interface{ Over(cause error) }

// Parent is a context that an Heir can join at no cost. Heirs are told apart by their
// address.
type Parent interface {
	context.Context
	// Join makes h hear of the end. Otherwise it has ended, and its cause is returned.
	Join(h Heir) (cause error)
	// Leave takes that back; false: h was told, or just is.
	Leave(h Heir) bool
}

// End ends it with a cause, nil for none in particular, unless it has ended.
func (l *Life) End(cause error) {
	if cause == nil {
		cause = context.Canceled
	}
	l.mu.Lock()
	if l.cause != nil {
		l.mu.Unlock()
		return
	}
	l.cause = cause
	if l.done != nil {
		close(l.done)
	}
	heirs, more := l.heirs, l.more
	l.heirs, l.more = [2]Heir{}, nil
	l.mu.Unlock()
	for _, h := range heirs {
		if h != nil {
			h.Over(cause)
		}
	}
	for h := range more {
		h.Over(cause)
	}
}

// Over ends it with what it follows.
func (l *Life) Over(cause error) { l.End(cause) }

// Follow ends it when ctx ends, with the same cause, until Unfollow is called. It can
// follow one context.
func (l *Life) Follow(ctx context.Context) {
	if parent, ok := ctx.(Parent); ok {
		l.parent = parent
		if cause := parent.Join(l); cause != nil {
			l.End(cause)
		}
		return
	}
	if ctx.Err() != nil {
		l.End(context.Cause(ctx))
		return
	}
	l.stop = context.AfterFunc(ctx, func() { l.End(context.Cause(ctx)) })
}

// Unfollow lets it outlive what it follows.
func (l *Life) Unfollow() {
	switch {
	case l.parent != nil:
		l.parent.Leave(l)
	case l.stop != nil:
		l.stop()
	}
}

// Join is Parent's.
func (l *Life) Join(h Heir) (cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.cause != nil:
	case l.heirs[0] == nil:
		l.heirs[0] = h
	case l.heirs[1] == nil:
		l.heirs[1] = h
	default:
		if l.more == nil {
			l.more = map[Heir]struct{}{}
		}
		l.more[h] = struct{}{}
	}
	return l.cause
}

// Leave is Parent's.
func (l *Life) Leave(h Heir) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.heirs {
		if l.heirs[i] == h {
			l.heirs[i] = nil
			return true
		}
	}
	_, there := l.more[h]
	delete(l.more, h)
	return there
}

// called is an Heir that calls a function.
type called struct{ f func() }

func (c *called) Over(error) { c.f() }

// AfterFunc calls f at the end, as context.AfterFunc does but for the goroutine, and
// at once when it has ended. Package context uses it for contexts that are derived.
func (l *Life) AfterFunc(f func()) (stop func() bool) {
	h := &called{f}
	if l.Join(h) != nil {
		go f()
	}
	return func() bool { return l.Leave(h) }
}

// Err is the cause of the end, nil while it goes on.
func (l *Life) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// Done is closed at the end.
func (l *Life) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done == nil {
		l.done = make(chan struct{})
		if l.cause != nil {
			close(l.done)
		}
	}
	return l.done
}

// Deadline returns none: what takes too long is ended.
func (l *Life) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value returns nil.
func (l *Life) Value(any) any { return nil }
