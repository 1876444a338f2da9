//go:build desktop || bindings || dev

package desktop

import (
	"slices"
	"sync"
	"time"

	"headgate/app/event"
)

// quiet is the least time between two messages to the page, which renders
// after each.
const quiet = 250 * time.Millisecond

// forwarder carries the program's events to the page and the tray.
type forwarder struct {
	bus  *event.Bus
	page func(topics []string)
	tray func(topics []event.Topic)

	begin, end sync.Once
	stopping   chan struct{}
	stopped    chan struct{}
}

func forward(bus *event.Bus, page func([]string), tray func([]event.Topic)) *forwarder {
	return &forwarder{
		bus: bus, page: page, tray: tray,
		stopping: make(chan struct{}), stopped: make(chan struct{}),
	}
}

// start begins to carry what is published from now on.
func (f *forwarder) start() {
	f.begin.Do(func() {
		listener := f.bus.Listen()
		go f.carry(listener)
	})
}

// stop returns when nothing is carried any more. It may be called at any time,
// also more than once.
func (f *forwarder) stop() {
	f.end.Do(func() { close(f.stopping) })
	f.begin.Do(func() { close(f.stopped) })
	<-f.stopped
}

func (f *forwarder) carry(listener *event.Listener) {
	defer close(f.stopped)
	defer listener.Close()
	for {
		select {
		case <-f.stopping:
			return
		case <-listener.Wake():
		}
		select { // both may have been ready
		case <-f.stopping:
			return
		default:
		}
		if topics := listener.Take(); len(topics) > 0 {
			slices.Sort(topics)
			f.tray(topics)
			f.page(names(topics))
		}
		select {
		case <-f.stopping:
			return
		case <-time.After(quiet):
		}
	}
}

func names(topics []event.Topic) []string {
	list := make([]string, len(topics))
	for i, t := range topics {
		list[i] = string(t)
	}
	return list
}
