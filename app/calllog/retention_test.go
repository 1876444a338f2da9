package calllog_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
)

// upgradedStore has what earlier versions left to do. A step of it takes a second.
type upgradedStore struct {
	*fakeStore
	mu                  sync.Mutex
	broken              error
	uncounted, unsorted int      // steps to do
	did                 []string // what was asked for, without what was asked again and again
}

func (s *upgradedStore) step(what string, left *int) (bool, error) {
	<-time.After(time.Second) // on the bubble's clock
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = slices.Compact(append(s.did, what))
	if s.broken != nil {
		return false, s.broken
	}
	*left = max(*left-1, 0)
	return *left > 0, nil
}

func (s *upgradedStore) CatchUp(context.Context) (bool, error) { return s.step("count", &s.uncounted) }

func (s *upgradedStore) SortIn(context.Context) (bool, error) { return s.step("sort", &s.unsorted) }

func (s *upgradedStore) Remove(_ context.Context, _, _ time.Time, _ int64, _ int) (int, int64, error) {
	var none int
	_, err := s.step("remove", &none)
	return 0, 0, err
}

func (s *upgradedStore) asked() (did []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	did, s.did = s.did, nil
	return did
}

func (s *upgradedStore) becomes(broken error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}

// Old calls are removed once all are counted, and while calls get into lists, as
// are those that somebody clears.
func TestOldCallsWaitToBeCountedOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &upgradedStore{fakeStore: newFakeStore(), uncounted: 3, unsorted: 1000}
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		log.Start(settings.Log{Days: 30})
		pass(time.Minute)
		if did := store.asked(); !slices.Equal(did, []string{"count", "remove", "sort"}) {
			t.Errorf("the store was asked to %v", did)
		}
		log.Keep(settings.Log{Days: 1})
		pass(time.Minute)
		if did := store.asked(); !slices.Equal(did, []string{"sort", "count", "remove", "sort"}) {
			t.Errorf("with other days it was asked to %v", did)
		}
		if done, err := log.Clear(t.Context(), time.Now().UnixMilli()); err != nil || done.More {
			t.Errorf("cleared %+v, %v", done, err)
		}
		closeLog(t, log)
		if store.unsorted == 0 {
			t.Error("all calls had got into lists before")
		}
	})
}

func TestWhatEarlierVersionsLeftIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &upgradedStore{fakeStore: newFakeStore(), uncounted: 3, unsorted: 3, broken: errors.New("disk full")}
		log := calllog.New(store, &event.Bus{}, slog.New(slog.DiscardHandler))
		log.Start(settings.Log{Days: 30})
		pass(time.Minute)
		if did := store.asked(); !slices.Equal(did, []string{"count", "sort"}) {
			t.Errorf("the store was asked to %v, and nothing is counted yet", did)
		}
		store.becomes(nil)
		pass(time.Hour)
		if did := store.asked(); !slices.Equal(did, []string{"count", "remove", "sort"}) || store.uncounted+store.unsorted > 0 {
			t.Errorf("an hour later it was asked to %v; left are %d and %d", did, store.uncounted, store.unsorted)
		}
		closeLog(t, log)
	})
}
