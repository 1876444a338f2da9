package calllog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/gateway"
)

// fakeStore keeps entries in memory, as the real one does in its file.
type fakeStore struct {
	calllog.Store
	mu          sync.Mutex
	fail        error
	entries     map[string]calllog.Entry
	writes      []int    // entries in each
	order       []string // their calls' ids
	interrupted int
	looked      []time.Time // since when Remove was asked
	pruned      []time.Time // and before when
	old         int         // calls that Remove finds
	bodiesAge   []time.Time
	oldBodies   int // that PruneBodies finds
	compacted   int
}

func newFakeStore() *fakeStore { return &fakeStore{entries: map[string]calllog.Entry{}} }

func (s *fakeStore) setFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *fakeStore) Write(_ context.Context, entries []calllog.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	s.writes = append(s.writes, len(entries))
	for _, e := range entries {
		e.Call.Attempts = append([]gateway.Attempt(nil), e.Call.Attempts...)
		s.entries[e.Call.ID] = e
		s.order = append(s.order, e.Call.ID)
	}
	return nil
}

func (s *fakeStore) Interrupt(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interrupted++
	return 0, s.fail
}

func (s *fakeStore) InterruptOnly(_ context.Context, ids []string) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	for _, id := range ids {
		if e := s.entries[id]; e.Call.State == gateway.StateOpen {
			e.Call.State = calllog.StateInterrupted
			s.entries[id] = e
			n++
		}
	}
	return n, nil
}

func (s *fakeStore) Remove(_ context.Context, since, before time.Time, after int64, limit int) (int, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked, s.pruned = append(s.looked, since), append(s.pruned, before)
	n := min(s.old, limit)
	s.old -= n
	return n, after + int64(n), nil
}

func (s *fakeStore) PruneBodies(_ context.Context, before time.Time, limit int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodiesAge = append(s.bodiesAge, before)
	n := min(s.oldBodies, limit)
	s.oldBodies -= n
	return n, nil
}

func (s *fakeStore) CatchUp(context.Context) (bool, error) { return false, nil }

func (s *fakeStore) SortIn(context.Context) (bool, error) { return false, nil }

func (s *fakeStore) ForgetTallies(context.Context, time.Time) error { return nil }

func (s *fakeStore) Compact(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compacted++
	return nil
}

func (s *fakeStore) entry(t *testing.T, id string) calllog.Entry {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[id]
	if !ok {
		t.Fatalf("call %s was not written", id)
	}
	return e
}

// pruning returns what Remove and Compact were asked so far.
func (s *fakeStore) pruning() (pruned []time.Time, compacted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pruned, s.compacted
}

func (s *fakeStore) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

func startLog(t *testing.T, store calllog.Store) *calllog.Log {
	t.Helper()
	log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
	log.Start(settings.Log{})
	return log
}

func closeLog(t *testing.T, log *calllog.Log) {
	t.Helper()
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func okCall(n int) gateway.Call {
	return gateway.Call{ID: fmt.Sprint("call-", n), State: gateway.StateOK, Attempts: []gateway.Attempt{{Provider: "first"}, {Provider: fmt.Sprint("provider-", n)}}}
}

func TestCallsAreWrittenInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		for n := range 5 {
			log.Record(okCall(n))
		}
		pass(99 * time.Millisecond)
		if got := store.count(); got != 0 {
			t.Fatalf("%d calls were written before the batch was due", got)
		}
		pass(time.Millisecond)
		if got := store.count(); got != 5 {
			t.Fatalf("%d calls were written after 100 ms, want 5", got)
		}
		synctest.Wait()
		for n := range 1000 {
			log.Record(okCall(5 + n))
		}
		synctest.Wait()
		if got := store.count(); got != 1005 {
			t.Fatalf("%d calls are written although a batch was full, want 1005", got)
		}
		if len(store.writes) != 2 {
			t.Fatalf("%d writes %v, want 2", len(store.writes), store.writes)
		}
		for n := range 1005 {
			attempts := store.entry(t, fmt.Sprint("call-", n)).Call.Attempts
			if len(attempts) != 2 || attempts[1].Provider != fmt.Sprint("provider-", n) {
				t.Fatalf("call %d has the attempts %v", n, attempts)
			}
		}
		if h := log.Health(); h != (calllog.Health{Written: 1005}) {
			t.Fatalf("health %+v", h)
		}
		closeLog(t, log)
	})
}

