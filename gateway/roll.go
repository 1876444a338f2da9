package gateway

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// roll is the calls that are running. It breaks them off when the engine stops, and
// tells the Recorder of those that take long, by one timer for all of them.
type roll struct {
	recorder Recorder

	mu       sync.Mutex
	first    *exchange // the latest
	draining bool
	empty    chan struct{} // not nil: to be closed when no call is left
	watching bool          // a look is due
}

// entry is a call's on the roll.
type entry struct {
	before, after *exchange
	told          bool // the Recorder was, or is being

	admitted atomic.Bool // what the Recorder is told of it stands
	telling  sync.Mutex  // held while the Recorder is told, so that Record comes after
	ended    bool
}

// enter puts a call on the roll; false: the engine is draining.
func (r *roll) enter(x *exchange) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return false
	}
	if x.entry.after = r.first; r.first != nil {
		r.first.entry.before = x
	}
	r.first = x
	if !r.watching {
		r.watching = true
		time.AfterFunc(OpenAfter, r.look)
	}
	return true
}

// leave takes a call off the roll: nobody else touches it from now on.
func (r *roll) leave(x *exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &x.entry
	if p.after != nil {
		p.after.entry.before = p.before
	}
	if p.before != nil {
		p.before.entry.after = p.after
	} else {
		r.first = p.after
	}
	if r.first == nil && r.empty != nil {
		close(r.empty)
		r.empty = nil
	}
}

// drain lets nobody in any more and returns when all have left. Those that outlast
// ctx are broken off, and its error is returned then.
func (r *roll) drain(ctx context.Context) error {
	r.mu.Lock()
	r.draining = true
	if r.first == nil {
		r.mu.Unlock()
		return nil
	}
	if r.empty == nil {
		r.empty = make(chan struct{})
	}
	empty := r.empty
	r.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		r.breakOff()
		<-empty
		return ctx.Err()
	}
}

func (r *roll) breakOff() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for x := r.first; x != nil; x = x.entry.after {
		x.breakOff()
	}
}

func (r *roll) resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = false
}

func (r *roll) isDraining() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.draining
}

// How soon after a look the next one comes, while there are calls: at the latest for
// one whose request is still on its way, and at the earliest.
const (
	lookForUploads = OpenAfter / 4
	leastLook      = 50 * time.Millisecond
)

// look tells the Recorder of the calls that have become as old as OpenAfter.
func (r *roll) look() {
	for _, x := range r.due(time.Now()) {
		x.tellOpen(r.recorder)
	}
}

// due returns the calls that the Recorder is to be told of, and sees to the next look.
func (r *roll) due(now time.Time) (list []*exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := OpenAfter
	for x := r.first; x != nil; x = x.entry.after {
		left := OpenAfter - now.Sub(x.call.StartedAt)
		switch {
		case x.entry.told:
		case left > 0:
			next = min(next, left)
		case !x.entry.admitted.Load():
			next = min(next, lookForUploads)
		default:
			x.entry.told = true
			list = append(list, x)
		}
	}
	if r.watching = r.first != nil; r.watching {
		time.AfterFunc(max(next, leastLook), r.look)
	}
	return list
}

// tellOpen tells the Recorder of a call that is still running.
func (x *exchange) tellOpen(to Recorder) {
	p := &x.entry
	p.telling.Lock()
	defer p.telling.Unlock()
	if p.ended {
		return
	}
	c := &x.call // the call itself goes on: only what doesn't change any more is read
	to.Open(Call{
		ID: c.ID, StartedAt: c.StartedAt, Route: c.Route, APIKeyID: c.APIKeyID, APIKeyName: c.APIKeyName, GroupID: c.GroupID,
		Model: c.Model, Stream: c.Stream, State: StateOpen, UserAgent: c.UserAgent, BytesIn: c.BytesIn,
	})
}

// keepSilent makes sure that the Recorder isn't told from now on.
func (x *exchange) keepSilent() {
	x.entry.telling.Lock()
	defer x.entry.telling.Unlock()
	x.entry.ended = true
}
