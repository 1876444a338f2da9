//go:build desktop || bindings || dev

package desktop

import (
	"time"

	"headgate/app"
	"headgate/app/i18n"
)

// command is what a tray item's line does.
type command string

const (
	commandNone      command = "" // only tells, or has a submenu
	commandStart     command = "start"
	commandStop      command = "stop"
	commandRestart   command = "restart"
	commandCopy      command = "copy"
	commandPin       command = "pin"       // the member id
	commandUnpin     command = "unpin"     // whoever is pinned in group id
	commandClear     command = "clear"     // the cooldowns in group id
	commandShowGroup command = "showGroup" // group id, in the window
	commandPage      command = "page"      // path, in the window
	commandAutostart command = "autostart"
	commandOpen      command = "open"
	commandQuit      command = "quit"
)

// shape is the tray icon's: states differ in shape, not in colour alone.
type shape string

const (
	shapeRunning shape = "running"
	shapeStopped shape = "stopped"
	shapeFailed  shape = "failed" // it needs a person: no port, locked keys, no network
)

// What a menu has room for; the window shows the rest.
const (
	mostGroups  = 12
	mostMembers = 16
	mostLetters = 60
)

// trayState is what the tray shows, before it has words.
type trayState struct {
	status    app.ListenerStatus
	locked    bool // the provider keys are
	offline   bool
	quitting  bool
	autostart *bool // whether the program starts at login; nil: that can't be had here
	groups    []app.GroupNow
}

// until returns when the state changes by itself next; zero: it doesn't.
func (s trayState) until() (next time.Time) {
	for _, g := range s.groups {
		for _, m := range g.Members {
			for _, t := range []time.Time{m.CooldownUntil, m.PinnedUntil} {
				if !t.IsZero() && (next.IsZero() || t.Before(next)) {
					next = t
				}
			}
		}
	}
	return next
}

// view is all that the tray shows.
type view struct {
	shape   shape
	tooltip string
	lines   []line
}

// line is one of a menu's. What changes about one keeps its place: systems have a
// line's place, and a click may come after a change.
type line struct {
	command command
	section int // of the menu; sections are set apart
	title   string
	enabled bool
	tick    tick
	hidden  bool
	id      int64  // what the command is about
	path    string // of a page
	below   []line // its submenu
}

// tick tells whether a line can be ticked off, and is.
type tick int

const (
	tickNone tick = iota
	tickOff
	tickOn
)

func ticked(on bool) tick {
	if on {
		return tickOn
	}
	return tickOff
}

// look is how the tray looks in a state.
func look(s trayState, texts *i18n.Texts) view {
	v := view{shape: shapeStopped}
	address := map[string]any{"Address": s.status.Address}
	var words string
	switch {
	case s.quitting && s.status.State == app.ListenerDraining:
		words = texts.T("tray.quitting", nil)
	case s.status.State == app.ListenerDraining:
		words = texts.T("tray.draining", nil)
	case s.locked:
		v.shape, words = shapeFailed, texts.T("tray.locked", nil)
	case s.status.State == app.ListenerFailed:
		v.shape, words = shapeFailed, texts.T("tray.failed", address)
	case s.status.State == app.ListenerRunning && s.offline:
		v.shape, words = shapeFailed, texts.T("tray.offline", address)
	case s.status.State == app.ListenerRunning:
		v.shape, words = shapeRunning, texts.T("tray.running", address)
	default:
		words = texts.T("tray.stopped", nil)
	}
	v.tooltip = "Headgate: " + words
	running := s.status.State == app.ListenerRunning && !s.quitting
	startable := (s.status.State == app.ListenerStopped || s.status.State == app.ListenerFailed) && !s.quitting
	quit := "tray.quit"
	if s.quitting {
		quit = "tray.quit_now"
	}
	v.lines = []line{
		{title: words},
		{command: commandStart, section: 1, title: texts.T("tray.start", nil), enabled: startable},
		{command: commandStop, section: 1, title: texts.T("tray.stop", nil), enabled: running},
		{command: commandRestart, section: 1, title: texts.T("tray.restart", nil), enabled: running},
		{command: commandCopy, section: 1, title: texts.T("tray.copy", nil), enabled: s.status.BaseURL != ""},
	}
	v.lines = append(v.lines, groupLines(s.groups, texts)...)
	v.lines = append(v.lines,
		line{command: commandOpen, section: 3, title: texts.T("tray.open", nil), enabled: true},
		line{section: 3, title: texts.T("tray.pages", nil), enabled: true, below: pageLines(texts)},
		autostartLine(s.autostart, texts),
		line{command: commandQuit, section: 4, title: texts.T(quit, nil), enabled: true},
	)
	return v
}

