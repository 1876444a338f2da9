// Package event tells windows what changed, so that they fetch it again.
//
// Events carry no data, and a slow listener may miss repeated ones: each topic
// that changed since the listener last looked is delivered once.
package event

import "sync"

// Topic names what changed.
type Topic string

// The topics.
const (
	Providers Topic = "providers" // providers, their keys and models
	Groups    Topic = "groups"
	APIKeys   Topic = "api_keys"
	Keywords  Topic = "keywords"
	Settings  Topic = "settings"
	Calls     Topic = "calls"   // the call log has new or changed rows
	Health    Topic = "health"  // cooldowns began or ended
	Gateway   Topic = "gateway" // started, stopped, or failed to; the network was lost or is back
	Notices   Topic = "notices" // something a person should read
	Imports   Topic = "imports" // an import has ended
	Secrets   Topic = "secrets" // the keys were opened, or are kept elsewhere
	Updates   Topic = "updates" // a newer version was looked for, or is being fetched
)

// Bus delivers topics to listeners. Its zero value is ready.
type Bus struct {
	mu        sync.Mutex
	listeners map[*Listener]struct{}
}

// Listener collects the topics that changed.
type Listener struct {
	bus     *Bus
	pending map[Topic]struct{} // guarded by bus.mu
	wake    chan struct{}
}

// Publish marks topics as changed for every listener. It never blocks.
func (b *Bus) Publish(topics ...Topic) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners {
		for _, t := range topics {
			l.pending[t] = struct{}{}
		}
		select {
		case l.wake <- struct{}{}:
		default: // already awake
		}
	}
}

// Listen starts a listener. Close it when done.
func (b *Bus) Listen() *Listener {
	l := &Listener{bus: b, pending: map[Topic]struct{}{}, wake: make(chan struct{}, 1)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners == nil {
		b.listeners = map[*Listener]struct{}{}
	}
	b.listeners[l] = struct{}{}
	return l
}

// Wake receives when topics are waiting to be taken.
func (l *Listener) Wake() <-chan struct{} { return l.wake }

// Take returns the topics that changed since the last Take, in no order.
func (l *Listener) Take() []Topic {
	l.bus.mu.Lock()
	defer l.bus.mu.Unlock()
	topics := make([]Topic, 0, len(l.pending))
	for t := range l.pending {
		topics = append(topics, t)
	}
	clear(l.pending)
	return topics
}

// Close ends the listener.
func (l *Listener) Close() {
	l.bus.mu.Lock()
	defer l.bus.mu.Unlock()
	delete(l.bus.listeners, l)
}
