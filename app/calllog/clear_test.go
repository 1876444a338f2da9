package calllog_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
)

// slowStore takes its time to remove.
type slowStore struct {
	*fakeStore
	backlog int // steps that CatchUp has to do
	left    int
	takes   time.Duration // of each step
	before  time.Time
	afters  []int64
}

func (s *slowStore) CatchUp(context.Context) (bool, error) {
	if s.backlog == 0 {
		return false, nil
	}
	<-time.After(s.takes) // on the bubble's clock
	s.backlog--
	return true, nil
}

func (s *slowStore) Remove(_ context.Context, _, before time.Time, after int64, limit int) (int, int64, error) {
	<-time.After(s.takes) // on the bubble's clock
	if s.fail != nil {
		return 0, 0, s.fail
	}
	s.before, s.afters = before, append(s.afters, after)
	n := min(s.left, limit)
	s.left -= n
	if n == 0 {
		return 0, 0, nil
	}
	return n, after + int64(n), nil
}

func TestClearGoesInSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus event.Bus
		heard := bus.Listen()
		defer heard.Close()
		store := &slowStore{fakeStore: newFakeStore(), left: 10_500, takes: 300 * time.Millisecond}
		log := calllog.New(store, &bus, slog.New(slog.DiscardHandler))
		log.Start(settings.Log{})
		defer closeLog(t, log)
		before := time.Now().UnixMilli()
		var removed, steps int
		for more := true; more; steps++ {
			began := time.Now()
			done, err := log.Clear(t.Context(), before)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("a step took %v", took)
			}
			removed += done.Removed
			more = done.More
			if heard.Take(); more && done.Removed == 0 {
				t.Error("a step removed nothing, but there is more")
			}
		}
		if removed != 10_500 || steps != 2 || store.before.UnixMilli() != before {
			t.Errorf("removed %d before %v in %d steps, want 10500 in 2", removed, store.before, steps)
		}
		synctest.Wait()
		if _, compacted := store.pruning(); compacted != 1 {
			t.Errorf("compacted %d times", compacted)
		}
	})
}

// Statistics stay, of calls too that they have not seen yet.
func TestClearCountsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{fakeStore: newFakeStore(), backlog: 5, left: 10, takes: time.Second}
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		done, err := log.Clear(t.Context(), time.Now().UnixMilli())
		if err != nil || done != (calllog.Cleared{More: true}) || len(store.afters) != 0 {
			t.Fatalf("%+v (%v), want that there is more", done, err)
		}
		for done.More {
			if done, err = log.Clear(t.Context(), time.Now().UnixMilli()); err != nil {
				t.Fatal(err)
			}
		}
		if store.left != 0 || store.backlog != 0 {
			t.Errorf("left are %d calls, %d to count", store.left, store.backlog)
		}
		store.fail = errors.New("disk full")
		if _, err := log.Clear(t.Context(), 1); err == nil {
			t.Error("a failure was not told")
		}
	})
}
