package gateway

import (
	"sync/atomic"
	"time"
)

// smallestSleep is how much further the wall clock must have gone than the one that
// stands still while a machine sleeps. Smaller steps are a clock being set right.
const smallestSleep = 2 * time.Second

// sleepWatch finds out at the next request that the machine has slept: the
// connections from before are dead then, often without anybody saying so, and
// waiting for a reply over one takes as long as the time for a first token.
type sleepWatch struct {
	begun time.Time
	awake time.Duration // at begun
	ahead atomic.Int64  // nanoseconds that the wall clock has gone further, at the last look
	wall  func() time.Time
}

func newSleepWatch() *sleepWatch {
	return &sleepWatch{begun: time.Now(), awake: awake(), wall: time.Now}
}

// slept tells whether the machine has slept since the last look. Of several that
// look at once, one is told.
func (w *sleepWatch) slept() bool {
	ahead := int64(w.wall().Round(0).Sub(w.begun.Round(0)) - (awake() - w.awake))
	before := w.ahead.Swap(ahead)
	return ahead-before > int64(smallestSleep)
}
