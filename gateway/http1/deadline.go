package http1

import (
	"errors"
	"os"
	"sync"
	"time"
)

// deadline is a connection's for reading or for writing. To move a timer costs as
// much as a short read; so one that rings too early is left to ring, and what it
// has interrupted goes on.
type deadline struct {
	set func(time.Time) error // the connection's

	mu    sync.Mutex
	by    time.Time // zero: none
	rings time.Time // when the connection's timer does, not after by; zero: never
}

// limit sets the deadline, also for what waits just now. Any goroutine may.
func (d *deadline) limit(by time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by = by
	if by.IsZero() || !d.rings.IsZero() && !d.rings.After(by) {
		return nil
	}
	d.rings = by
	return d.set(by)
}

// limitIfNone sets the deadline where there is none.
func (d *deadline) limitIfNone(after time.Duration) {
	d.mu.Lock()
	none := d.by.IsZero()
	d.mu.Unlock()
	if none {
		_ = d.limit(time.Now().Add(after))
	}
}

// isEarly tells whether an error only means that the timer rang too early, and
// moves it then.
func (d *deadline) isEarly(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.by.IsZero() && !time.Now().Before(d.by) {
		return false
	}
	d.rings = d.by
	return d.set(d.by) == nil
}
