//go:build window && linux

package window

import (
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/i18n"
)

// A start at login shows no window; a link that is opened does, with a form that it
// filled in, whether the program runs already or not. Both speak the system's language.
func TestHiddenStartAndLinks(t *testing.T) {
	const link = "headgate://import?name=Example+AI&url=https%3A%2F%2Fapi.example.com%2Fv1&model=m1&model=m2"
	tray := newWatcher(t)
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	windows := spied(t)
	p := start(t, data, address, "--hidden")
	eventually(t, "the gateway at "+address, func() bool { return open(address) })
	item := nextItem(t, tray)
	if code := start(t, data, address, "--hidden").end(); code != 0 {
		t.Errorf("a second start at login ended with %d", code)
	}
	if seen := windows(); strings.Contains(seen, "0x") || shown("Headgate") != "" {
		t.Errorf("there is a window, or was one for a moment: %s", seen)
	}

	if code := start(t, data, address, link).end(); code != 0 {
		t.Errorf("the link's start ended with %d", code)
	}
	eventually(t, "the window is there", func() bool { return shown("Headgate") != "" })
	says(t, texts.T("link.outside", nil))
	says(t, "api.example.com")
	picture(t, "link")
	press(t, texts.T("action.cancel", nil))

	if code := start(t, data, address, "headgate://import?name=A&url=https://a.example&key=sk-canary").end(); code != 0 {
		t.Errorf("the second link's start ended with %d", code)
	}
	picture(t, "link-refused")
	says(t, texts.T("error.link_invalid", nil))
	eventually(t, "a click on quit", func() bool { return item.click(texts.T("tray.quit", nil)) == nil })
	if code := p.end(); code != 0 {
		t.Errorf("it ended with %d", code)
	}

	t.Setenv("LANG", "ja_JP.UTF-8") // nobody chose a language, so that it is the system's
	japanese := i18n.New("ja")
	start(t, data, address, link, "--hidden")
	eventually(t, "the window is there at once", func() bool { return shown("Headgate") != "" })
	says(t, japanese.T("link.outside", nil))
	item = nextItem(t, tray)
	eventually(t, "the tray speaks Japanese", func() bool { _, err := item.line(japanese.T("tray.quit", nil)); return err == nil })
}