func autostartLine(on *bool, texts *i18n.Texts) line {
	l := line{command: commandAutostart, section: 4, title: texts.T("tray.autostart", nil), enabled: true, tick: tickOff, hidden: on == nil}
	if on != nil {
		l.tick = ticked(*on)
	}
	return l
}

// pageLines are the pages in the rail's order.
func pageLines(texts *i18n.Texts) (lines []line) {
	for _, p := range []struct{ path, title string }{
		{"dashboard", texts.T("dashboard.title", nil)},
		{"calls", texts.T("calls.title", nil)},
		{"groups", texts.T("groups.title", nil)},
		{"providers", texts.T("providers.title", nil)},
		{"keys", texts.T("keys.title", nil)},
		{"connect", texts.T("connect.title", nil)},
		{"keywords", texts.T("keywords.title", nil)},
		{"playground", texts.T("playground.title", nil)},
		{"settings", texts.T("settings.title", nil)},
	} {
		lines = append(lines, line{command: commandPage, title: p.title, enabled: true, path: p.path})
	}
	return lines
}

// groupLines are always as many, so that those below keep their places.
func groupLines(groups []app.GroupNow, texts *i18n.Texts) []line {
	lines := make([]line, mostGroups, mostGroups+1)
	for i := range lines {
		lines[i] = line{section: 2, hidden: true}
		if i < len(groups) {
			lines[i] = groupLine(groups[i], texts)
		}
	}
	rest := "tray.groups"
	if len(groups) == 0 {
		rest = "tray.no_groups"
	}
	return append(lines, line{command: commandPage, section: 2, title: texts.T(rest, nil), enabled: true, path: "groups"})
}

func groupLine(g app.GroupNow, texts *i18n.Texts) line {
	l := line{section: 2, enabled: true}
	words := map[string]any{"Group": short(g.Name), "Member": short(g.Active)}
	var cooling bool
	var pinned *app.MemberNow
	for i, m := range g.Members {
		cooling = cooling || !m.CooldownUntil.IsZero()
		if !m.PinnedUntil.IsZero() {
			pinned = &g.Members[i]
		}
	}
	switch {
	case !g.Enabled:
		l.title = texts.T("tray.group_off", words)
	case g.Active == "":
		l.title = texts.T("tray.group_nobody", words)
	case pinned != nil && pinned.Name == g.Active:
		words["Time"] = clockTime(pinned.PinnedUntil)
		l.title = texts.T("tray.group_pinned", words)
	default:
		l.title = texts.T("tray.group", words)
	}
	l.below = []line{
		{command: commandShowGroup, title: texts.T("tray.show_group", nil), enabled: true, id: g.ID},
		{command: commandUnpin, title: texts.T("pin.unpin", nil), enabled: pinned != nil, id: g.ID},
		{command: commandClear, title: texts.T("tray.clear", nil), enabled: cooling, id: g.ID},
		{section: 1, title: texts.T("tray.pin", nil)},
	}
	for _, m := range g.Members[:min(len(g.Members), mostMembers)] {
		member := line{
			command: commandPin, section: 1, title: short(m.Name), enabled: m.Served, id: m.ID,
			tick: ticked(!m.PinnedUntil.IsZero()),
		}
		if !m.CooldownUntil.IsZero() {
			member.title = texts.T("tray.cooling", map[string]any{"Member": member.title, "Time": clockTime(m.CooldownUntil)})
		}
		l.below = append(l.below, member)
	}
	return l
}

func clockTime(t time.Time) string { return t.Local().Format("15:04") }

// short makes a name fit into a menu, where a control character would do harm.
func short(name string) string {
	letters := []rune(name)
	if len(letters) > mostLetters {
		letters = append(letters[:mostLetters-1], '…')
	}
	for i, r := range letters {
		if r < ' ' || r == 0x7f {
			letters[i] = ' '
		}
	}
	return string(letters)
}
