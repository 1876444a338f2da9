//go:build desktop

package desktop

import (
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app/event"
)

type heard struct {
	mu   sync.Mutex
	page [][]string
	tray [][]event.Topic
}

func (h *heard) toPage(topics []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.page = append(h.page, topics)
}

func (h *heard) toTray(topics []event.Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tray = append(h.tray, topics)
}

func (h *heard) all() ([][]string, [][]event.Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.page), slices.Clone(h.tray)
}

func TestEventsAreBatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus event.Bus
		var got heard
		f := forward(&bus, got.toPage, got.toTray)
		f.start()
		defer f.stop()
		synctest.Wait()

		bus.Publish(event.Gateway)
		synctest.Wait()
		for range 1000 {
			bus.Publish(event.Health, event.Calls)
		}
		synctest.Wait()
		if page, _ := got.all(); !reflect.DeepEqual(page, [][]string{{"gateway"}}) {
			t.Fatalf("at once the page got %v", page)
		}
		time.Sleep(quiet)
		synctest.Wait()
		page, tray := got.all()
		if !reflect.DeepEqual(page, [][]string{{"gateway"}, {"calls", "health"}}) {
			t.Fatalf("later the page got %v", page)
		}
		if len(tray) != 2 {
			t.Fatalf("the tray heard %v", tray)
		}
	})
}

func TestAtMostFourMessagesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus event.Bus
		var got heard
		f := forward(&bus, got.toPage, got.toTray)
		f.start()
		for range 3000 {
			bus.Publish(event.Calls)
			time.Sleep(time.Millisecond)
		}
		f.stop()
		// The first goes at once, then four in each second.
		if page, _ := got.all(); len(page) < 10 || len(page) > 13 {
			t.Errorf("the page got %d messages in 3 s, want at most 4 a second", len(page))
		}
	})
}

func TestNothingIsCarriedAfterStop(t *testing.T) {
	for name, started := range map[string]bool{"running": true, "never started": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bus event.Bus
				var got heard
				f := forward(&bus, got.toPage, got.toTray)
				if started {
					f.start()
				}
				f.stop()
				f.stop()
				f.start() // too late
				bus.Publish(event.Calls)
				synctest.Wait()
				if page, tray := got.all(); len(page)+len(tray) != 0 {
					t.Errorf("carried %v and %v", page, tray)
				}
			})
		})
	}
}
