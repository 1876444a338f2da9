//go:build desktop && window

package desktop

import (
	"context"
	"os"
	"testing"
	"time"

	"headgate/app"
)

// TestTrayIsClicked waits for a person, or a script, who stops and starts the gateway and
// opens the window in the tray's menu, and quits. Each step is said on standard output.
func TestTrayIsClicked(t *testing.T) {
	data, err := os.MkdirTemp("", "headgate-tray")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) }) // t.TempDir would fail: Wine 8 can't do all that os does
	a := app.New(app.Options{DataDir: data, Address: "127.0.0.1:0"})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	tr := newTray(a, trayActions{open: func() { asked <- "open" }, quit: func() { asked <- "quit" }})
	events := forward(a.Bus, func([]string) {}, tr.follow)
	events.start()
	tr.start()
	t.Cleanup(func() {
		events.stop()
		tr.stop()
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for _, want := range []app.ListenerState{app.ListenerRunning, app.ListenerStopped} {
		t.Logf("click until the gateway is %s", want)
		for end := time.Now().Add(time.Minute); a.Listener.Status().State != want; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("nobody clicked: the gateway is %s", a.Listener.Status().State)
			}
		}
	}
	for _, want := range []string{"open", "quit"} {
		t.Logf("click %s", want)
		select {
		case got := <-asked:
			if got != want {
				t.Fatalf("%s was clicked, %s was waited for", got, want)
			}
		case <-time.After(time.Minute):
			t.Fatalf("nobody clicked %s", want)
		}
	}
}
