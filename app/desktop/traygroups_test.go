//go:build desktop && linux

package desktop

import (
	"strings"
	"testing"

	"headgate/app"
	"headgate/app/catalog"
)

// twoMembers makes the group chat with the members m1 and m2.
func twoMembers(t *testing.T, a *app.App) catalog.Group {
	t.Helper()
	p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: "Alpha", Dialect: "openai", BaseURL: "http://127.0.0.1:9", Enabled: true,
		Keys: []catalog.ProviderKeyInput{{Secret: "sk-canary-0123456789abcdef", Enabled: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	group := catalog.GroupInput{Name: "chat", Policy: "priority", Enabled: true}
	for i, name := range []string{"m1", "m2"} {
		m, err := a.Catalog.SaveModel(t.Context(), catalog.Model{ProviderID: p.ID, Name: name, Enabled: true})
		if err != nil {
			t.Fatal(err)
		}
		group.Members = append(group.Members, catalog.MemberInput{ModelID: m.ID, Priority: i + 1, Weight: 1, Enabled: true})
	}
	saved, err := a.Catalog.SaveGroup(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// group returns the line of the first group.
func (v view) group() line {
	for _, l := range v.lines {
		if l.section == 2 && !l.hidden {
			return l
		}
	}
	return line{}
}

func TestTrayPinsAndUnpins(t *testing.T) {
	a, area := startedTray(t, "127.0.0.1:0")
	area.until(t, "that there is no group", func(v view) bool { return v.group().command == commandPage })
	g := twoMembers(t, a)
	var pin line
	area.until(t, "the group with who answers", func(v view) bool {
		if v.group().title == "chat: Alpha · m1" {
			pin = v.group().below[5]
		}
		return pin.command == commandPin
	})
	for _, unpin := range []line{{command: commandUnpin, id: g.ID}, {command: commandPin, tick: tickOn, id: pin.id}} {
		area.click(pin)
		area.until(t, "the pinned member", func(v view) bool {
			return strings.HasPrefix(v.group().title, "chat: Alpha · m2, pinned until ") && v.group().below[5].tick == tickOn
		})
		area.click(unpin)
		area.until(t, "the group's own order", func(v view) bool { return v.group().title == "chat: Alpha · m1" })
	}
	if err := a.Catalog.DeleteGroup(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	area.until(t, "that the group is gone", func(v view) bool { return v.group().command == commandPage })
}

func TestTrayLeadsIntoTheWindow(t *testing.T) {
	_, area := startedTray(t, "127.0.0.1:0")
	for _, c := range []struct {
		click line
		want  string
	}{
		{line{command: commandPage, path: "calls"}, "page calls"},
		{line{command: commandShowGroup, id: 7}, "group 7"},
		{line{command: commandOpen}, "open"},
		{line{command: commandQuit}, "quit"},
	} {
		area.click(c.click)
		if got := <-area.acted; got != c.want {
			t.Errorf("%v did %q, want %q", c.click, got, c.want)
		}
	}
}

func TestTrayStartsAtLogin(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	_, area := startedTray(t, "127.0.0.1:0")
	tick := func(v view) tick {
		for _, l := range v.lines {
			if l.command == commandAutostart && !l.hidden {
				return l.tick
			}
		}
		return tickNone
	}
	area.until(t, "no start at login", func(v view) bool { return tick(v) == tickOff })
	area.click(line{command: commandAutostart, tick: tickOff})
	area.until(t, "a start at login", func(v view) bool { return tick(v) == tickOn })
	area.click(line{command: commandAutostart, tick: tickOn})
	area.until(t, "no start at login", func(v view) bool { return tick(v) == tickOff })
}
