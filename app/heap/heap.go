// Package heap decides how often the garbage collector runs: seldom while calls
// come fast, and never so that an idle program sits on what a busy one needed.
//
// A gateway's live heap is a few megabytes, which the collector would go through
// dozens of times a second under load. It works by itself from GC to GC; while
// nothing is allocated nothing of it runs.
package heap

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// floor is how large the heap may grow before it is collected, while calls
	// come fast. Two and four times as much made no call cheaper.
	floor = 16 << 20
	// fast is how soon one collection follows another when they do.
	fast = time.Second
	// quiet is after how long without a collection the load has gone.
	quiet = 2 * time.Second
	// worthwhile is how much memory must be free to be given back at once, not
	// little by little as the runtime does.
	worthwhile = 16 << 20

	// many goroutines are those of many streams: when half of them have gone,
	// so has what they held, which the collector would not find out for minutes.
	// From here on they are counted each time that it might be quiet.
	many = 100

	usual = 100 // percent, as Go begins
)

// Tend looks after the heap of the program until it ends. Where GOGC says how
// often to collect, that counts.
func Tend() {
	if os.Getenv("GOGC") == "" {
		tend(quiet)
	}
}

func tend(quiet time.Duration) *tender {
	t := &tender{quiet: quiet, percent: usual, count: read(unasked)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(quiet, t.settle)
	t.watch()
	return t
}

type tender struct {
	quiet time.Duration

	mu      sync.Mutex
	timer   *time.Timer
	last    time.Time // when the last collection was that nobody asked for
	count   uint64    // of those
	percent int       // as last set
	peak    int       // goroutines, since memory was last given back
}

// sentinel is garbage at once; that it was collected tells of a collection.
type sentinel struct{ _ *sentinel }

func (t *tender) watch() { runtime.AddCleanup(&sentinel{}, (*tender).collected, t) }

// collected is called after each collection.
func (t *tender) collected() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.watch()
	count := read(unasked)
	if count == t.count { // it was asked for, as by settle
		return
	}
	t.count = count
	now := time.Now()
	if now.Sub(t.last) < fast {
		t.set(percentFor(read(liveBytes)))
	}
	t.last = now
	t.peak = max(t.peak, runtime.NumGoroutine())
	t.timer.Reset(t.quiet)
}

// percentFor is GOGC for a heap whose next collection begins at the floor.
func percentFor(live uint64) int {
	return max(usual, int(floor*100/max(live, floor/64))-100)
}

// set changes GOGC when it matters: that stops the program for a moment.
func (t *tender) set(percent int) {
	if d := percent - t.percent; percent != usual && max(d, -d) < t.percent/4 || d == 0 {
		return
	}
	t.percent = percent
	debug.SetGCPercent(percent)
}

// settle gives back what a load has needed, once it has gone.
func (t *tender) settle() {
	if t.hasGone() {
		runtime.GC() // a pool lets go of what it holds at the second collection
		debug.FreeOSMemory()
	}
}

func (t *tender) hasGone() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := runtime.NumGoroutine()
	if now >= many {
		t.timer.Reset(t.quiet)
	}
	gone := t.percent != usual || t.peak >= many && now < t.peak/2 || read(freeBytes) > worthwhile
	if gone {
		t.set(usual)
		t.peak = now
	}
	t.peak = max(t.peak, now)
	return gone
}

// What the runtime tells of the heap.
const (
	unasked   = "/gc/cycles/automatic:gc-cycles"
	liveBytes = "/gc/heap/live:bytes"
	freeBytes = "/memory/classes/heap/free:bytes"
)

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
