//go:build desktop && linux

package desktop

import (
	"testing"
	"testing/synctest"
	"time"
)

// A window that begins hidden needs a tray to come back from.
func TestHiddenWindowWaitsForATray(t *testing.T) {
	for name, c := range map[string]struct {
		comes time.Duration
		want  bool
	}{
		"there at once":  {0, true},
		"there later":    {trayPatience - time.Second, true},
		"not there":      {time.Hour, false},
		"there too late": {trayPatience + time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				got := appears(func() bool { return time.Since(begun) >= c.comes }, nil)
				if got != c.want || time.Since(begun) > trayPatience+trayLook {
					t.Errorf("%v after %v", got, time.Since(begun))
				}
			})
		})
	}
	over := make(chan struct{})
	close(over)
	if !appears(func() bool { return false }, over) {
		t.Error("the window is shown at the end")
	}
}
