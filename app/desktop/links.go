//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"headgate/app/link"
)

// links keeps the link that was opened last until the page takes it: the page may not
// be there yet.
type links struct {
	mu   sync.Mutex
	last string
}

// TakeLink returns it once; "" when there is none.
func (l *links) TakeLink() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.last
	l.last = ""
	return text
}

func (l *links) put(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = text
}

// openLink brings the window to the front with what a link offers. Nothing else comes
// of a link; one that isn't understood is told of there.
func (s *shell) openLink(text string) {
	if len(text) > link.Longest {
		text = link.Scheme // as little understood
	}
	s.links.put(text)
	s.show()
	s.withWindow(func(ctx context.Context) { runtime.EventsEmit(ctx, "link") })
}