func TestNothingIsLostByManyAtOnce(t *testing.T) {
	store := newFakeStore()
	log := startLog(t, store)
	var done sync.WaitGroup
	for w := range 8 {
		done.Go(func() {
			for n := range 1000 {
				log.Record(okCall(w*1000 + n))
			}
		})
	}
	done.Wait()
	closeLog(t, log)
	if got := store.count(); got != 8000 {
		t.Fatalf("%d of 8000 calls were written", got)
	}
	for n := range 8000 {
		if got := store.entry(t, fmt.Sprint("call-", n)).Call.Attempts[1].Provider; got != fmt.Sprint("provider-", n) {
			t.Fatalf("call %d has another's attempt: %s", n, got)
		}
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	store := newFakeStore()
	log := startLog(t, store)
	log.Record(okCall(1))
	closeLog(t, log)
	store.entry(t, "call-1")
	log.Record(okCall(2))
	if h := log.Health(); h.Dropped != 1 {
		t.Fatalf("a call after the end counts as %+v, want one dropped", h)
	}
	closeLog(t, log) // again: nothing to do
}

func TestCloseBeforeStart(t *testing.T) {
	log := calllog.New(newFakeStore(), &event.Bus{}, slog.New(slog.DiscardHandler))
	closeLog(t, log)
}

func TestOpenCallsTakeOneRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		log.Open(gateway.Call{ID: "slow"})
		log.Open(gateway.Call{ID: "quick"})
		log.Record(gateway.Call{ID: "quick", State: gateway.StateFailed})
		pass(time.Second)
		if got := store.entry(t, "slow").Call.State; got != gateway.StateOpen {
			t.Fatalf("a running call is %s", got)
		}
		if got := store.entry(t, "quick").Call.State; got != gateway.StateFailed {
			t.Fatalf("a finished call is %s", got)
		}
		if store.writes[0] != 2 {
			t.Fatalf("two calls made %d rows", store.writes[0])
		}
		if h := log.Health(); h.Written != 1 {
			t.Fatalf("an open call counts as written: %+v", h)
		}
		log.Record(gateway.Call{ID: "slow", State: gateway.StateOK})
		closeLog(t, log)
		if got := store.entry(t, "slow").Call.State; got != gateway.StateOK {
			t.Fatalf("the call stayed %s", got)
		}
	})
}

func TestFailingStoreKeepsCallsAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		synctest.Wait()
		store.setFail(errors.New("disk full"))
		log.Record(okCall(1))
		pass(10 * time.Second)
		if h := log.Health(); !strings.Contains(h.Error, "disk full") || h.Dropped != 0 {
			t.Fatalf("health %+v, want the failure and nothing dropped", h)
		}
		store.setFail(nil)
		pass(6 * time.Second)
		if h := log.Health(); h != (calllog.Health{Written: 1}) {
			t.Fatalf("health %+v after the disk had room again", h)
		}
		store.entry(t, "call-1")

		store.setFail(errors.New("disk full"))
		log.Record(okCall(2))
		pass(2 * time.Minute)
		if h := log.Health(); h.Dropped != 1 || h.Error == "" {
			t.Fatalf("health %+v, want one call dropped", h)
		}
		log.Record(okCall(3))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		if err := log.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 calls") {
			t.Fatalf("Close said %v, want one call not written", err)
		}
		if took := time.Since(began); took > 11*time.Second {
			t.Fatalf("Close took %v", took)
		}
	})
}

// A full queue makes nobody wait, keeps what it has in its order, and has no room
// for what is only open: a call that ends later is there once, as it ended.
func TestFullQueueDropsAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		store.setFail(errors.New("disk full"))
		log := startLog(t, store)
		began := time.Now()
		for n := range 20_100 {
			if n == 15_000 {
				log.Open(okCall(n))
			}
			log.Record(okCall(n))
		}
		if took := time.Since(began); took > 0 {
			t.Fatalf("recording waited for %v", took)
		}
		if h := log.Health(); h.Dropped != 100 {
			t.Fatalf("health %+v, want 100 dropped", h)
		}
		store.setFail(nil)
		pass(time.Minute)
		if got := store.count(); got != 20_000 {
			t.Fatalf("%d calls were written, want the 20000 that had room", got)
		}
		for n, id := range store.order {
			if id != okCall(n).ID {
				t.Fatalf("%s was written as number %d", id, n)
			}
		}
		if got := store.entry(t, "call-15000").Call.State; got != gateway.StateOK {
			t.Fatalf("a call that was open while there was no room is %s", got)
		}
		log.Record(okCall(30_000))
		closeLog(t, log)
		store.entry(t, "call-30000")
	})
}

