//go:build desktop && linux

package desktop

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/wailsapp/wails/v2/pkg/menu"

	"headgate/app"
	"headgate/app/i18n"
)

func TestMenuBar(t *testing.T) {
	running := trayState{status: app.ListenerStatus{State: app.ListenerRunning, BaseURL: "http://127.0.0.1:8001/v1"}}
	for _, locale := range i18n.Locales {
		texts := i18n.New(locale)
		var clicked []line
		m := barOf(look(running, texts), texts).menu(func(l line) { clicked = append(clicked, l) })
		used := map[string]bool{}
		var enabled []string
		for _, sub := range m.Items {
			if sub.Type != menu.SubmenuType || sub.Role != 0 {
				continue
			}
			for _, item := range sub.SubMenu.Items {
				if key := fmt.Sprint(item.Accelerator); item.Accelerator != nil {
					if used[key] {
						t.Errorf("%s: %s is used twice", locale, key)
					}
					used[key] = true
				}
				if item.Label == "" {
					t.Errorf("%s: an item says nothing", locale)
				}
				if !item.Disabled {
					enabled = append(enabled, item.Label)
					item.Click(nil)
				}
			}
		}
		if slices.Contains(enabled, texts.T("tray.start", nil)) || !slices.Contains(enabled, texts.T("tray.stop", nil)) {
			t.Errorf("%s: enabled are %q", locale, enabled)
		}
		if last := clicked[len(clicked)-1]; len(clicked) != len(enabled) || last.command != commandPage || last.path != "settings" {
			t.Errorf("%s: the clicks did %v", locale, clicked)
		}
	}
}

// A call that changes who answers a group is no reason to make the bar anew.
func TestMenuBarFollowsTheGatewayAndTheLanguage(t *testing.T) {
	running := trayState{status: app.ListenerStatus{State: app.ListenerRunning}}
	busy := running
	busy.groups = manyGroups(3, 3)
	english := i18n.New("en")
	was := barOf(look(running, english), english)
	if !reflect.DeepEqual(was, barOf(look(busy, english), english)) {
		t.Error("groups change the bar")
	}
	stopped, japanese := trayState{}, i18n.New("ja")
	if reflect.DeepEqual(was, barOf(look(stopped, english), english)) || reflect.DeepEqual(was, barOf(look(running, japanese), japanese)) {
		t.Error("the bar stays as it was")
	}
}
