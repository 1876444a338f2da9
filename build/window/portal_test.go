//go:build window && linux

package window

import (
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus/v5"
)

const (
	portalPath     = "/org/freedesktop/portal/desktop"
	portalSettings = "org.freedesktop.portal.Settings"
)

// What a desktop says of its colours.
const (
	dark = iota + 1
	light
)

// portal stands in for the desktop's settings.
type portal struct {
	bus    *dbus.Conn
	scheme atomic.Uint32
	old    atomic.Bool // it knows Read alone, as before 2023
}

// ReadOne is called by programs over D-Bus.
func (p *portal) ReadOne(_, _ string) (dbus.Variant, *dbus.Error) {
	if p.old.Load() {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownMethod", nil)
	}
	return dbus.MakeVariant(p.scheme.Load()), nil
}

// Read is called by programs over D-Bus.
func (p *portal) Read(_, _ string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(dbus.MakeVariant(p.scheme.Load())), nil
}

func newPortal(t *testing.T, scheme uint32) *portal {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	p := &portal{bus: bus}
	p.scheme.Store(scheme)
	if err := bus.Export(p, portalPath, portalSettings); err != nil {
		t.Fatal(err)
	}
	if reply, err := bus.RequestName("org.freedesktop.portal.Desktop", dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own the portal's name: %v %v", reply, err)
	}
	return p
}

func (p *portal) set(t *testing.T, scheme uint32) {
	t.Helper()
	p.scheme.Store(scheme)
	err := p.bus.Emit(portalPath, portalSettings+".SettingChanged",
		"org.freedesktop.appearance", "color-scheme", dbus.MakeVariant(scheme))
	if err != nil {
		t.Fatal(err)
	}
}

// isDark waits until the page's background is.
func isDark(t *testing.T) {
	t.Helper()
	eventually(t, "a dark window", func() bool { b := brightness(t); return b >= 0 && b < 60 })
}

// isLight waits until the page's background is.
func isLight(t *testing.T) {
	t.Helper()
	eventually(t, "a light window", func() bool { return brightness(t) > 200 })
}

// brightness is that of the page's background, 0 to 255; -1: there is no window.
func brightness(t *testing.T) int {
	t.Helper()
	out, err := tool("import", "-window", shown("Headgate"), "-crop", "1x1+900+550", "-depth", "8", "-colorspace", "gray", "-format", "%[fx:int(255*p{0,0})]", "info:")
	if err != nil {
		return -1 // it is just coming or going
	}
	value, err := strconv.Atoi(out)
	if err != nil {
		t.Fatalf("the brightness is %q", out)
	}
	return value
}
