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
func systemIsDark() bool { return systemColours(200*time.Millisecond) == coloursDark }

// systemColours asks the desktop for its colour scheme. Older portals have only Read,
// which wraps the answer once more.
func systemColours(within time.Duration) colours {
	bus, err := sessionBus()
	if err != nil {
		return coloursUnknown
	}
	defer bus.Close()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var scheme dbus.Variant
	for _, method := range []string{"ReadOne", "Read"} {
		err = bus.Object(portalName, portalPath).CallWithContext(
			ctx, portalSettings+"."+method, 0, "org.freedesktop.appearance", "color-scheme",
		).Store(&scheme)
		if err == nil {
			break
		}
	}
	value := scheme.Value()
	if inner, ok := value.(dbus.Variant); ok {
		value = inner.Value()
	}
	switch value {
	case uint32(1):
		return coloursDark
	case uint32(2):
		return coloursLight
	default: // 0: no preference
		return coloursUnknown
	}
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
