package event_test

import (
	"slices"
	"sync"
	"testing"

	"headgate/app/event"
)

func TestEachTopicArrivesOnce(t *testing.T) {
	var bus event.Bus
	l := bus.Listen()
	defer l.Close()
	bus.Publish(event.Calls)
	bus.Publish(event.Calls, event.Health)

	<-l.Wake()
	got := l.Take()
	slices.Sort(got)
	if want := []event.Topic{event.Calls, event.Health}; !slices.Equal(got, want) {
		t.Fatalf("took %v, want %v", got, want)
	}
	if rest := l.Take(); len(rest) != 0 {
		t.Fatalf("a second Take gave %v, want nothing", rest)
	}
	bus.Publish(event.Groups)
	<-l.Wake()
	if got := l.Take(); !slices.Equal(got, []event.Topic{event.Groups}) {
		t.Fatalf("after more: %v, want groups", got)
	}
}

func TestPublishNeverBlocks(t *testing.T) {
	var bus event.Bus
	l := bus.Listen() // never taken from
	closed := bus.Listen()
	closed.Close()
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			for range 1000 {
				bus.Publish(event.Calls)
			}
		})
	}
	done.Wait()
	if got := closed.Take(); len(got) != 0 {
		t.Fatalf("a closed listener was told of %v", got)
	}
	l.Close()
}
