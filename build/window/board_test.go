//go:build window && linux

package window

import (
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	boardName = "org.freedesktop.Notifications"
	boardPath = "/org/freedesktop/Notifications"
)

// notice is a notification as a program asks for it.
type notice struct {
	id          uint32
	title, body string
	hints       map[string]dbus.Variant
	actions     []string
}

// board stands in for the desktop's notification service.
type board struct {
	bus    *dbus.Conn
	posted chan notice

	mu   sync.Mutex
	last uint32
}

func newBoard(t *testing.T) *board {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatalf("session bus: %v", err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	b := &board{bus: bus, posted: make(chan notice, 32)}
	if err := bus.Export(b, boardPath, boardName); err != nil {
		t.Fatal(err)
	}
	reply, err := bus.RequestName(boardName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s: %v %v", boardName, reply, err)
	}
	return b
}

// GetCapabilities is called by programs over D-Bus.
func (b *board) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "actions", "body-markup"}, nil
}

// Notify is called by programs over D-Bus.
func (b *board) Notify(
	_ string, replaces uint32, _, title, body string, actions []string, hints map[string]dbus.Variant, _ int32,
) (uint32, *dbus.Error) {
	b.mu.Lock()
	if replaces == 0 {
		b.last++
		replaces = b.last
	}
	b.mu.Unlock()
	b.posted <- notice{replaces, title, body, hints, actions}
	return replaces, nil
}

// next waits for a notification.
func (b *board) next(t *testing.T) notice {
	t.Helper()
	select {
	case n := <-b.posted:
		return n
	case <-time.After(40 * time.Second):
		t.Fatal("no notification came within 40 s")
		return notice{}
	}
}

// none fails if a notification has come.
func (b *board) none(t *testing.T) {
	t.Helper()
	select {
	case n := <-b.posted:
		t.Errorf("there is a notification: %q %q", n.title, n.body)
	default:
	}
}

// click does what a desktop does when a person clicks a notification, and
// dismiss when it is closed with its cross.
func (b *board) click(t *testing.T, n notice) {
	t.Helper()
	b.emit(t, "ActionInvoked", n.id, "default")
	b.emit(t, "NotificationClosed", n.id, uint32(2))
}

func (b *board) dismiss(t *testing.T, n notice) {
	t.Helper()
	b.emit(t, "NotificationClosed", n.id, uint32(2))
}

func (b *board) emit(t *testing.T, signal string, values ...any) {
	t.Helper()
	if err := b.bus.Emit(boardPath, boardName+"."+signal, values...); err != nil {
		t.Fatal(err)
	}
}
