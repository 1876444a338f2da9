//go:build desktop && linux

package desktop

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headgate/app"
	"headgate/app/autostart"
	"headgate/app/event"
	"headgate/app/secret"
)

// fakeArea is a tray that tells what it was asked to show.
type fakeArea struct {
	views chan view
	click func(line)
	acted chan string // what was asked of the window
}

func (a *fakeArea) beforeWindow(view, func(line), func()) {}

func (a *fakeArea) start(first view, click func(line), ready func()) {
	a.click = click
	a.views <- first
	ready()
}
func (a *fakeArea) show(v view)   { a.views <- v }
func (a *fakeArea) visible() bool { return true }
func (a *fakeArea) stop()         {}

// until waits for a view that ok likes.
func (a *fakeArea) until(t *testing.T, what string, ok func(view) bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	var last view
	for {
		select {
		case last = <-a.views:
			if ok(last) {
				return
			}
		case <-limit:
			t.Fatalf("the tray never showed %s; at last it showed %+v", what, last)
		}
	}
}

func startedTray(t *testing.T, address string) (*app.App, *fakeArea) {
	t.Helper()
	a := app.New(app.Options{DataDir: t.TempDir(), Address: address})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	area := &fakeArea{views: make(chan view, 100), acted: make(chan string, 1)}
	tr := newTray(a, trayActions{
		open:  func() { area.acted <- "open" },
		page:  func(path string) { area.acted <- "page " + path },
		group: func(id int64) { area.acted <- fmt.Sprint("group ", id) },
		quit:  func() { area.acted <- "quit" },
	})
	tr.area, tr.autostart = area, &autostart.Entry{Program: "/usr/bin/headgate"}
	events := forward(a.Bus, func([]string) {}, tr.follow)
	tr.start()
	events.start()
	t.Cleanup(func() {
		events.stop()
		tr.stop()
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a, area
}

func TestTrayStartsAndStopsTheGateway(t *testing.T) {
	a, area := startedTray(t, "127.0.0.1:0")
	area.until(t, "a stopped gateway", func(v view) bool { return v.shape == shapeStopped })
	for _, c := range []struct {
		click command
		then  shape
		state app.ListenerState
	}{
		{commandStart, shapeRunning, app.ListenerRunning},
		{commandRestart, shapeRunning, app.ListenerRunning},
		{commandStop, shapeStopped, app.ListenerStopped},
	} {
		area.click(line{command: c.click})
		area.until(t, string(c.then), func(v view) bool {
			return v.shape == c.then && a.Listener.Status().State == c.state
		})
	}
}

func TestTrayShowsATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, area := startedTray(t, taken.Addr().String())
	area.click(line{command: commandStart})
	area.until(t, "a failure with its address", func(v view) bool {
		return v.shape == shapeFailed && strings.Contains(v.lines[0].title, taken.Addr().String())
	})
}

func TestTrayOpensTheWindowWhereKeysAreLocked(t *testing.T) {
	const passphrase = "correct horse battery staple"
	dir := t.TempDir()
	s := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	if err := s.KeepIn(secret.KeepPassphrase, passphrase); err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Options{DataDir: dir, Address: "127.0.0.1:0"})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{}, 1)
	tr := newTray(a, trayActions{open: func() { opened <- struct{}{} }})
	tr.click(line{command: commandStart})
	<-opened
	if err := a.Keys.Unlock(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	if state := a.Listener.Status().State; state != app.ListenerRunning {
		t.Errorf("once they are open the door is %s", state)
	}
	if err := a.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestTrayFollowsTheLanguage(t *testing.T) {
	a, area := startedTray(t, "127.0.0.1:0")
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for language, word := range map[string]string{"ja": "停止中", "ko": "중지됨", "en": "Stopped"} {
		chosen.Language = language
		if err := a.Catalog.SaveSettings(t.Context(), chosen); err != nil {
			t.Fatal(err)
		}
		area.until(t, word, func(v view) bool { return strings.Contains(v.tooltip, word) })
	}
}

func TestTrayIgnoresClicksOnceStopped(t *testing.T) {
	a := app.New(app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	area := &fakeArea{views: make(chan view, 10)}
	tr := newTray(a, trayActions{})
	tr.area = area
	tr.start()
	tr.stop()
	tr.stop()
	heard := a.Bus.Listen()
	defer heard.Close()
	area.click(line{command: commandStart})
	if err := a.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if state := a.Listener.Status().State; state != app.ListenerStopped {
		t.Errorf("a click after the end left the gateway %s", state)
	}
	for _, topic := range heard.Take() {
		if topic == event.Gateway {
			t.Error("a click after the end reached the gateway")
		}
	}
}
