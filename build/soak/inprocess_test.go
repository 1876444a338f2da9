package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"headgate/app"
	"headgate/app/server"
	"headgate/gateway/gatewaytest"
)

// What may be left of a load in one process, besides what the upstreams and the
// calls remember of it.
const spareHeap = 16 << 20

// TestNothingIsLeft runs the whole program in this process, where goroutines and
// heap can be counted: they return to where they were after the load, and all
// goroutines end with the program.
func TestNothingIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := &scene{options: options{calls: 400, seed: 3}, members: newMembers(), byName: map[string]*member{}}
	for i, m := range s.members {
		s.byName[m.name] = m
		if err := m.open(s.options, i); err != nil {
			t.Fatal(err)
		}
	}
	end := s.inProcess(t)

	s.callMany(t, 60)
	before60 := s.leftInProcess(t, 1<<20)
	s.callMany(t, 200)
	after := s.leftInProcess(t, before60.goroutines+spareGoroutines)
	t.Logf("goroutines %d, then %d; heap %d KiB, then %d", before60.goroutines, after.goroutines, before60.heap>>10, after.heap>>10)
	if after.goroutines > before60.goroutines+spareGoroutines {
		t.Errorf("%d goroutines after 60 calls, %d after 200 more", before60.goroutines, after.goroutines)
	}
	if after.heap > before60.heap+spareHeap {
		t.Errorf("%d KiB of heap after 60 calls, %d after 200 more", before60.heap>>10, after.heap>>10)
	}
	for _, k := range s.calls {
		if k.verdict != "" {
			t.Errorf("call %d (%s): %s", k.number, k.kind(), k.verdict)
		}
	}
	end()
	s.close()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// inProcess starts the program as serve does; the returned function ends it.
func (s *scene) inProcess(t *testing.T) (end func()) {
	t.Helper()
	a := app.New(app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ctx := context.Background()
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(configuration(s.members, gatewaytest.Keyword))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Catalog.Import(ctx, text); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := server.New(ctx, ln, server.Options{App: a, Username: adminName, Password: adminPassword})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- pages.Serve(ln) }()
	if err := a.StartGateway(ctx); err != nil {
		t.Fatal(err)
	}
	s.program = &program{gateway: a.Listener.Status().Address}
	page, err := logIn(ctx, ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	page.close()
	return func() {
		if err := errors.Join(pages.Shutdown(ctx), a.Close(ctx)); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
}

// callMany makes calls, several at once.
func (s *scene) callMany(t *testing.T, n int) {
	t.Helper()
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			c := newClient(s.program.gateway)
			defer c.close()
			for range n / 8 {
				s.one(t.Context(), c, int(s.next.Add(1))-1, 1)
			}
		})
	}
	clients.Wait()
}

type leftInProcess struct {
	goroutines int
	heap       uint64
}

// leftInProcess counts as soon as there are no more goroutines than most, and
// their number no longer falls.
func (s *scene) leftInProcess(t *testing.T, most int) leftInProcess {
	t.Helper()
	s.dropConnections()
	least, since := runtime.NumGoroutine(), time.Now()
	for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
		if now := runtime.NumGoroutine(); now < least {
			least, since = now, time.Now()
		}
		if least <= most && time.Since(since) > 500*time.Millisecond {
			break
		}
	}
	runtime.GC()
	runtime.GC() // what pools held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return leftInProcess{least, m.HeapAlloc}
}
