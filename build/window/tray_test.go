//go:build window && linux

package window

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/i18n"
	"headgate/gateway/gatewaytest"
)

// The tray tells how the groups do, and a person acts on them there.
func TestTrayMenu(t *testing.T) {
	limited := gatewaytest.Behaviour{
		Status: http.StatusTooManyRequests, Header: []gatewaytest.Header{{Name: "Retry-After", Value: "600"}},
	}
	held := gatewaytest.Behaviour{Hold: &gatewaytest.Hold{Point: gatewaytest.Point{Events: 2}, Gate: "rest"}}
	slow := gatewaytest.Behaviour{HeadDelayMS: 60_000}
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	key, upstreams := furnish(t, data, map[string][]gatewaytest.Script{
		"chat_all": {{Marker: "Alpha", Steps: []gatewaytest.Behaviour{limited}}, {Marker: "Beta"}},
		"slow":     {{Marker: "Gamma", Steps: []gatewaytest.Behaviour{held, slow}}},
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
	step("the address is copied", func(t *testing.T) {
		click(t, texts.T("tray.copy", nil))
		eventually(t, "the clipboard has it", func() bool { return clipboard() == "http://"+address+"/v1" })
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
	step("its words change with the language at once", func(t *testing.T) {
		eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
		speaks := texts
		for _, chosen := range []struct {
			keys []string
			next *i18n.Texts
		}{
			{[]string{"l", "a", "n", "g", "u", "a", "g", "e", "Down", "Return"}, i18n.New("zh-Hant")},
			{[]string{"e", "n", "g", "l", "i", "s", "h", "Return"}, texts},
		} {
			typed(t, "ctrl+k")
			stands(t, speaks.T("playground.title", nil))
			typed(t, chosen.keys...)
			speaks = chosen.next
			has(t, speaks.T("tray.quit", nil))
			has(t, speaks.T("tray.pages", nil), speaks.T("calls.title", nil))
			says(t, speaks.T("calls.more_actions", nil))
		}
	})
	step("a click on the icon brings the window back where it was", func(t *testing.T) {
		eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
		before := moved(t)
		typed(t, "alt+F4")
		eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
		if err := item.tap(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the window is back, where it was: "+before, func() bool { return geometry("Headgate") == before })
	})
	step("it has the program start at login", func(t *testing.T) {
		entry := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "autostart", "headgate.desktop")
		click(t, texts.T("tray.autostart", nil))
		eventually(t, "an entry for it", func() bool { content, _ := os.ReadFile(entry); return strings.Contains(string(content), "--hidden\n") })
		eventually(t, "a tick", func() bool { l, err := item.line(texts.T("tray.autostart", nil)); return err == nil && l.ticked })
		click(t, texts.T("tray.autostart", nil))
		eventually(t, "no entry", func() bool { _, err := os.Stat(entry); return os.IsNotExist(err) })
	})
	step("stop lets a stream in flight end, and the window says so", func(t *testing.T) {
		call := request(t, address, key, "slow")
		call.Body = io.NopCloser(strings.NewReader(`{"model":"slow","stream":true,"messages":[{"role":"user","content":"hi"}]}`))
		call.ContentLength = -1
		reply, err := http.DefaultClient.Do(call)
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		stream := bufio.NewReader(reply.Body)
		if first, err := stream.ReadString('\n'); err != nil {
			t.Fatalf("the stream began with %q, %v", first, err)
		}
		click(t, texts.T("tray.stop", nil))
		has(t, texts.T("tray.draining", nil))
		says(t, texts.T("gateway.draining_text", nil))
		if !closed(address) {
			t.Error("it still takes connections")
		}
		picture(t, "draining")
		upstreams["Gamma"].Open("rest")
		rest, err := io.ReadAll(stream)
		if err != nil || !strings.Contains(string(rest), "data: [DONE]") {
			t.Errorf("the stream ended with %q, %v", rest, err)
		}
		has(t, texts.T("tray.stopped", nil))
		click(t, texts.T("tray.start", nil))
		eventually(t, "the port opens", func() bool { return open(address) })
	})
	step("quit waits for calls in flight, and a second time for none", func(t *testing.T) {
		broken := make(chan struct{})
		go func() {
			defer close(broken)
			if reply, err := http.DefaultClient.Do(request(t, address, key, "slow")); err == nil {
				_ = reply.Body.Close()
			}
		}()
		eventually(t, "the call is in flight", func() bool { return len(upstreams["Gamma"].Requests()) == 2 })
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
