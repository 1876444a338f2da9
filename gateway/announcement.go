package gateway

import (
	"sync"
	"time"
)

// announcement tells the Recorder of a call that is still running after
// OpenAfter.
type announcement struct {
	timer *time.Timer
	mu    sync.Mutex // held while the Recorder is told, so that Record comes after
	ended bool
}

func announce(to Recorder, call Call) *announcement {
	call.State = StateOpen
	a := &announcement{}
	a.timer = time.AfterFunc(OpenAfter, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.ended {
			to.Open(call)
		}
	})
	return a
}

// end makes sure that nothing is told from now on.
func (a *announcement) end() {
	if a == nil || a.timer.Stop() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
}
