//go:build window && linux

package window

import (
	"fmt"
	"slices"
	"strings"
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
	ticked  bool
	below   []menuLine
}

type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// menu reads the item's menu, without what is hidden.
func (i trayItem) menu() ([]menuLine, error) {
	var revision uint32
	var root layout
	err := i.bus.Object(i.name, menuPath).Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, err
	}
	return linesOf(root)
}

func linesOf(parent layout) (lines []menuLine, err error) {
	for _, child := range parent.Children {
		var l layout
		if err := dbus.Store([]any{child.Value()}, &l); err != nil {
			return nil, err
		}
		if visible, said := l.Properties["visible"].Value().(bool); said && !visible {
			continue
		}
		label, _ := l.Properties["label"].Value().(string)
		enabled, said := l.Properties["enabled"].Value().(bool)
		state, _ := l.Properties["toggle-state"].Value().(int32)
		line := menuLine{id: l.ID, label: strings.ReplaceAll(label, "__", "_"), enabled: enabled || !said, ticked: state == 1}
		if line.below, err = linesOf(l); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// line finds a menu line by the labels that lead to it, from the outermost on. A
// label that ends in … stands for all that begin as it does.
func (i trayItem) line(path ...string) (menuLine, error) {
	lines, err := i.menu()
	if err != nil {
		return menuLine{}, err
	}
	var found menuLine
	for _, label := range path {
		begins, open := strings.CutSuffix(label, "…")
		at := slices.IndexFunc(lines, func(l menuLine) bool {
			return l.label == label || open && strings.HasPrefix(l.label, begins)
		})
		if at < 0 {
			return menuLine{}, fmt.Errorf("the tray's menu has no %q: %v", label, lines)
		}
		found, lines = lines[at], lines[at].below
	}
	return found, nil
}

// click clicks the menu line to which these labels lead, as a desktop does.
func (i trayItem) click(path ...string) error {
	l, err := i.line(path...)
	if err != nil {
		return err
	}
	if !l.enabled {
		return fmt.Errorf("%q is disabled in the tray's menu", path)
	}
	return i.bus.Object(i.name, menuPath).Call("com.canonical.dbusmenu.Event", 0, l.id, "clicked", dbus.MakeVariant(0), uint32(0)).Err
}

// tap clicks the item itself.
func (i trayItem) tap() error {
	return i.bus.Object(i.name, itemPath).Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err
}
