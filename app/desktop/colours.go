//go:build desktop || bindings || dev

package desktop

import (
	"slices"
	"time"

	"headgate/app/event"
	"headgate/app/settings"
)

// coloursLimit is for a desktop that is busy.
const coloursLimit = 5 * time.Second

// follow hears of changes in the program, before the page does.
func (s *shell) follow(topics []event.Topic) {
	s.tray.follow(topics)
	if slices.Contains(topics, event.Settings) {
		go s.dress()
	}
}

// dress has the window's frame, and what the page takes for the system's colours, be
// those that the person chose or, for want of a choice, the desktop's. WebKitGTK
// doesn't ask the desktop by itself.
func (s *shell) dress() {
	s.dressing.Lock() // who comes later has the newer answer
	defer s.dressing.Unlock()
	switch s.settings().Theme {
	case settings.ThemeDark:
		dress(true)
	case settings.ThemeLight:
		dress(false)
	default:
		if dark, known := systemColours(coloursLimit); known {
			dress(dark)
		}
	}
}

func (s *shell) stopWatching() {
	s.mu.Lock()
	stop := s.unwatch
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
}
