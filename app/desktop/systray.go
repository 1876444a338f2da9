//go:build (desktop || dev) && !bindings

package desktop

import (
	"sync/atomic"

	"fyne.io/systray"
)

// systrayArea is the tray of Windows, macOS and the Linux desktops. There is
// one in a process: the library keeps its state in variables.
type systrayArea struct {
	items map[command]*systray.MenuItem
	shape shape
	ready atomic.Bool
	end   func() // nil: it never began
}

func systemArea() area { return &systrayArea{} }

// build makes the menu; the library calls it on a goroutine of its own.
func (a *systrayArea) build(first view, click func(command), ready func()) {
	a.items = make(map[command]*systray.MenuItem, len(first.lines))
	for i, l := range first.lines {
		if i > 0 && l.group != first.lines[i-1].group {
			systray.AddSeparator()
		}
		item := systray.AddMenuItem(l.title, "")
		if !l.enabled {
			item.Disable()
		}
		a.items[l.command] = item
		go func() {
			for range item.ClickedCh {
				click(l.command)
			}
		}()
	}
	a.dress(first)
	a.ready.Store(true)
	ready()
}

func (a *systrayArea) show(v view) {
	if !a.ready.Load() {
		return // build calls ready, which asks for the view again
	}
	for _, l := range v.lines {
		item := a.items[l.command]
		item.SetTitle(l.title)
		switch {
		case l.enabled && item.Disabled():
			item.Enable()
		case !l.enabled && !item.Disabled():
			item.Disable()
		}
	}
	a.dress(v)
}

func (a *systrayArea) dress(v view) {
	if v.shape != a.shape {
		a.shape = v.shape
		systray.SetTemplateIcon(templateIcon(v.shape), icon(v.shape))
	}
	systray.SetTooltip(v.tooltip)
}

func (a *systrayArea) stop() {
	if a.end != nil {
		a.end()
	}
}
