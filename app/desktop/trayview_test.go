//go:build desktop && linux

package desktop

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/i18n"
)

// enabled returns the commands of the menu's own lines that can be clicked.
func (v view) enabled() (list []command) {
	for _, l := range v.lines {
		if l.enabled && !l.hidden && l.command != commandNone {
			list = append(list, l.command)
		}
	}
	return list
}

func TestTrayFollowsTheGateway(t *testing.T) {
	const address, url = "127.0.0.1:8001", "http://127.0.0.1:8001/v1"
	running := app.ListenerStatus{State: app.ListenerRunning, Address: address, BaseURL: url}
	draining := app.ListenerStatus{State: app.ListenerDraining, Address: address, BaseURL: url}
	always := []command{commandPage, commandOpen, commandQuit}
	for name, c := range map[string]struct {
		state   trayState
		shape   shape
		says    string
		enabled []command
	}{
		"stopped, nothing tried yet": {
			trayState{status: app.ListenerStatus{State: app.ListenerStopped}},
			shapeStopped, "Stopped",
			[]command{commandStart},
		},
		"running": {
			trayState{status: running}, shapeRunning, address, []command{commandStop, commandRestart, commandCopy},
		},
		"draining": {
			trayState{status: draining}, shapeStopped, "Stopping", []command{commandCopy},
		},
		"quitting with calls in flight": {
			trayState{status: draining, quitting: true}, shapeStopped, "Quitting", []command{commandCopy},
		},
		"port taken": {
			trayState{status: app.ListenerStatus{State: app.ListenerFailed, Address: address, BaseURL: url, Error: apperr.New("port_taken")}},
			shapeFailed, address,
			[]command{commandStart, commandCopy},
		},
		"keys locked": {
			trayState{status: app.ListenerStatus{State: app.ListenerStopped}, locked: true}, shapeFailed, "locked", []command{commandStart},
		},
		"no network": {
			trayState{status: running, offline: true}, shapeFailed, "no network", []command{commandStop, commandRestart, commandCopy},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := look(c.state, i18n.New("en"))
			if got.shape != c.shape || !strings.Contains(got.tooltip, c.says) || !strings.Contains(got.lines[0].title, c.says) {
				t.Errorf("got %s, %q, %q; want %s and %q", got.shape, got.tooltip, got.lines[0].title, c.shape, c.says)
			}
			if want := append(c.enabled, always...); !slices.Equal(got.enabled(), want) {
				t.Errorf("enabled are %v, want %v", got.enabled(), want)
			}
			if quit := got.lines[len(got.lines)-1]; c.state.quitting != (quit.title == "Quit now") {
				t.Errorf("the last line says %q", quit.title)
			}
		})
	}
}

// manyGroups makes groups of members, one cooling down and one pinned in each.
func manyGroups(groups, members int) (list []app.GroupNow) {
	for g := range groups {
		now := app.GroupNow{ID: int64(g + 1), Name: fmt.Sprintf("group_%d", g), Enabled: true, Active: "A · m1"}
		for m := range members {
			now.Members = append(now.Members, app.MemberNow{ID: int64(100*g + m + 1), Name: fmt.Sprintf("A · m%d", m), Served: true})
		}
		now.Members[0].CooldownUntil = time.Now().Add(time.Minute)
		now.Members[1].PinnedUntil = time.Now().Add(time.Hour)
		list = append(list, now)
	}
	return list
}

func TestTrayShowsGroups(t *testing.T) {
	texts := i18n.New("en")
	s := trayState{groups: manyGroups(3, 2)}
	s.groups[1].Enabled = false
	s.groups[2].Active, s.groups[2].Members[1].PinnedUntil = "", time.Time{}
	s.groups[2].Members[0].Served = false
	pinned := s.groups[0].Members[1].PinnedUntil.Local().Format("15:04")
	var titles []string
	var groups []line
	for _, l := range look(s, texts).lines {
		if l.section == 2 && !l.hidden {
			titles, groups = append(titles, l.title), append(groups, l)
		}
	}
	want := []string{"group_0: A · m1, pinned until " + pinned, "group_1: off", "group_2: no member can answer", "All groups…"}
	if !slices.Equal(titles, want) {
		t.Errorf("the groups' lines are %q, want %q", titles, want)
	}
	first, last := groups[0].below, groups[2].below
	if !first[1].enabled || !first[2].enabled || last[1].enabled {
		t.Error("unpin or clear can be clicked where there is nothing to, or can't where there is")
	}
	if a, b := first[4], first[5]; a.tick != tickOff || b.tick != tickOn || !strings.Contains(a.title, "cooling down until") || !b.enabled || b.id != 2 {
		t.Errorf("the members' lines are %+v and %+v", a, b)
	}
	if last[4].enabled {
		t.Error("a member that isn't served can be pinned")
	}
	if s.until() != s.groups[0].Members[0].CooldownUntil {
		t.Errorf("the next change is at %v", s.until())
	}
}

// However much there is, the menu stays one that a screen can show, and what stands
// below the groups keeps its place.
func TestTrayMenuIsBounded(t *testing.T) {
	texts := i18n.New("en")
	none, many := look(trayState{}, texts), look(trayState{groups: manyGroups(100, 100)}, texts)
	if len(none.lines) != len(many.lines) || len(many.lines) > 25 {
		t.Errorf("the menu has %d lines without groups and %d with 100", len(none.lines), len(many.lines))
	}
	for i, l := range many.lines {
		if len(l.below) > 20 || l.section != none.lines[i].section {
			t.Errorf("%q has %d lines below, in section %d", l.title, len(l.below), l.section)
		}
	}
	long := app.GroupNow{Name: strings.Repeat("長", 500) + "\t\n", Enabled: true, Active: strings.Repeat("x\n", 500)}
	if title := groupLine(long, texts).title; len([]rune(title)) > 130 || strings.ContainsAny(title, "\t\n") {
		t.Errorf("a long name gives %q", title)
	}
}

func TestTraySpeaksEveryLanguage(t *testing.T) {
	on := true
	for _, locale := range i18n.Locales {
		var check func(lines []line)
		check = func(lines []line) {
			for _, l := range lines {
				if !l.hidden && (l.title == "" || strings.HasPrefix(l.title, "tray.") || strings.Contains(l.title, ".title")) {
					t.Errorf("%s: a line says %q", locale, l.title)
				}
				check(l.below)
			}
		}
		check(look(trayState{status: app.ListenerStatus{State: app.ListenerRunning}, autostart: &on, groups: manyGroups(2, 2)}, i18n.New(locale)).lines)
	}
}

func TestIconsDifferInShape(t *testing.T) {
	shapes := map[string]shape{}
	for _, s := range []shape{shapeRunning, shapeStopped, shapeFailed} {
		picture, err := png.Decode(bytes.NewReader(icon(s)))
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		// White is the gate, whatever the tile's colour.
		var gate strings.Builder
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				if r, g, b, _ := picture.At(x, y).RGBA(); r == 0xffff && g == 0xffff && b == 0xffff {
					gate.WriteByte('#')
				} else {
					gate.WriteByte('.')
				}
			}
		}
		if other, taken := shapes[gate.String()]; taken {
			t.Errorf("%s and %s have the same shape", s, other)
		}
		shapes[gate.String()] = s
	}
}
