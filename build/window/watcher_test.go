//go:build window && linux

package window

import (
	"fmt"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemPath    = "/StatusNotifierItem"
	menuPath    = "/StatusNotifierItem/menu"
)

// watcher stands in for the desktop's tray: programs register their items here.
type watcher struct {
	bus   *dbus.Conn
	items chan trayItem
}

// trayItem is one program's item in the tray.
type trayItem struct {
	bus  *dbus.Conn
	name string
}

func newWatcher(t *testing.T) *watcher {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatalf("session bus: %v", err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	w := &watcher{bus: bus, items: make(chan trayItem, 8)}
	if err := bus.Export(w, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	if _, err := prop.Export(bus, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}}); err != nil {
		t.Fatal(err)
	}
	reply, err := bus.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s: %v %v", watcherName, reply, err)
	}
	return w
}

// RegisterStatusNotifierItem is called by programs over D-Bus.
func (w *watcher) RegisterStatusNotifierItem(sender dbus.Sender, _ string) *dbus.Error {
	w.items <- trayItem{bus: w.bus, name: string(sender)}
	return nil
}

// get reads one of the item's properties.
func (i trayItem) get(name string) (dbus.Variant, error) {
	return i.bus.Object(i.name, itemPath).GetProperty("org.kde.StatusNotifierItem." + name)
}

// icon is what the item shows now, as bytes to compare.
func (i trayItem) icon() string {
	v, err := i.get("IconPixmap")
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(v.Value())
}

// menuLine is one line of the item's menu.
type menuLine struct {
	id      int32
	label   string
	enabled bool
}

type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// menu reads the item's menu.
func (i trayItem) menu() ([]menuLine, error) {
	var revision uint32
	var root layout
	err := i.bus.Object(i.name, menuPath).Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, err
	}
	var lines []menuLine
	for _, child := range root.Children {
		var l layout
		if err := dbus.Store([]any{child.Value()}, &l); err != nil {
			return nil, err
		}
		label, _ := l.Properties["label"].Value().(string)
		enabled, said := l.Properties["enabled"].Value().(bool)
		lines = append(lines, menuLine{id: l.ID, label: label, enabled: enabled || !said})
	}
	return lines, nil
}

// line finds a menu line by its label.
func (i trayItem) line(label string) (menuLine, error) {
	lines, err := i.menu()
	if err != nil {
		return menuLine{}, err
	}
	for _, l := range lines {
		if l.label == label {
			return l, nil
		}
	}
	return menuLine{}, fmt.Errorf("the tray's menu has no %q: %v", label, lines)
}

// click clicks the menu line with this label, as a desktop does.
func (i trayItem) click(label string) error {
	l, err := i.line(label)
	if err != nil {
		return err
	}
	if !l.enabled {
		return fmt.Errorf("%q is disabled in the tray's menu", label)
	}
	return i.bus.Object(i.name, menuPath).Call("com.canonical.dbusmenu.Event", 0, l.id, "clicked", dbus.MakeVariant(0), uint32(0)).Err
}
