//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// quitRetry is how often a wish to quit is repeated: one that comes before the
// window's main loop runs is lost.
const quitRetry = 300 * time.Millisecond

// sameWish is how soon a second wish to quit is the first one again: Wails hears a
// signal, too, and passes it on as a closed window.
const sameWish = 500 * time.Millisecond

// leave is the way out: calls in flight end first, within what a stopped gateway gives
// them, unless the wish is repeated.
type leave struct {
	mu      sync.Mutex
	asked   time.Time // zero: nobody wants to quit
	hurry   context.CancelFunc
	drained bool
}

func (l *leave) wanted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.asked.IsZero()
}

// ready tells whether nothing is in flight any more.
func (l *leave) ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drained
}

// ask returns for the first wish what bounds the wait; a later one ends it.
func (l *leave) ask() (patience context.Context, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked.IsZero() {
		if time.Since(l.asked) >= sameWish {
			l.hurry()
		}
		return nil, false
	}
	l.asked = time.Now()
	patience, l.hurry = context.WithCancel(context.Background())
	return patience, true
}

func (l *leave) freed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drained = true
}

// quit ends the program, whatever the settings say of closing the window.
func (s *shell) quit() {
	patience, first := s.leave.ask()
	if !first {
		return
	}
	s.tray.leaving()
	go func() {
		s.App.StopGateway(patience)
		s.leave.freed()
		again := time.NewTicker(quitRetry)
		defer again.Stop()
		for {
			s.withWindow(func(ctx context.Context) { runtime.Quit(ctx) })
			select {
			case <-s.over:
				return
			case <-again.C:
			}
		}
	}()
}

// obeySignals quits on SIGTERM and Ctrl+C, at once on the second.
func (s *shell) obeySignals() (end func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
				s.quit()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
