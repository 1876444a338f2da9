//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/godbus/dbus/v5"
)

// sessionBus connects to the person's message bus, or fails where there is
// none: the library would start a stray daemon of its own.
func sessionBus() (*dbus.Conn, error) {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		socket := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
		if _, err := os.Stat(socket); err != nil {
			return nil, err
		}
		address = "unix:path=" + socket
	}
	return dbus.Connect(address)
}

// systemIsDark asks the desktop for its colour scheme.
func systemIsDark() bool {
	const preferDark = 1
	bus, err := sessionBus()
	if err != nil {
		return false
	}
	defer bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var scheme dbus.Variant
	err = bus.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop").CallWithContext(
		ctx, "org.freedesktop.portal.Settings.ReadOne", dbus.FlagNoAutoStart, "org.freedesktop.appearance", "color-scheme",
	).Store(&scheme)
	value, ok := scheme.Value().(uint32)
	return err == nil && ok && value == preferDark
}
