package calllog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/gateway"
)

// keptBodies is a store with the bodies of one call.
type keptBodies struct {
	calllog.Store
	bodies gateway.Bodies
}

func (s keptBodies) Bodies(context.Context, string) (*gateway.Bodies, error) { return &s.bodies, nil }

func TestBodiesAreText(t *testing.T) {
	for name, tc := range map[string]struct {
		body  string
		isCut bool
		want  string
	}{
		"Plain":            {"hello", false, "hello"},
		"Empty":            {"", true, ""},
		"NotUTF8":          {"a\xff\xfeb", false, "a\uFFFDb"},
		"CutInACharacter":  {"日本\xe8\xaa", true, "日本"},
		"CutInAnEmoji":     {"a\xf0\x9f\x98", true, "a"},
		"CutAfterOne":      {"日本", true, "日本"},
		"HalfButNotCut":    {"日本\xe8\xaa", false, "日本\uFFFD"},
		"CutInWhatIsBroke": {"a\x80\x80\x80\x80", true, "a\uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			store := keptBodies{bodies: gateway.Bodies{
				RequestHeader: []gateway.Header{{Name: "X-Odd", Value: "\xff"}},
				Request:       []byte(tc.body), RequestCut: tc.isCut, Reply: []byte(tc.body), ReplyCut: tc.isCut,
			}}
			got, err := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler)).Bodies(t.Context(), "x")
			if err != nil {
				t.Fatal(err)
			}
			if got.Request != tc.want || got.Reply != tc.want || got.RequestCut != tc.isCut || got.ReplyCut != tc.isCut {
				t.Errorf("got %+v, want %q", got, tc.want)
			}
			if len(got.RequestHeaders) != 1 || got.RequestHeaders[0] != (calllog.Header{Name: "X-Odd", Value: "\uFFFD"}) {
				t.Errorf("headers are %v", got.RequestHeaders)
			}
		})
	}
}

func heavyCall(n int) gateway.Call {
	c := okCall(n)
	c.Bodies = &gateway.Bodies{Request: make([]byte, 512<<10), Reply: make([]byte, 512<<10)}
	return c
}

// Thousands of streams may end while the bodies of as many are being written.
func TestBodiesThatAreBeingWrittenTakeNoRoomFromCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		synctest.Wait() // it has begun to take calls
		store.setFail(errors.New("disk full"))
		for n := range 30 {
			log.Record(heavyCall(n))
		}
		pass(time.Second) // they are in the writer's hands
		large := strings.Repeat("x", 1<<20)
		for n := range 30 {
			log.Record(gateway.Call{ID: fmt.Sprint("large-", n), State: gateway.StateFailed, Message: large})
		}
		if h := log.Health(); h.Dropped != 0 || h.DroppedBodies != 0 {
			t.Errorf("health %+v, want none dropped", h)
		}
		store.setFail(nil)
		pass(time.Minute)
		closeLog(t, log)
	})
}

func TestFullQueueDropsBodiesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		store.setFail(errors.New("disk full"))
		log := startLog(t, store)
		for n := range 40 {
			log.Record(heavyCall(n))
		}
		h := log.Health()
		if h.Dropped != 0 || h.DroppedBodies < 8 || h.DroppedBodies > 10 {
			t.Fatalf("health %+v, want all 40 calls and the bodies beyond 32 MiB dropped", h)
		}
		large := strings.Repeat("x", 1<<20)
		for n := range 30 {
			log.Record(gateway.Call{ID: fmt.Sprint("large-", n), State: gateway.StateFailed, Message: large})
		}
		if h = log.Health(); h.Dropped != 0 || h.DroppedBodies != 40 {
			t.Fatalf("health %+v, want no call and the bodies of 40 dropped", h)
		}
		store.setFail(nil)
		pass(time.Minute)
		if got := store.count(); got != 70 {
			t.Fatalf("%d of 70 calls were written", got)
		}
		log.Record(heavyCall(100))
		closeLog(t, log)
		if store.entry(t, "call-100").Call.Bodies == nil {
			t.Error("there was room again, but bodies were dropped")
		}
		if store.entry(t, "call-3").Call.Bodies != nil {
			t.Error("bodies that counted as dropped were written")
		}
	})
}

func TestBodiesAreKeptForTheirOwnDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		store.oldBodies = 1200
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		began := time.Now()
		log.Start(settings.Log{Days: 0, BodyDays: 7})
		synctest.Wait()
		pruned, compacted := store.pruning()
		if len(pruned) != 0 || len(store.bodiesAge) != 3 || compacted != 1 {
			t.Fatalf("1200 old bodies took %d steps, %d compactions and %d steps of calls", len(store.bodiesAge), compacted, len(pruned))
		}
		if want := began.Add(-7 * 24 * time.Hour); !store.bodiesAge[0].Equal(want) {
			t.Errorf("removed what is older than %v, want %v", store.bodiesAge[0], want)
		}
		log.Keep(settings.Log{BodyDays: 0})
		pass(2 * time.Hour)
		if len(store.bodiesAge) != 3 {
			t.Error("bodies that are to be kept with their calls were removed")
		}
		closeLog(t, log)
	})
}
