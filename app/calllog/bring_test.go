package calllog_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/gateway"
)

// readable is a fakeStore in which calls can be looked up.
type readable struct{ *fakeStore }

func (s readable) Get(_ context.Context, id string) (calllog.Detail, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.entries[id]; !ok {
		return calllog.Detail{}, apperr.New("call_not_found", "ID", id)
	}
	return calllog.Detail{}, nil
}

func TestBroughtCallsAreThereOnce(t *testing.T) {
	store := readable{newFakeStore()}
	var bus event.Bus
	heard := bus.Listen()
	defer heard.Close()
	log := calllog.New(store, &bus, slog.New(slog.DiscardHandler))
	cost := 0.25
	var calls []gateway.Call
	for n := range 2500 {
		c := okCall(n)
		c.Usage.Cost = &cost
		calls = append(calls, c)
	}
	if n, err := log.Bring(t.Context(), calls[:1000]); err != nil || n != 1000 {
		t.Fatalf("brought %d (%v), want 1000", n, err)
	}
	<-heard.Wake()
	if n, err := log.Bring(t.Context(), calls); err != nil || n != 1500 {
		t.Fatalf("brought %d (%v), want the 1500 new ones", n, err)
	}
	if n, err := log.Bring(t.Context(), calls); err != nil || n != 0 {
		t.Fatalf("brought %d (%v) again, want none", n, err)
	}
	for _, size := range store.writes {
		if size > 1000 {
			t.Errorf("%d calls in one transaction", size)
		}
	}
	if got := store.entry(t, "call-7").Cost; got != (calllog.Cost{Nanos: 250_000_000, Source: calllog.CostReported}) {
		t.Errorf("the cost is %+v", got)
	}
	store.setFail(errors.New("disk full"))
	if n, err := log.Bring(t.Context(), []gateway.Call{okCall(9000)}); err == nil || n != 0 {
		t.Errorf("brought %d (%v) to a full disk", n, err)
	}
}

// They may have begun long before what was removed last.
func TestBroughtCallsMayBeOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := readable{newFakeStore()}
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		log.Start(settings.Log{Days: 30})
		pass(90 * time.Minute)
		if _, err := log.Bring(t.Context(), []gateway.Call{okCall(1)}); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		if n := len(store.looked); n != 3 || store.looked[1].IsZero() || !store.looked[2].IsZero() {
			t.Errorf("looked from %v on, want from the first call on again", store.looked)
		}
		closeLog(t, log)
	})
}
