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

// colours are what a desktop has programs look like.
type colours int

const (
	coloursUnknown colours = iota // nobody says: a toolkit may know by itself
	coloursLight
	coloursDark
)

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
		dress(coloursDark)
	case settings.ThemeLight:
		dress(coloursLight)
	default:
		dress(systemColours(coloursLimit))
	}
}

// watch dresses the window from now on as the desktop changes.
func (s *shell) watch() {
	stop := watchColours(s.dress)
	s.mu.Lock()
	s.unwatch = stop
	s.mu.Unlock()
	s.dress() // what changed before it was watched
}

func (s *shell) stopWatching() {
	s.mu.Lock()
	stop := s.unwatch
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
}
