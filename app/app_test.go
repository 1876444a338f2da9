package app_test

import (
	"net"
	"net/http"
	"testing"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/event"
)

func TestGatewayDoor(t *testing.T) {
	a := mustStart(t, app.Options{Address: "127.0.0.1:0"})
	if got := a.Listener.Status().State; got != app.ListenerStopped {
		t.Fatalf("before the start: %s", got)
	}
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	running := a.Listener.Status()
	mustBeOpen(t, running.Address)
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatalf("starting a running door: %v", err)
	}

	a.StopGateway(t.Context())
	if got := a.Listener.Status(); got.State != app.ListenerStopped || got.Address != running.Address {
		t.Fatalf("after the stop: %+v", got)
	}
	mustBeClosed(t, running.Address)
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustBeOpen(t, a.Listener.Status().Address)
}

func TestTakenPortIsAStateWithAWayOut(t *testing.T) {
	taken := mustListen(t)
	a := mustStart(t, app.Options{})
	mustSaveAddress(t, a, taken)

	if err := a.StartGateway(t.Context()); apperr.Code(err) != "port_taken" {
		t.Fatalf("start gave %v, want port_taken", err)
	}
	status := a.Listener.Status()
	if status.State != app.ListenerFailed || status.Address != taken || status.Error == nil || status.Error.Code != "port_taken" {
		t.Fatalf("status %+v, want failed at %s with port_taken", status, taken)
	}

	mustSaveAddress(t, a, "127.0.0.1:0")
	mustBeOpen(t, a.Listener.Status().Address)
}

func TestAddressThatCannotBeBoundIsNotKept(t *testing.T) {
	taken := mustListen(t)
	a := mustStart(t, app.Options{})
	mustSaveAddress(t, a, "127.0.0.1:0")
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := a.Listener.Status()

	wanted, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted.Gateway.Address, wanted.Failover.Minutes = taken, 7
	if err := a.SaveSettings(t.Context(), wanted); apperr.Code(err) != "port_taken" {
		t.Fatalf("save gave %v, want port_taken", err)
	}
	if got := a.Listener.Status(); got != before {
		t.Fatalf("the door moved: %+v, was %+v", got, before)
	}
	mustBeOpen(t, before.Address)
	kept, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if kept.Gateway.Address != "127.0.0.1:0" || kept.Failover.Minutes != 7 {
		t.Fatalf("kept %+v; want the old address and the new minutes", kept)
	}
}

func TestWildcardTakesOverTheSamePort(t *testing.T) {
	a := mustStart(t, app.Options{Address: "127.0.0.1:0"})
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(a.Listener.Status().Address)
	a.StopGateway(t.Context())
	if err := a.Listener.Start("127.0.0.1:" + port); err != nil {
		t.Fatal(err)
	}
	if err := a.Listener.Move(t.Context(), "0.0.0.0:"+port); err != nil {
		t.Fatal(err)
	}
	if got, want := a.Listener.Status().BaseURL, "http://127.0.0.1:"+port+"/v1"; got != want {
		t.Fatalf("tools are pointed at %s, want %s", got, want)
	}
	mustBeOpen(t, "127.0.0.1:"+port)
}

func TestWindowsHearOfTheDoor(t *testing.T) {
	a := mustStart(t, app.Options{Address: "127.0.0.1:0"})
	l := a.Bus.Listen()
	defer l.Close()
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-l.Wake()
	if got := l.Take(); len(got) != 1 || got[0] != event.Gateway {
		t.Fatalf("heard %v, want the gateway alone", got)
	}
}

func TestFolderIsTakenOnce(t *testing.T) {
	first := mustStart(t, app.Options{})
	second := app.New(app.Options{DataDir: first.DataDir})
	if err := second.Start(t.Context()); apperr.Code(err) != "data_folder_locked" {
		t.Fatalf("got %v, want data_folder_locked", err)
	}
}

func mustStart(t *testing.T, o app.Options) *app.App {
	t.Helper()
	o.DataDir = t.TempDir()
	a := app.New(o)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func mustSaveAddress(t *testing.T, a *app.App, address string) {
	t.Helper()
	wanted, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted.Gateway.Address = address
	if err := a.SaveSettings(t.Context(), wanted); err != nil {
		t.Fatal(err)
	}
}

func mustListen(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}

func mustBeOpen(t *testing.T, address string) {
	t.Helper()
	reply, err := http.Get("http://" + address + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("/health answered %d", reply.StatusCode)
	}
}

func mustBeClosed(t *testing.T, address string) {
	t.Helper()
	if conn, err := net.Dial("tcp", address); err == nil {
		_ = conn.Close()
		t.Fatal("the door is still open")
	}
}
