package gateway

import (
	"context"
	"sync"
	"time"
)

// life is how long a call or an attempt goes on: a context.Context in one piece.
// Those of package context take five or six, as each keeps a list of who is to
// hear of its end, which here is one or two.
//
// Its Err is the cause, as nobody here asks for less.
type life struct {
	mu    sync.Mutex
	cause error         // nil: it goes on
	done  chan struct{} // nil until somebody asks for it
	heirs [2]*heir      // who is called at the end
	more  map[*heir]struct{}
}

// heir is one who is called.
type heir struct {
	of   *life
	call func()
}

// end ends it with a cause, nil for none in particular, unless it has ended.
func (l *life) end(cause error) {
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
	l.heirs, l.more = [2]*heir{}, nil
	l.mu.Unlock()
	for _, h := range heirs {
		if h != nil {
			h.call()
		}
	}
	for h := range more {
		h.call()
	}
}

// follow ends it when ctx ends, with the same cause, until stop is called.
func (l *life) follow(ctx context.Context) (stop func() bool) {
	if ctx.Err() != nil {
		l.end(context.Cause(ctx))
		return func() bool { return false }
	}
	call := func() { l.end(context.Cause(ctx)) }
	if other, ok := ctx.(*life); ok {
		return other.AfterFunc(call)
	}
	return context.AfterFunc(ctx, call)
}

// AfterFunc calls f at the end, on the goroutine that brings it about, and at
// once when it has ended. Stop takes that back; false: f was called.
func (l *life) AfterFunc(f func()) (stop func() bool) {
	h := &heir{l, f}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.cause != nil:
		go f()
	case l.heirs[0] == nil:
		l.heirs[0] = h
	case l.heirs[1] == nil:
		l.heirs[1] = h
	default:
		if l.more == nil {
			l.more = map[*heir]struct{}{}
		}
		l.more[h] = struct{}{}
	}
	return h.leave
}

func (h *heir) leave() bool {
	l := h.of
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

// Err is the cause of the end, nil while it goes on.
func (l *life) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// Done is closed at the end.
func (l *life) Done() <-chan struct{} {
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
func (l *life) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value returns nil.
func (l *life) Value(any) any { return nil }
