// Package calllog keeps what happened: every call with its attempts, what it
// cost, and for how long that is remembered.
//
// Recording never waits. Calls go into a bounded queue, one goroutine writes
// them in batches, and what the queue can't hold is dropped, counted and shown.
package calllog

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/gateway"
)

// Log is the call log. It is the engine's Recorder.
type Log struct {
	store Store
	bus   *event.Bus
	log   *slog.Logger
	queue *queue
	watch func([]gateway.Call) // nil: nobody watches

	written, dropped, droppedBodies atomic.Uint64

	failure atomic.Pointer[string] // nil: the last write succeeded

	days, bodyDays atomic.Int64  // 0: for ever
	shrink         atomic.Bool   // calls were cleared: there is room to give back
	brought        atomic.Bool   // calls were, which may be old
	tidy           chan struct{} // one of these changed

	starting   sync.Mutex
	stopTidy   context.CancelFunc // nil: not started
	stopWrites context.CancelFunc
	running    sync.WaitGroup
}

var _ gateway.Recorder = (*Log)(nil)

// New returns a call log that takes calls in and, from Start on, writes them.
func New(store Store, bus *event.Bus, log *slog.Logger) *Log {
	l := &Log{store: store, bus: bus, log: log, tidy: make(chan struct{}, 1)}
	l.queue = newQueue(func(bodies int) { l.droppedBodies.Add(uint64(bodies)) })
	return l
}

// Watch lets f see calls before they are written, off their path: finished ones
// and open ones, whose finished self is still to come.
// They are f's only until it returns. It is called before Start.
func (l *Log) Watch(f func([]gateway.Call)) { l.watch = f }

// Start begins to write calls and to remove old ones. Calls that an earlier run
// left open become interrupted. Starting a started log only does what Keep does.
func (l *Log) Start(keep settings.Log) {
	l.Keep(keep)
	l.starting.Lock()
	defer l.starting.Unlock()
	if l.stopTidy != nil {
		return
	}
	writing, stopWrites := context.WithCancel(context.Background())
	tidying, stopTidy := context.WithCancel(writing)
	l.stopTidy, l.stopWrites = stopTidy, stopWrites
	l.running.Go(func() { l.writeAll(writing) })
	l.running.Go(func() { l.tidyUp(tidying) })
}

// Keep sets for how long calls and their bodies are kept, from now on.
func (l *Log) Keep(keep settings.Log) {
	l.days.Store(int64(keep.Days))
	l.bodyDays.Store(int64(keep.BodyDays))
	signal(l.tidy)
}

// Close writes what is waiting and ends the log; calls that come later are
// dropped. What isn't written when ctx ends is dropped, and an error says so.
func (l *Log) Close(ctx context.Context) error {
	l.queue.close()
	l.starting.Lock()
	defer l.starting.Unlock()
	if l.stopTidy == nil {
		return nil
	}
	l.stopTidy()
	if l.failure.Load() != nil && l.queue.left() == 0 {
		l.stopWrites() // it waits for a file, and not for the sake of any call
	}
	stop := context.AfterFunc(ctx, l.stopWrites)
	defer stop()
	before := l.dropped.Load()
	l.running.Wait()
	l.stopWrites()
	if left := uint64(l.queue.left()) + l.dropped.Load() - before; left > 0 {
		return fmt.Errorf("%d calls could not be written to the call log before it closed", left)
	}
	return nil
}

// Open notes a call that is still running. It never waits.
func (l *Log) Open(c gateway.Call) {
	c.State = gateway.StateOpen
	l.queue.put(&c) // no room: its finished self is still to come
}

// Record notes a finished call. It never waits.
func (l *Log) Record(c gateway.Call) {
	if !l.queue.put(&c) {
		l.dropped.Add(1)
	}
}

// Health tells how the log itself is doing.
func (l *Log) Health() Health {
	h := Health{Written: l.written.Load(), Dropped: l.dropped.Load(), DroppedBodies: l.droppedBodies.Load()}
	if failure := l.failure.Load(); failure != nil {
		h.Error = *failure
	}
	return h
}

// maxPage is how many calls a page holds at most.
const maxPage = 500

// maxText is how long a text to look for may be, in bytes.
const maxText = 256

// Page returns calls that match q, newest first.
// Codes: page_limit_out_of_range, call_state_unknown, call_text_too_long.
func (l *Log) Page(ctx context.Context, q Query) (Page, error) {
	q, err := checked(q)
	if err != nil {
		return Page{}, err
	}
	return l.store.Page(ctx, q)
}

func checked(q Query) (Query, error) {
	if q.Limit < 1 || q.Limit > maxPage {
		return q, apperr.New("page_limit_out_of_range", "Limit", q.Limit, "Max", maxPage)
	}
	for _, state := range q.States {
		if !slices.Contains(States, state) {
			return q, apperr.New("call_state_unknown", "State", state)
		}
	}
	if len(q.Text) > maxText {
		return q, apperr.New("call_text_too_long", "Max", maxText)
	}
	q.States = slices.Compact(slices.Sorted(slices.Values(q.States)))
	return q, nil
}

// Get returns one call with its attempts. Code: call_not_found.
func (l *Log) Get(ctx context.Context, id string) (Detail, error) { return l.store.Get(ctx, id) }

// LastUsed returns when each API key started its latest call, in Unix
// milliseconds by the key's id. Keys that were never used are not in it.
func (l *Log) LastUsed(ctx context.Context) (map[int64]int64, error) { return l.store.LastUsed(ctx) }
