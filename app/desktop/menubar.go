//go:build desktop || bindings || dev

package desktop

import (
	"context"
	goruntime "runtime"
	"strconv"

	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/menu/keys"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"headgate/app/i18n"
)

// hasMenuBar: on a Mac the bar is where people look, and without it text fields know no
// ⌘C. Windows' and Linux' text fields know their keys by themselves, the page has the
// shortcuts, and a bar would only repeat the rail.
const hasMenuBar = goruntime.GOOS == "darwin"

// bar is what the menu bar has of our own: what the tray does for the gateway, and the
// pages.
type bar struct {
	gateway, pages string // the menus' titles
	acts, places   []line
}

func barOf(v view, texts *i18n.Texts) bar {
	b := bar{gateway: texts.T("gateway.title", nil), pages: texts.T("tray.pages", nil), places: pageLines(texts)}
	for _, l := range v.lines {
		if _, shown := barKeys[l.command]; shown {
			b.acts = append(b.acts, l)
		}
	}
	return b
}

var barKeys = map[command]*keys.Accelerator{
	commandStart:   nil, // nobody should start or stop it by a slip of the hand
	commandStop:    nil,
	commandRestart: nil,
	commandCopy:    keys.Combo("c", keys.CmdOrCtrlKey, keys.ShiftKey),
}

// pageKey is the page's own shortcut: a number in the rail's order, a comma for the
// settings, as everywhere.
func pageKey(i int, path string) *keys.Accelerator {
	if path == "settings" {
		return keys.CmdOrCtrl(",")
	}
	return keys.CmdOrCtrl(strconv.Itoa(i + 1))
}

func (b bar) menu(click func(line)) *menu.Menu {
	m := menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu())
	add := func(to *menu.Menu, l line, key *keys.Accelerator) {
		item := to.AddText(l.title, key, func(*menu.CallbackData) { click(l) })
		item.Disabled = !l.enabled
	}
	gateway := m.AddSubmenu(b.gateway)
	for _, l := range b.acts {
		add(gateway, l, barKeys[l.command])
	}
	places := m.AddSubmenu(b.pages)
	for i, l := range b.places {
		add(places, l, pageKey(i, l.path))
	}
	m.Append(menu.WindowMenu())
	return m
}

func (s *shell) setBar(b bar) {
	s.withWindow(func(ctx context.Context) { runtime.MenuSetApplicationMenu(ctx, b.menu(s.tray.click)) })
}
