package gateway

import (
	"context"
	"maps"
	"time"
)

// How far-away places are looked for while none seems to be reached: for how long
// each, how many at once, and how often.
const (
	knockTime  = 3 * time.Second
	mostKnocks = 64
	firstPause = time.Second
	lastPause  = 15 * time.Second
)

// look begins to look for anything far away, unless somebody does. The lock must
// be held.
func (h *health) look() {
	h.worried.Store(true)
	if h.net.looking != nil || h.net.closed {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.net.looking = cancel
	h.net.looks.Go(func() {
		for pause := h.net.pause; h.lookOnce(ctx); pause = min(2*pause, lastPause) {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	})
}

// lookOnce draws its conclusion, and tells whether to look again.
func (h *health) lookOnce(ctx context.Context) (again bool) {
	addresses, routed := h.toKnock()
	reached := routed && h.anybodyAt(ctx, addresses)
	h.mu.Lock()
	news := false
	switch n := &h.net; {
	case ctx.Err() != nil: // somebody answered meanwhile, or the gateway closes
	case reached, routed && len(addresses) == 0 && h.isStale():
		news = h.found(h.now())
	case routed && n.since.IsZero() && (len(addresses) == 0 || h.someHide()): // nothing can be found out
		n.looking()
		n.looking = nil
	default:
		again = true
		h.lose(h.now())
		news = h.makeSure()
	}
	h.mu.Unlock()
	if news {
		h.announce()
	}
	return again
}

// someHide tells whether a place that can't be looked for may well be there: no
// call found it out of reach lately.
func (h *health) someHide() bool {
	for host, address := range h.net.far {
		if _, lost := h.net.lost[host]; address == "" && !lost {
			return true
		}
	}
	return false
}

// isStale tells whether nothing was lost any more for a while.
func (h *health) isStale() bool {
	now := h.now()
	for _, at := range h.net.lost {
		if now.Sub(at) <= lostKept {
			return false
		}
	}
	return true
}

// toKnock returns where to look and whether the system knows a way to there. Half of
// the places are some that calls asked for in vain, half are others, as far as there
// are any, each time others: however many are dead, one that is there is found.
func (h *health) toKnock() (addresses []string, routed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lost, others []string
	for host, address := range h.net.far { // in any order
		if _, isLost := h.net.lost[host]; address == "" {
			continue
		} else if isLost {
			lost = append(lost, address)
		} else {
			others = append(others, address)
		}
	}
	fromLost := min(len(lost), max(mostKnocks/2, mostKnocks-len(others)))
	addresses = append(addresses, lost[:fromLost]...)
	addresses = append(addresses, others[:min(len(others), mostKnocks-fromLost)]...)
	return addresses, h.net.misrouted || h.net.routed()
}

// anybodyAt knocks at all addresses at once.
func (h *health) anybodyAt(ctx context.Context, addresses []string) bool {
	ctx, cancel := context.WithTimeout(ctx, knockTime)
	defer cancel()
	answers := make(chan error)
	for _, address := range addresses {
		go func() { answers <- h.net.knock(ctx, address) }()
	}
	reached := false
	for range addresses {
		if err := <-answers; err == nil {
			reached = true
			cancel()
		}
	}
	return reached
}

// followPlaces takes over where the providers of a configuration are. The lock
// must be held.
func (h *health) followPlaces(providers []*provider) {
	clear(h.net.far)
	for _, p := range providers {
		if p.at.reach == farAway && h.net.far[p.at.host] == "" {
			h.net.far[p.at.host] = p.at.dial
		}
	}
	maps.DeleteFunc(h.net.lost, func(host string, _ time.Time) bool {
		_, there := h.net.far[host]
		return !there
	})
}

// close ends the looking, for good.
func (h *health) close() {
	h.mu.Lock()
	h.net.closed = true
	if h.net.looking != nil {
		h.net.looking()
	}
	h.mu.Unlock()
	h.net.looks.Wait()
}
