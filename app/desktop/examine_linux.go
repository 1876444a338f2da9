//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// Examine tells whether this desktop shows window, tray item and notifications.
// That WebKitGTK is there needs no look: the program wouldn't have begun.
func Examine() []Finding {
	window := Finding{Check: "window", Level: "ok", Says: "there is a display, and WebKitGTK is there"}
	if err := display(); err != nil {
		window.Level, window.Says, window.Do = "warn", err.Error(), "headgate serve does without one"
	}
	tray := Finding{Check: "tray", Level: "ok", Says: "the desktop shows tray items"}
	notices := Finding{Check: "notifications", Level: "ok", Says: "the desktop shows notifications"}
	bus, err := sessionBus()
	if err != nil {
		const none = "there is no session bus, so no desktop to ask: "
		tray.Level, tray.Says = "warn", none+err.Error()
		notices.Level, notices.Says = "warn", none+err.Error()
		return []Finding{window, tray, notices}
	}
	defer bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if !owned(ctx, bus, trayWatcher) {
		tray.Level, tray.Says = "warn", "nothing here shows tray items ("+trayWatcher+"): closing the window ends the program"
		tray.Do = "on GNOME, install the extension “AppIndicator and KStatusNotifierItem Support”"
	}
	if !owned(ctx, bus, boardName) {
		notices.Level, notices.Says = "warn", "nothing here shows notifications ("+boardName+")"
	}
	return []Finding{window, tray, notices}
}

const trayWatcher = "org.kde.StatusNotifierWatcher"

// owned tells whether a service runs, or is started when it is asked for.
func owned(ctx context.Context, bus *dbus.Conn, name string) bool {
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		if err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus."+list, 0).Store(&names); err != nil {
			continue
		}
		for _, n := range names {
			if n == name {
				return true
			}
		}
	}
	return false
}
