package calllog

import (
	"context"
	"strings"
	"sync"
	"time"
	"unsafe"

	"headgate/gateway"
)

// The queue's bounds, counting what is being written too.
const (
	queueCalls = 20_000 // thousands of streams may end at once
	queueBytes = 32 << 20
)

// A batch is due when this many calls wait or the first has waited this long.
const (
	batchCalls = transactionCalls
	batchDelay = 100 * time.Millisecond
)

// queue takes calls from the request's path and hands them over in batches.
// Putting a call in copies it into memory that is used again, and wakes the
// other side only for the first call of a batch and when the batch is full.
// Bodies are shared, not copied. They go before any call: those that wait, and
// those that are being written take no room from calls.
type queue struct {
	shed func(bodies int) // hears of dropped bodies

	some   chan struct{} // the first call of a batch came
	enough chan struct{} // a batch is full
	ended  chan struct{} // closed by close

	mu      sync.Mutex
	waiting *batch
	spare   *batch // an emptied one
	held    int    // calls put and not yet released
	bytes   int    // of them, without bodies
	bodies  int    // bytes of bodies in waiting
	taken   int    // bytes of bodies that are being written
	closed  bool
}

// batch is a run of calls. Their attempts stand in one slice, in order.
type batch struct {
	calls    []gateway.Call
	lengths  []int // how many of attempts belong to each call
	attempts []gateway.Attempt
	bytes    int       // without bodies
	bodies   int       // bytes
	since    time.Time // when the first came
	lost     []string  // ids of finished calls that had no room; their open selves came before
}

// isEmpty says that nobody was woken for the batch.
func (b *batch) isEmpty() bool { return len(b.calls)+len(b.lost) == 0 }

func newQueue(shed func(bodies int)) *queue {
	return &queue{
		shed: shed,
		some: make(chan struct{}, 1), enough: make(chan struct{}, 1), ended: make(chan struct{}),
		waiting: &batch{}, spare: &batch{},
	}
}

// put copies a call in, unless there is no room or the queue is closed.
func (q *queue) put(c *gateway.Call) bool {
	size, bodies := estimate(c), bodiesSize(c.Bodies)
	// A call that is only open has its finished self to come: it takes no room
	// that finished calls may need.
	room := queueCalls
	if c.State == gateway.StateOpen {
		room /= 2
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.held >= room || q.bytes+size > queueBytes {
		q.lose(c)
		return false
	}
	if q.bytes+size+q.bodies+q.taken > queueBytes && q.bodies > 0 {
		q.dropBodies()
	}
	keepsBodies := bodies == 0 || q.bytes+size+q.bodies+q.taken+bodies <= queueBytes
	if keepsBodies {
		q.bodies += bodies
	} else {
		q.shed(1)
	}
	q.held++
	q.bytes += size
	b := q.waiting
	q.wake(b)
	b.bytes += size
	b.calls = append(b.calls, *c)
	last := &b.calls[len(b.calls)-1]
	last.Attempts = nil
	if !keepsBodies {
		last.Bodies = nil
	}
	b.lengths = append(b.lengths, len(c.Attempts))
	b.attempts = append(b.attempts, c.Attempts...)
	if len(b.calls) == batchCalls {
		signal(q.enough)
	}
	return true
}

// wake tells the other side that there will be something in an empty batch. It is
// called under the lock.
func (q *queue) wake(b *batch) {
	if b.isEmpty() {
		b.since = time.Now()
		signal(q.some)
	}
}

// lose notes a finished call without room, so that it doesn't stay open in the
// store. It is called under the lock.
func (q *queue) lose(c *gateway.Call) {
	if b := q.waiting; c.State != gateway.StateOpen && len(b.lost) < queueCalls {
		q.wake(b)
		b.lost = append(b.lost, strings.Clone(c.ID)) // all else of the call goes
	}
}

// dropBodies makes room for calls. It is called under the lock.
func (q *queue) dropBodies() {
	dropped := 0
	for i := range q.waiting.calls {
		if c := &q.waiting.calls[i]; c.Bodies != nil {
			c.Bodies = nil
			dropped++
		}
	}
	q.bodies = 0
	q.shed(dropped)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take waits for a batch to be due and returns all that waits. Once the queue
// is closed it returns what is left, then nil. It returns nil when ctx ends.
func (q *queue) take(ctx context.Context) *batch {
	select {
	case <-q.some:
	case <-q.ended:
	case <-ctx.Done():
		return nil
	}
	// The first may have waited already, while the batch before was written.
	due := time.NewTimer(batchDelay - q.waited())
	defer due.Stop()
	select {
	case <-q.enough:
	case <-due.C:
	case <-q.ended:
	case <-ctx.Done():
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-q.enough:
	default:
	}
	b := q.waiting
	if b.isEmpty() {
		return nil // closed: an open queue has woken us for something
	}
	if q.spare == nil {
		q.spare = &batch{}
	}
	b.bodies = q.bodies
	q.taken += q.bodies
	q.waiting, q.spare, q.bodies = q.spare, nil, 0
	b.join()
	return b
}

// waited returns for how long the first call has waited.
func (q *queue) waited() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return time.Since(q.waiting.since)
}

// join gives each call its attempts. Their slice doesn't grow any more.
func (b *batch) join() {
	from := 0
	for i, n := range b.lengths {
		b.calls[i].Attempts = b.attempts[from : from+n : from+n]
		from += n
	}
}

// spareCalls is how large an emptied batch may be to be kept: what a burst
// needed is given back.
const spareCalls = 2048

// release gives the room of a taken batch back. The batch is gone then.
func (q *queue) release(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held -= len(b.calls)
	q.bytes -= b.bytes
	q.taken -= b.bodies
	if cap(b.calls) > spareCalls || cap(b.attempts) > 2*spareCalls {
		q.spare = &batch{}
		return
	}
	clear(b.calls) // lets go of their texts
	clear(b.attempts)
	q.spare = &batch{calls: b.calls[:0], lengths: b.lengths[:0], attempts: b.attempts[:0]}
}

// close refuses more calls; what waits can still be taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.ended)
	}
}

// left returns how many calls were put and not released.
func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held
}

// estimate is about how many bytes a call holds in memory.
func estimate(c *gateway.Call) int {
	size := int(unsafe.Sizeof(*c)) + len(c.ID) + len(c.Model) + len(c.Message) + len(c.UserAgent)
	for i := range c.Attempts {
		a := &c.Attempts[i]
		size += int(unsafe.Sizeof(*a)) + len(a.Outcome.Message) + len(a.Outcome.Keyword)
	}
	return size
}
