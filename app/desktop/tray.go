//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"os"
	"reflect"
	"slices"
	"sync"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/i18n"
)

// area is the system's place for a tray item. Its methods are called by one
// goroutine at a time.
type area interface {
	// beforeWindow is called on the main thread before the window is made.
	beforeWindow(first view, click func(command), ready func())
	// start is called once the window is there; ready when show may be called.
	start(first view, click func(command), ready func())
	show(view)
	// visible tells whether a person can see the item now.
	visible() bool
	stop()
}

// trayActions are what the tray's commands do to the window.
type trayActions struct {
	open func()
	copy func(text string)
	quit func()
}

// tray shows the gateway's state in the system's tray, and lets a person start
// and stop it from there.
type tray struct {
	app  *app.App
	act  trayActions
	area area // nil: switched off for this run

	refresh chan struct{}
	begin   sync.Once
	end     sync.Once
	over    chan struct{} // closed when nothing shall be shown any more
	idle    chan struct{} // closed when the showing goroutine has ended
}

func newTray(a *app.App, act trayActions) *tray {
	t := &tray{
		app: a, act: act,
		refresh: make(chan struct{}, 1), over: make(chan struct{}), idle: make(chan struct{}),
	}
	// A way out for desktops whose tray gets in the window's way.
	if os.Getenv("HEADGATE_NO_TRAY") != "1" {
		t.area = systemArea()
	}
	return t
}

func (t *tray) beforeWindow() {
	if t.area != nil {
		t.area.beforeWindow(t.view(), t.click, t.wake)
	}
}

func (t *tray) start() {
	t.begin.Do(func() {
		if t.area == nil {
			close(t.idle)
			return
		}
		t.area.start(t.view(), t.click, t.wake)
		go t.keepShowing()
	})
}

// stop takes the item away. It may be called at any time.
func (t *tray) stop() {
	t.end.Do(func() {
		close(t.over)
		t.begin.Do(func() { close(t.idle) }) // it never began
		<-t.idle
		if t.area != nil {
			t.area.stop()
		}
	})
}

func (t *tray) visible() bool { return t.area != nil && t.area.visible() }

// follow shows what has changed.
func (t *tray) follow(topics []event.Topic) {
	if slices.Contains(topics, event.Gateway) || slices.Contains(topics, event.Settings) {
		t.wake()
	}
}

func (t *tray) wake() {
	select {
	case t.refresh <- struct{}{}:
	default: // already awake
	}
}

func (t *tray) keepShowing() {
	defer close(t.idle)
	var shown view
	for {
		select {
		case <-t.over:
			return
		case <-t.refresh:
		}
		if now := t.view(); !reflect.DeepEqual(now, shown) {
			t.area.show(now)
			shown = now
		}
	}
}

func (t *tray) view() view {
	return look(t.app.Listener.Status(), t.texts())
}

// texts are in the language that the person chose, or in the system's.
func (t *tray) texts() *i18n.Texts {
	chosen, err := t.app.Catalog.Settings(context.Background())
	if err != nil || chosen.Language == "" {
		return i18n.New(i18n.SystemLocale())
	}
	return i18n.New(chosen.Language)
}

// click obeys a command. It returns at once: the system's tray is waiting.
func (t *tray) click(c command) {
	select {
	case <-t.over:
		return
	default:
	}
	go func() {
		ctx := context.Background()
		switch c {
		case commandStart:
			t.startGateway(ctx)
		case commandStop:
			t.app.StopGateway(ctx)
		case commandRestart:
			t.app.StopGateway(ctx)
			t.startGateway(ctx)
		case commandCopy:
			t.act.copy(t.app.Listener.Status().BaseURL)
		case commandOpen:
			t.act.open()
		case commandQuit:
			t.act.quit()
		}
	}()
}

func (t *tray) startGateway(ctx context.Context) {
	err := t.app.StartGateway(ctx)
	if err == nil {
		return
	}
	t.app.Log.Warn("the gateway did not start", "error", err)
	if apperr.Code(err) == "secrets_locked" { // the tray can't show it, and only the window asks for the passphrase
		t.act.open()
	}
}
