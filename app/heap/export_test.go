package heap

import "time"

// TendFor is Tend with another time after which the load has gone.
// seen returns how many goroutines it has seen, and when the last collection was
// that it took for a load's.
func TendFor(quiet time.Duration) (seen func() (peak int, last time.Time)) {
	t := tend(quiet)
	return func() (int, time.Time) {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.peak, t.last
	}
}

// PercentFor is the setting for a live heap of so many bytes.
var PercentFor = percentFor
