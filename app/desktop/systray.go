//go:build (desktop || dev) && !bindings

package desktop

import (
	"sync/atomic"

	"fyne.io/systray"
)

// systrayArea is the tray of Windows, macOS and the Linux desktops. There is
// one in a process: the library keeps its state in variables.
type systrayArea struct {
	items   []*menuItem
	click   func(line)
	shape   shape
	tooltip string
	ready   atomic.Bool
	end     func() // nil: it never began
}

// menuItem is a place in a menu. It is never removed, only hidden: the library
// crashes when an item is clicked while it is being removed.
type menuItem struct {
	item  *systray.MenuItem
	line  atomic.Pointer[line] // what it shows now
	below []*menuItem
}

func systemArea() area { return &systrayArea{} }

// build makes the menu; the library calls it on a goroutine of its own.
func (a *systrayArea) build(first view, click func(line), ready func()) {
	a.click = click
	a.dress(first)
	a.ready.Store(true)
	ready()
}

func (a *systrayArea) show(v view) {
	if a.ready.Load() { // else build calls ready, which asks for the view again
		a.dress(v)
	}
}

func (a *systrayArea) dress(v view) {
	a.items = a.follow(nil, a.items, v.lines)
	if v.shape != a.shape {
		a.shape = v.shape
		systray.SetTemplateIcon(templateIcon(v.shape), icon(v.shape))
	}
	if v.tooltip != a.tooltip {
		a.tooltip = v.tooltip
		systray.SetTooltip(v.tooltip)
	}
}

// follow makes the items of a menu show lines, one each, in the order of both.
func (a *systrayArea) follow(parent *systray.MenuItem, items []*menuItem, lines []line) []*menuItem {
	for i, l := range lines {
		if i == len(items) {
			if i > 0 && l.section != lines[i-1].section {
				separate(parent)
			}
			items = append(items, a.add(parent, l))
			continue
		}
		a.change(items[i], l)
	}
	for _, unused := range items[len(lines):] {
		l := *unused.line.Load()
		l.hidden = true
		a.change(unused, l)
	}
	return items
}

func separate(parent *systray.MenuItem) {
	if parent == nil {
		systray.AddSeparator()
	} else {
		parent.AddSeparator()
	}
}

func (a *systrayArea) add(parent *systray.MenuItem, l line) *menuItem {
	m := &menuItem{}
	title := escaped(l.title)
	switch {
	case parent == nil && l.tick == tickNone:
		m.item = systray.AddMenuItem(title, "")
	case parent == nil:
		m.item = systray.AddMenuItemCheckbox(title, "", l.tick == tickOn)
	case l.tick == tickNone:
		m.item = parent.AddSubMenuItem(title, "")
	default:
		m.item = parent.AddSubMenuItemCheckbox(title, "", l.tick == tickOn)
	}
	if !l.enabled {
		m.item.Disable()
	}
	if l.hidden {
		m.item.Hide()
	} else {
		m.below = a.follow(m.item, nil, l.below)
	}
	m.line.Store(&l)
	go func() {
		for range m.item.ClickedCh {
			a.click(*m.line.Load())
		}
	}()
	return m
}

// change touches only what is another one now: each touch is a message to the
// desktop, and on Windows brings a hidden item back.
func (a *systrayArea) change(m *menuItem, l line) {
	before := *m.line.Load()
	m.line.Store(&l)
	if l.hidden {
		if !before.hidden {
			m.item.Hide()
		}
		return
	}
	if l.title != before.title {
		m.item.SetTitle(escaped(l.title))
	}
	if l.enabled != !m.item.Disabled() {
		if l.enabled {
			m.item.Enable()
		} else {
			m.item.Disable()
		}
	}
	if on := l.tick == tickOn; on != m.item.Checked() {
		if on {
			m.item.Check()
		} else {
			m.item.Uncheck()
		}
	}
	if before.hidden {
		m.item.Show()
	}
	m.below = a.follow(m.item, m.below, l.below)
}

func (a *systrayArea) stop() {
	if a.end != nil {
		a.end()
	}
}