// A call whose finished self had no room doesn't stay open, whether its open self
// was stored before or waits, too.
func TestDroppedCallsDoNotStayOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		log.Open(okCall(1))
		pass(time.Second)
		store.setFail(errors.New("disk full"))
		log.Open(okCall(2))
		for n := range 20_000 {
			log.Record(okCall(100 + n))
		}
		log.Record(okCall(1))
		log.Record(okCall(2))
		if h := log.Health(); h.Dropped != 3 {
			t.Fatalf("health %+v, want 3 dropped", h)
		}
		store.setFail(nil)
		pass(time.Minute)
		for n := 1; n <= 2; n++ {
			if got := store.entry(t, okCall(n).ID).Call.State; got != calllog.StateInterrupted {
				t.Errorf("call %d is %s", n, got)
			}
		}

		// One that waited for the file until it was given up.
		log.Open(okCall(3))
		pass(time.Second)
		store.setFail(errors.New("disk full"))
		log.Record(okCall(3))
		pass(2 * time.Minute)
		store.setFail(nil)
		log.Record(okCall(4))
		pass(time.Minute)
		if got := store.entry(t, okCall(3).ID).Call.State; got != calllog.StateInterrupted {
			t.Errorf("a call that was given up is %s", got)
		}
		log.Record(okCall(5))
		closeLog(t, log)
		store.entry(t, okCall(5).ID)
	})
}

func TestLongTextsFillTheQueueToo(t *testing.T) {
	log := calllog.New(newFakeStore(), &event.Bus{}, slog.New(slog.DiscardHandler))
	long := strings.Repeat("x", 1<<20)
	for n := range 40 {
		log.Record(gateway.Call{ID: fmt.Sprint(n), Message: long})
	}
	if h := log.Health(); h.Dropped < 8 || h.Dropped > 10 {
		t.Fatalf("%d of 40 calls of 1 MiB were dropped, want those beyond 32 MiB", h.Dropped)
	}
}

func TestWindowsHearOfBatches(t *testing.T) {
	var bus event.Bus
	heard := bus.Listen()
	defer heard.Close()
	log := calllog.New(newFakeStore(), &bus, slog.New(slog.DiscardHandler))
	log.Start(settings.Log{})
	log.Record(okCall(1))
	<-heard.Wake()
	if got := heard.Take(); len(got) != 1 || got[0] != event.Calls {
		t.Fatalf("heard %v, want calls", got)
	}
	closeLog(t, log)
}

// What a person should read of the log changes when it fails, loses calls and is well
// again.
func TestWindowsHearOfAFailingLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus event.Bus
		heard := bus.Listen()
		defer heard.Close()
		store := newFakeStore()
		log := calllog.New(store, &bus, slog.New(slog.DiscardHandler))
		log.Start(settings.Log{})
		defer closeLog(t, log)
		for _, step := range []struct {
			fail error
			time time.Duration
			told bool
		}{
			{nil, time.Second, false},
			{errors.New("disk full"), time.Second, true},
			{errors.New("disk full"), 30 * time.Second, false},
			{errors.New("disk full"), 40 * time.Second, true},
			{nil, 10 * time.Second, true},
			{nil, time.Second, false},
		} {
			store.setFail(step.fail)
			log.Record(okCall(1))
			pass(step.time)
			if topics := heard.Take(); slices.Contains(topics, event.Notices) != step.told {
				t.Errorf("after %v with %v: heard %v", step.time, step.fail, topics)
			}
		}
	})
}

// A log whose file can't be had holds up no end when there is no call to write.
func TestCloseWaitsForCallsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		store.setFail(errors.New("no file"))
		log := startLog(t, store)
		pass(time.Second)
		began := time.Now()
		if err := log.Close(t.Context()); err != nil || time.Since(began) > 0 {
			t.Errorf("Close took %v: %v", time.Since(began), err)
		}
	})
}

func TestOldCallsAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		store.old = 4500
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		began := time.Now()
		log.Start(settings.Log{Days: 30})
		synctest.Wait()
		pruned, compacted := store.pruning()
		if len(pruned) != 3 || compacted != 1 {
			t.Fatalf("4500 old calls took %d steps and %d compactions, want 3 and 1", len(pruned), compacted)
		}
		if want := began.Add(-30 * 24 * time.Hour); !pruned[0].Equal(want) {
			t.Fatalf("removed what is older than %v, want %v", pruned[0], want)
		}
		pass(time.Hour)
		if pruned, compacted := store.pruning(); len(pruned) != 4 || compacted != 1 {
			t.Fatalf("an hour later: %d steps, %d compactions", len(pruned), compacted)
		}
		if !store.looked[0].IsZero() || !store.looked[3].Equal(pruned[0].Add(-24*time.Hour)) {
			t.Errorf("looked from %v on, want from the first call on and then no further than needed", store.looked)
		}
		log.Keep(settings.Log{Days: 0})
		pass(3 * time.Hour)
		if pruned, _ := store.pruning(); len(pruned) != 4 {
			t.Fatal("calls that are to be kept for ever were removed")
		}
		log.Keep(settings.Log{Days: 1})
		synctest.Wait()
		if pruned, _ := store.pruning(); len(pruned) != 5 {
			t.Fatal("a new number of days waited for the hour")
		}
		closeLog(t, log)
	})
}

// sluggishStore takes its time for a write.
type sluggishStore struct {
	*fakeStore
	takes time.Duration
}

func (s sluggishStore) Write(ctx context.Context, entries []calllog.Entry) error {
	<-time.After(s.takes) // on the bubble's clock
	return s.fakeStore.Write(ctx, entries)
}

// What a kill may cost is the last 100 ms and a write, not twice as much because
// a write was on its way.
func TestCallsDoNotWaitAnewAfterAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, sluggishStore{store, 80 * time.Millisecond})
		log.Record(okCall(1))
		pass(110 * time.Millisecond) // it is being written since 10 ms
		log.Record(okCall(2))
		pass(179 * time.Millisecond)
		if got := store.count(); got != 1 {
			t.Fatalf("%d calls after 289 ms, want 1", got)
		}
		pass(time.Millisecond)
		if got := store.count(); got != 2 {
			t.Fatalf("%d calls after 290 ms, want 2", got)
		}
		closeLog(t, log)
	})
}

func TestBadQueries(t *testing.T) {
	log := calllog.New(newFakeStore(), &event.Bus{}, slog.New(slog.DiscardHandler))
	for name, tc := range map[string]struct {
		query calllog.Query
		code  string
	}{
		"NoLimit":      {calllog.Query{}, "page_limit_out_of_range"},
		"LimitTooHigh": {calllog.Query{Limit: 501}, "page_limit_out_of_range"},
		"UnknownState": {calllog.Query{Limit: 1, States: []string{"ok", "happy"}}, "call_state_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := log.Page(t.Context(), tc.query); apperr.Code(err) != tc.code {
				t.Fatalf("got %v, want %s", err, tc.code)
			}
		})
	}
}

// BenchmarkRecord is what a call pays on its way. It shouldn't allocate:
//
//	go test -run '^$' -bench Record -benchmem ./app/calllog
func BenchmarkRecord(b *testing.B) {
	log := calllog.New(discardStore{newFakeStore()}, &event.Bus{}, slog.New(slog.DiscardHandler))
	log.Start(settings.Log{})
	call := okCall(1)
	b.ReportAllocs()
	for n := uint64(1); b.Loop(); n++ {
		log.Record(call)
		if n%1000 == 0 { // no more than a store keeps up with
			b.StopTimer()
			for log.Health().Written < n {
				runtime.Gosched()
			}
			b.StartTimer()
		}
	}
	b.StopTimer()
	_ = log.Close(context.Background())
}

type discardStore struct{ *fakeStore }

func (discardStore) Interrupt(context.Context) (int, error)       { return 0, nil }
func (discardStore) Write(context.Context, []calllog.Entry) error { return nil }
