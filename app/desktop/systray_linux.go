//go:build (desktop || dev) && !bindings

package desktop

import (
	"context"
	"embed"
	"strings"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

//go:embed icons/running.png icons/stopped.png icons/failed.png
var icons embed.FS

func icon(s shape) []byte {
	content, _ := icons.ReadFile("icons/" + string(s) + ".png") // embedded: can't fail
	return content
}

func templateIcon(shape) []byte { return nil } // macOS only

func (a *systrayArea) beforeWindow(view, func(line), func()) {}

func (a *systrayArea) start(first view, click func(line), ready func()) {
	bus, err := sessionBus()
	if err != nil {
		return // no desktop session, so no tray
	}
	_ = bus.Close()
	systray.SetTitle("Headgate")
	systray.SetOnTapped(func() { click(line{command: commandOpen}) })
	begin, end := systray.RunWithExternalLoop(func() { a.build(first, click, ready) }, nil)
	a.end = func() {
		// The library's end dereferences a connection that it has only if all of
		// its beginning went well, and doesn't tell whether it did.
		defer func() { _ = recover() }()
		end()
	}
	begin()
}

// visible asks whether the desktop shows tray items at all: GNOME without an
// extension doesn't, and a window hidden there would be lost.
func (a *systrayArea) visible() bool {
	if !a.ready.Load() {
		return false
	}
	bus, err := sessionBus()
	if err != nil {
		return false
	}
	defer bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	const watcher = "org.kde.StatusNotifierWatcher"
	var hosted dbus.Variant
	err = bus.Object(watcher, "/StatusNotifierWatcher").CallWithContext(
		ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, watcher, "IsStatusNotifierHostRegistered",
	).Store(&hosted)
	shown, ok := hosted.Value().(bool)
	return err == nil && ok && shown
}

// escaped keeps the underscores of names: one alone marks a letter to press.
func escaped(title string) string { return strings.ReplaceAll(title, "_", "__") }
