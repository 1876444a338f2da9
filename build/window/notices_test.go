//go:build window && linux

package window

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"headgate/app"
	"headgate/app/catalog"
	"headgate/gateway/gatewaytest"
)

// furnish makes a data folder with groups by name, each of members that answer
// as scripted, the first one first. It returns an API key for all of them, and the
// upstreams by their markers.
func furnish(t *testing.T, data string, groups map[string][]gatewaytest.Script) (string, map[string]*gatewaytest.Upstream) {
	t.Helper()
	upstreams := map[string]*gatewaytest.Upstream{}
	a := app.New(app.Options{DataDir: data, Address: "127.0.0.1:0"})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}()
	key := catalog.APIKeyInput{Name: "laptop", Enabled: true}
	for name, scripts := range groups {
		group := catalog.GroupInput{Name: name, Policy: "priority", Enabled: true}
		for i, script := range scripts {
			upstream := gatewaytest.Start(t, script)
			upstreams[script.Marker] = upstream
			p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
				Name: script.Marker, Dialect: "openai", BaseURL: upstream.URL(), Enabled: true,
				Keys: []catalog.ProviderKeyInput{{Secret: "sk-canary-0123456789abcdef", Enabled: true}},
			})
			if err != nil {
				t.Fatal(err)
			}
			m, err := a.Catalog.SaveModel(t.Context(), catalog.Model{ProviderID: p.ID, Name: "m1", Enabled: true})
			if err != nil {
				t.Fatal(err)
			}
			group.Members = append(group.Members, catalog.MemberInput{ModelID: m.ID, Priority: i + 1, Weight: 1, Enabled: true})
		}
		saved, err := a.Catalog.SaveGroup(t.Context(), group)
		if err != nil {
			t.Fatal(err)
		}
		key.GroupIDs = append(key.GroupIDs, saved.ID)
	}
	made, err := a.Catalog.CreateAPIKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return made.Key, upstreams
}

// request is a call to a group.
func request(t *testing.T, address, key, group string) *http.Request {
	t.Helper()
	call, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/v1/chat/completions",
		strings.NewReader(`{"model":"`+group+`","messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	call.Header.Set("Authorization", "Bearer "+key)
	call.Header.Set("Content-Type", "application/json")
	return call
}

// ask makes a call and returns its status.
func ask(t *testing.T, address, key, group string) int {
	t.Helper()
	reply, err := http.DefaultClient.Do(request(t, address, key, group))
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	return reply.StatusCode
}

// A person who is elsewhere hears of a failover from the desktop, once, and one
// click leads to the group.
func TestNotifications(t *testing.T) {
	limited := gatewaytest.Behaviour{
		Status: http.StatusTooManyRequests, Header: []gatewaytest.Header{{Name: "Retry-After", Value: "600"}},
	}
	script := func(name string, steps ...gatewaytest.Behaviour) gatewaytest.Script {
		return gatewaytest.Script{Marker: name, Steps: steps}
	}
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	key, _ := furnish(t, data, map[string][]gatewaytest.Script{
		"chat":  {script("Alpha", limited), script("Beta")},
		"code":  {script("Gamma", limited), script("Delta")},
		"draft": {script("Epsilon", limited)},
		"mail":  {script("Zeta", limited)},
		"notes": {script("Eta")},
	})
	newWatcher(t)
	desk := newBoard(t)
	start(t, data, address)
	eventually(t, "the gateway at "+address, func() bool { return open(address) })
	eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
	says(t, address)

	step := func(name string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	hide := func(t *testing.T) {
		t.Helper()
		eventually(t, "the window has the keyboard", func() bool { return active() == "Headgate" })
		if _, err := tool("xdotool", "key", "alt+F4"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the window is gone", func() bool { return shown("Headgate") == "" })
	}
	step("a person at the window reads it there", func(t *testing.T) {
		if status := ask(t, address, key, "draft"); status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Fatalf("the call ended with %d", status)
		}
		says(t, texts.T("notify.exhausted", map[string]any{"Group": "draft"}))
		picture(t, "toast")
		desk.none(t)
	})
	var failover notice
	step("a person elsewhere gets one notification", func(t *testing.T) {
		hide(t)
		for range 5 {
			if status := ask(t, address, key, "chat"); status != http.StatusOK {
				t.Fatalf("the call ended with %d", status)
			}
		}
		failover = desk.next(t)
		if want := texts.T("notify.failover", map[string]any{"Group": "chat", "Provider": "Beta"}); failover.title != want {
			t.Errorf("the title is %q, want %q", failover.title, want)
		}
		for _, part := range []string{"Alpha", texts.T("class.rate_limited", nil), "limits.", "10 min"} {
			if !strings.Contains(failover.body, part) {
				t.Errorf("the text lacks %q: %q", part, failover.body)
			}
		}
		// This service shows markup, so that an apostrophe comes as one.
		if !strings.Contains(failover.body, "provider&#39;s") || strings.Contains(failover.body, "canary") {
			t.Errorf("the text is %q", failover.body)
		}
		var wide, high, stride, bits, channels int32
		var alpha bool
		var icon []byte
		parts, _ := failover.hints["image-data"].Value().([]any)
		if err := dbus.Store(parts, &wide, &high, &stride, &alpha, &bits, &channels, &icon); err != nil ||
			wide == 0 || stride != 4*wide || int32(len(icon)) != stride*high {
			t.Errorf("its icon is %d by %d, %d bytes (%v)", wide, high, len(icon), err)
		}
		if !slices.Contains(failover.actions, "default") {
			t.Errorf("it has the actions %q", failover.actions)
		}
		desk.none(t)
	})
	step("a click opens the window at the group", func(t *testing.T) {
		desk.click(t, failover)
		eventually(t, "the window is back", func() bool { return shown("Headgate") != "" })
		says(t, texts.T("groups.copy_name", map[string]any{"Name": "chat"}))
		picture(t, "notification-clicked")
	})
	step("switched off, there is none", func(t *testing.T) {
		typed(t, "ctrl+k")
		stands(t, texts.T("providers.title", nil))
		typed(t, "g", "e", "n", "e", "r", "a", "l", "Return")
		says(t, texts.T("settings.notify", nil))
		picture(t, "notification-settings")
		press(t, texts.T("settings.notify_failover", nil))
		off(t, texts.T("settings.notify_failover", nil))
		hide(t)
		if status := ask(t, address, key, "code"); status != http.StatusOK {
			t.Fatalf("the call ended with %d", status)
		}
		ask(t, address, key, "mail") // of the kind that is on
		mail := desk.next(t)
		if want := texts.T("notify.exhausted", map[string]any{"Group": "mail"}); mail.title != want {
			t.Errorf("there is %q, want %q", mail.title, want)
		}
		desk.dismiss(t, mail)
		desk.none(t)
		if shown("Headgate") != "" {
			t.Error("the window came though the notification was only dismissed")
		}
	})
}
