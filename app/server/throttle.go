package server

import (
	"sync"
	"time"
)

// How many failed tries to log in are let through within tryWindow.
const (
	tryWindow    = time.Minute
	triesPerName = 5 // per address, and per user
	triesInAll   = 60
)

// throttle limits tries to log in. A try that succeeds is taken back.
type throttle struct {
	mu   sync.Mutex
	all  []time.Time
	each map[string][]time.Time
}

func newThrottle() *throttle { return &throttle{each: map[string][]time.Time{}} }

// begin counts a try under each name, unless one of them has had too many: then
// it returns how long to wait.
func (t *throttle) begin(now time.Time, names ...string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = recent(t.all, now)
	t.forget(now)
	wait = waitFor(t.all, triesInAll, now)
	for _, name := range names {
		t.each[name] = recent(t.each[name], now)
		wait = max(wait, waitFor(t.each[name], triesPerName, now))
		if len(t.each[name]) == 0 {
			delete(t.each, name)
		}
	}
	if wait > 0 {
		return wait
	}
	t.all = append(t.all, now)
	for _, name := range names {
		t.each[name] = append(t.each[name], now)
	}
	return 0
}

// forget keeps made-up names from filling the memory.
func (t *throttle) forget(now time.Time) {
	const enough = 4 * triesInAll
	if len(t.each) < enough {
		return
	}
	for name, tries := range t.each {
		if len(recent(tries, now)) == 0 {
			delete(t.each, name)
		}
	}
}

// takeBack forgets a try that began at the given time.
func (t *throttle) takeBack(began time.Time, names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = without(t.all, began)
	for _, name := range names {
		t.each[name] = without(t.each[name], began)
	}
}

func recent(tries []time.Time, now time.Time) []time.Time {
	for len(tries) > 0 && now.Sub(tries[0]) >= tryWindow {
		tries = tries[1:]
	}
	return tries
}

func waitFor(tries []time.Time, limit int, now time.Time) time.Duration {
	if len(tries) < limit {
		return 0
	}
	return tryWindow - now.Sub(tries[len(tries)-limit])
}

func without(tries []time.Time, one time.Time) []time.Time {
	for i, at := range tries {
		if at.Equal(one) {
			return append(tries[:i:i], tries[i+1:]...)
		}
	}
	return tries
}
