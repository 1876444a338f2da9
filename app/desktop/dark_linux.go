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

// Where desktops say which colours they have.
const (
	portalName     = "org.freedesktop.portal.Desktop"
	portalPath     = "/org/freedesktop/portal/desktop"
	portalSettings = "org.freedesktop.portal.Settings"
)

// systemIsDark asks the desktop for its colour scheme. The window waits for it.
func systemIsDark() bool {
	dark, _ := systemColours(200 * time.Millisecond)
	return dark
}

// systemColours asks the desktop for its colour scheme; known is false where nobody
// answers within a time.
func systemColours(within time.Duration) (dark, known bool) {
	const preferDark = 1
	bus, err := sessionBus()
	if err != nil {
		return false, false
	}
	defer bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var scheme dbus.Variant
	err = bus.Object(portalName, portalPath).CallWithContext(
		ctx, portalSettings+".ReadOne", dbus.FlagNoAutoStart, "org.freedesktop.appearance", "color-scheme",
	).Store(&scheme)
	value, ok := scheme.Value().(uint32)
	return value == preferDark, err == nil && ok
}

// watchColours calls changed after the desktop's settings have changed, until stop.
func watchColours(changed func()) (stop func()) {
	bus, err := sessionBus()
	if err != nil {
		return func() {}
	}
	if err := bus.AddMatchSignal(dbus.WithMatchInterface(portalSettings), dbus.WithMatchMember("SettingChanged")); err != nil {
		_ = bus.Close()
		return func() {}
	}
	heard := make(chan *dbus.Signal, 16)
	bus.Signal(heard)
	go func() {
		for range heard { // closed with the connection
			changed()
		}
	}()
	return func() { _ = bus.Close() }
}
