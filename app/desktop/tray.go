//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"headgate/app"
	"headgate/app/autostart"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/i18n"
)

// area is the system's place for a tray item. Its methods are called by one
// goroutine at a time.
type area interface {
	// beforeWindow is called on the main thread before the window is made.
	beforeWindow(first view, click func(line), ready func())
	// start is called once the window is there; ready when show may be called.
	start(first view, click func(line), ready func())
	show(view)
	// visible tells whether a person can see the item now.
	visible() bool
	stop()
}

// trayActions are what the tray's commands do to the window.
type trayActions struct {
	open  func()
	page  func(path string)
	group func(id int64)
	copy  func(text string)
	quit  func()
	bar   func(bar) // nil: there is none
}

// tray shows in the system's tray how the gateway and its groups do, and lets a
// person act on them from there.
type tray struct {
	app  *app.App
	act  trayActions
	area area // nil: switched off for this run

	autostart *autostart.Entry // nil: not to be had
	quitting  atomic.Bool

	stale  atomic.Bool     // what follows is read anew for the next view
	groups []catalog.Group // stored
	words  *i18n.Texts

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
	t.stale.Store(true)
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
		if t.area == nil && t.act.bar == nil {
			close(t.idle)
			return
		}
		if t.area != nil {
			t.area.start(t.view(), t.click, t.wake)
		}
		go t.keepShowing()
	})
}

// trayEnd is how long the end waits for what is being shown: on macOS that waits for the
// main thread, which may be the one that ends.
const trayEnd = time.Second

// stop takes the item away. It may be called at any time.
func (t *tray) stop() {
	t.end.Do(func() {
		close(t.over)
		t.begin.Do(func() { close(t.idle) }) // it never began
		select {
		case <-t.idle:
		case <-time.After(trayEnd):
		}
		if t.area != nil {
			t.area.stop()
		}
	})
}

func (t *tray) visible() bool { return t.area != nil && t.area.visible() }

// follow shows what has changed.
func (t *tray) follow(topics []event.Topic) {
	if slices.ContainsFunc(topics, isStored) {
		t.stale.Store(true)
		t.wake()
	}
	if slices.ContainsFunc(topics, isRunning) {
		t.wake()
	}
}

func isStored(topic event.Topic) bool {
	return topic == event.Groups || topic == event.Providers || topic == event.Settings
}

// isRunning: a call may change who is the fastest member.
func isRunning(topic event.Topic) bool {
	return topic == event.Gateway || topic == event.Health || topic == event.Secrets || topic == event.Calls
}

// leaving says that the program will end once calls in flight have finished.
func (t *tray) leaving() {
	t.quitting.Store(true)
	t.wake()
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
	var bar bar
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	for {
		select {
		case <-t.over:
			return
		case <-t.refresh:
		case <-due.C:
		}
		state := t.state()
		if now := look(state, t.words); !reflect.DeepEqual(now, shown) {
			if t.area != nil {
				t.area.show(now)
			}
			shown = now
		}
		if next := barOf(shown, t.words); t.act.bar != nil && !reflect.DeepEqual(next, bar) {
			t.act.bar(next)
			bar = next
		}
		if next := state.until(); !next.IsZero() {
			due.Reset(max(time.Until(next), 0) + time.Second)
		}
	}
}

func (t *tray) view() view {
	state := t.state()
	return look(state, t.words)
}

func (t *tray) bar() bar {
	v := t.view()
	return barOf(v, t.words)
}

// state is called by one goroutine at a time.
func (t *tray) state() trayState {
	if t.stale.Swap(false) || t.words == nil {
		t.read()
	}
	s := trayState{
		status: t.app.Listener.Status(), quitting: t.quitting.Load(),
		locked: t.app.Keys.State().Locked != nil, offline: !t.app.Engine.Offline().IsZero(),
		groups: t.app.GroupsNow(t.groups),
	}
	if t.autostart != nil {
		on := t.autostart.On()
		s.autostart = &on
	}
	return s
}

// read takes in what is stored. What can't be read stays as it was.
func (t *tray) read() {
	t.words = t.texts()
	groups, err := t.app.Catalog.Groups(context.Background())
	if err != nil {
		t.app.Log.Warn("read the groups for the tray", "error", err)
		return
	}
	slices.SortStableFunc(groups, func(a, b catalog.Group) int { // those that are on first
		switch {
		case a.Enabled == b.Enabled:
			return 0
		case a.Enabled:
			return -1
		default:
			return 1
		}
	})
	t.groups = groups[:min(len(groups), mostGroups)]
}

// texts are in the language that the person chose, or in the system's.
func (t *tray) texts() *i18n.Texts {
	chosen, err := t.app.Catalog.Settings(context.Background())
	if err != nil || chosen.Language == "" {
		return i18n.New(i18n.SystemLocale())
	}
	return i18n.New(chosen.Language)
}
