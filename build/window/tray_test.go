//go:build window && linux

package window

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/gateway/gatewaytest"
)

// The tray tells how the groups do, and a person acts on them there.
func TestTrayMenu(t *testing.T) {
	limited := gatewaytest.Behaviour{
		Status: http.StatusTooManyRequests, Header: []gatewaytest.Header{{Name: "Retry-After", Value: "600"}},
	}
	slow := gatewaytest.Behaviour{HeadDelayMS: 60_000}
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	key, upstreams := furnish(t, data, map[string][]gatewaytest.Script{
		"chat_all": {{Marker: "Alpha", Steps: []gatewaytest.Behaviour{limited}}, {Marker: "Beta"}},
		"slow":     {{Marker: "Gamma", Steps: []gatewaytest.Behaviour{slow}}},
	})
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	watcher := newWatcher(t)
	p := start(t, data, address)
	item := nextItem(t, watcher)
	eventually(t, "the gateway at "+address, func() bool { return open(address) })
	says(t, address)

	has := func(t *testing.T, path ...string) {
		t.Helper()
		eventually(t, "the tray shows "+strings.Join(path, " > "), func() bool { _, err := item.line(path...); return err == nil })
	}
	click := func(t *testing.T, path ...string) {
		t.Helper()
		eventually(t, "a click on "+strings.Join(path, " > "), func() bool { return item.click(path...) == nil })
	}
	step := func(name string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	step("a group tells who answers, and that a member cools down", func(t *testing.T) {
		has(t, "chat_all: Alpha · m1")
		if status := ask(t, address, key, "chat_all"); status != http.StatusOK {
			t.Fatalf("the call ended with %d", status)
		}
		has(t, "chat_all: Beta · m1", "Alpha · m1 (cooling down until …")
	})
	step("its cooldowns are cleared", func(t *testing.T) {
		click(t, "chat_all: Beta · m1", texts.T("tray.clear", nil))
		has(t, "chat_all: Alpha · m1", "Alpha · m1")
	})
	step("a member is pinned, as the window shows, and unpinned", func(t *testing.T) {
		click(t, "chat_all: Alpha · m1", "Beta · m1")
		has(t, "chat_all: Beta · m1, pinned until …")
		if l, err := item.line("chat_all: …", "Beta · m1"); err != nil || !l.ticked {
			t.Errorf("the pinned member isn't ticked: %+v, %v", l, err)
		}
		click(t, "chat_all: …", texts.T("tray.show_group", nil))
		says(t, texts.T("pin.unpin", nil))
		picture(t, "pinned")
		click(t, "chat_all: …", texts.T("pin.unpin", nil))
		has(t, "chat_all: Alpha · m1")
	})
	step("it leads to the pages", func(t *testing.T) {
		click(t, texts.T("tray.pages", nil), texts.T("calls.title", nil))
		says(t, texts.T("calls.more_actions", nil))
	})
	step("a click on the icon brings the window back", func(t *testing.T) {
		eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
		typed(t, "alt+F4")
		eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
		if err := item.tap(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the window is back", func() bool { return shown("Headgate") != "" })
	})
	step("it has the program start at login", func(t *testing.T) {
		entry := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "autostart", "headgate.desktop")
		click(t, texts.T("tray.login", nil))
		eventually(t, "an entry for it", func() bool { content, _ := os.ReadFile(entry); return strings.Contains(string(content), "--hidden\n") })
		eventually(t, "a tick", func() bool { l, err := item.line(texts.T("tray.login", nil)); return err == nil && l.ticked })
		click(t, texts.T("tray.login", nil))
		eventually(t, "no entry", func() bool { _, err := os.Stat(entry); return os.IsNotExist(err) })
	})
	step("quit waits for calls in flight, and a second time for none", func(t *testing.T) {
		broken := make(chan struct{})
		go func() {
			defer close(broken)
			if reply, err := http.DefaultClient.Do(request(t, address, key, "slow")); err == nil {
				_ = reply.Body.Close()
			}
		}()
		eventually(t, "the call is in flight", func() bool { return len(upstreams["Gamma"].Requests()) == 1 })
		click(t, texts.T("tray.quit", nil))
		has(t, texts.T("tray.quitting", nil))
		select {
		case <-p.ended:
			t.Fatal("it ended with a call in flight")
		case <-broken:
			t.Fatal("the call was broken off")
		default:
		}
		eventually(t, "a second click", func() bool {
			_ = item.click(texts.T("tray.quit_now", nil))
			select {
			case <-p.ended:
				return true
			default:
				return false
			}
		})
		if code := p.end(); code != 0 {
			t.Errorf("it ended with %d", code)
		}
		<-broken
	})
}
