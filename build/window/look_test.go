//go:build window && linux

package window

import (
	"path/filepath"
	"strings"
	"testing"
)

// geometry is where a visible window is, as xdotool tells it, "" if there is none.
func geometry(title string) string {
	out, _ := tool("xdotool", "getwindowgeometry", shown(title)) // fails when there is none
	_, where, _ := strings.Cut(out, "\n")
	return where
}

// moved gives the window another place and size, and returns what it has then.
func moved(t *testing.T) string {
	t.Helper()
	for _, change := range [][]string{
		{"windowsize", "--sync", shown("Headgate"), "1000", "650"},
		{"windowmove", "--sync", shown("Headgate"), "130", "90"},
	} {
		if _, err := tool("xdotool", change...); err != nil {
			t.Fatal(err)
		}
	}
	return geometry("Headgate")
}

// The window follows the desktop's colours while it is open, until a person chooses
// others, and comes back where and as large as it was.
func TestLookAndPlace(t *testing.T) {
	desk := newPortal(t, dark)
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	p := start(t, data, address)
	says(t, texts.T("start.text", nil))
	isDark(t)
	picture(t, "dark")
	desk.set(t, light)
	isLight(t)
	desk.set(t, dark)
	isDark(t)

	eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
	choose := func(words ...string) {
		t.Helper()
		typed(t, "ctrl+k")
		stands(t, texts.T("providers.title", nil))
		typed(t, append(words, "Return")...)
	}
	choose("l", "i", "g", "h", "t", "space", "t", "h", "e")
	isLight(t)
	choose("t", "h", "e", "m", "e", "space", "s", "y", "s")
	isDark(t)

	before := moved(t)
	typed(t, "alt+F4") // there is no tray
	if code := p.end(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	desk.old.Store(true)
	start(t, data, address)
	eventually(t, "the window where it was, "+before, func() bool { return geometry("Headgate") == before })
	isDark(t)
	desk.set(t, light)
	isLight(t)
}
