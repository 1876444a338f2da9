//go:build desktop || bindings || dev

package desktop

import (
	"bytes"
	"context"
	"html"
	"image"
	"image/draw"
	"image/png"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"headgate/app/api"
)

const (
	boardName   = "org.freedesktop.Notifications"
	boardPath   = "/org/freedesktop/Notifications"
	boardLimit  = 2 * time.Second
	boardAction = "default" // what a click on the notification itself invokes
)

// busBoard is the desktop's notification service. Wails has one, too, but takes
// a notification that was dismissed for one that was clicked.
type busBoard struct {
	clicked func(tag string)

	posting sync.Mutex // until its id is known, a click can't be told from a stranger's

	mu      sync.Mutex
	bus     *dbus.Conn // nil: not connected
	ids     map[string]uint32
	stopped bool
}

func systemBoard(_ *shell, clicked func(tag string)) board {
	return &busBoard{clicked: clicked, ids: map[string]uint32{}}
}

// connected returns the bus, and connects to it anew when it was lost.
func (b *busBoard) connected() (*dbus.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return nil, dbus.ErrClosed
	}
	if b.bus != nil && b.bus.Connected() {
		return b.bus, nil
	}
	bus, err := sessionBus()
	if err != nil {
		return nil, err
	}
	for _, signal := range []string{"ActionInvoked", "NotificationClosed"} {
		if err := bus.AddMatchSignal(
			dbus.WithMatchSender(boardName), dbus.WithMatchInterface(boardName), dbus.WithMatchMember(signal),
		); err != nil {
			_ = bus.Close()
			return nil, err
		}
	}
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	go b.listen(signals)
	b.bus = bus
	clear(b.ids)
	return bus, nil
}

// listen ends with the connection, which closes the channel.
func (b *busBoard) listen(signals <-chan *dbus.Signal) {
	for signal := range signals {
		if len(signal.Body) < 2 {
			continue
		}
		id, ok := signal.Body[0].(uint32)
		tag := b.tagOf(id)
		if !ok || tag == "" {
			continue
		}
		switch signal.Name {
		case boardName + ".ActionInvoked":
			if signal.Body[1] == boardAction {
				b.clicked(tag)
			}
		case boardName + ".NotificationClosed":
			b.mu.Lock()
			delete(b.ids, tag)
			b.mu.Unlock()
		}
	}
}

// tagOf waits for what is being posted: it may be what was clicked.
func (b *busBoard) tagOf(id uint32) string {
	b.posting.Lock()
	defer b.posting.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for tag, known := range b.ids {
		if known == id {
			return tag
		}
	}
	return ""
}

func (b *busBoard) post(n notification) error {
	bus, err := b.connected()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), boardLimit)
	defer cancel()
	service := bus.Object(boardName, boardPath)
	var able []string
	if err := service.CallWithContext(ctx, boardName+".GetCapabilities", 0).Store(&able); err != nil {
		return err
	}
	if slices.Contains(able, "body-markup") {
		n.body = html.EscapeString(n.body)
	}
	b.posting.Lock()
	defer b.posting.Unlock()
	b.mu.Lock()
	replaces := b.ids[n.tag]
	b.mu.Unlock()
	var id uint32
	if err := service.CallWithContext(ctx, boardName+".Notify", 0,
		"Headgate", replaces, "headgate", n.title, n.body, []string{boardAction, ""},
		map[string]dbus.Variant{
			"desktop-entry": dbus.MakeVariant("headgate"),
			"image-data":    dbus.MakeVariant(pixels()),
		}, int32(-1),
	).Store(&id); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids[n.tag] = id
	return nil
}

func (b *busBoard) state() string {
	bus, err := b.connected()
	if err != nil {
		return api.NotificationsAbsent
	}
	ctx, cancel := context.WithTimeout(context.Background(), boardLimit)
	defer cancel()
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus."+list, 0).Store(&names)
		if err == nil && slices.Contains(names, boardName) {
			return api.NotificationsShown
		}
	}
	return api.NotificationsAbsent
}

func (b *busBoard) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	if b.bus != nil {
		_ = b.bus.Close()
	}
}

// picture is an image as the service wants it.
type picture struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32
	Data                  []byte
}

// pixels is the program's icon, which needn't be installed.
var pixels = sync.OnceValue(func() picture {
	icon, err := png.Decode(bytes.NewReader(windowIcon))
	if err != nil {
		panic(err) // embedded: the build has it
	}
	size := icon.Bounds()
	flat := image.NewNRGBA(size)
	draw.Draw(flat, size, icon, size.Min, draw.Src)
	return picture{int32(size.Dx()), int32(size.Dy()), int32(flat.Stride), true, 8, 4, flat.Pix} //nolint:gosec // an icon is small
})
