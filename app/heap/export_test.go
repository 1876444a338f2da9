package heap

import "time"

// TendFor is Tend with another time after which the load has gone.
// peak returns how many goroutines it has seen.
func TendFor(quiet time.Duration) (peak func() int) {
	t := tend(quiet)
	return func() int {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.peak
	}
}

// PercentFor is the setting for a live heap of so many bytes.
var PercentFor = percentFor
