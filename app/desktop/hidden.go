//go:build desktop || bindings || dev

package desktop

import "time"

// A session that is just beginning may have its tray later than its programs.
const (
	trayPatience = 15 * time.Second
	trayLook     = 250 * time.Millisecond
)

// stayHidden leaves a window that began hidden so, unless no tray comes that could
// bring it.
func (s *shell) stayHidden() {
	if !appears(s.tray.visible, s.over) {
		s.App.Log.Warn("no tray shows items here, so the window isn't hidden")
		s.show()
	}
}

// appears tells whether a tray is there within trayPatience, or the program ends.
func appears(visible func() bool, over <-chan struct{}) bool {
	for end := time.Now().Add(trayPatience); time.Now().Before(end); {
		if visible() {
			return true
		}
		select {
		case <-over:
			return true
		case <-time.After(trayLook):
		}
	}
	return visible()
}
