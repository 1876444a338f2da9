package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"headgate/gateway/http1"
)

// upstream carries requests to providers. Providers that are reached in the
// same way share its connections.
type upstream struct {
	guard *guard

	mu      sync.Mutex
	current map[way]*carrier
	retired []*carrier // of the configuration before; calls may still run on them
}

// way is how a provider is reached.
type way struct {
	proxy   string // "": directly
	connect time.Duration
	tls     time.Duration
}

// carrier carries the requests of one way. Where HTTP/1.1 is spoken without a
// proxy it has connections of its own, which cost half as much; all else goes
// through net/http's Transport, as does the first request to a TLS server, which
// tells what is spoken there. No redirects, no cookies, no proxies from the
// environment.
type carrier struct {
	way   way
	proxy *url.URL // nil: none
	guard *guard
	own   *http1.Client
	spoke sync.Map        // origins that spoke HTTP/1.1 over TLS
	kept  *http.Transport // HTTP/2, proxies and strangers
	fresh *http.Transport // each request on a connection of its own
	sleep *sleepWatch
}

func newUpstream(g *guard) *upstream { return &upstream{guard: g, current: map[way]*carrier{}} }

func newCarrier(p *provider, g *guard) *carrier {
	d := dialer{p.way, g}
	c := &carrier{
		way: p.way, proxy: p.proxy, guard: g, own: newOwn(d, nil), sleep: newSleepWatch(),
		kept: newTransport(d, p.proxy), fresh: newTransport(d, p.proxy),
	}
	c.fresh.DisableKeepAlives = true
	return c
}

func (c *carrier) closeIdle() {
	c.own.CloseIdle()
	c.kept.CloseIdleConnections()
}

// follow gives the providers of a new configuration their carriers. Those that
// are needed as before stay, with their connections unless less may be called.
func (u *upstream) follow(providers []*provider, networks []netip.Prefix) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.guard.list(networks) {
		for _, c := range u.current {
			c.closeIdle()
		}
	}
	next := make(map[way]*carrier, len(u.current))
	for _, p := range providers {
		c := next[p.way]
		if c == nil {
			c = u.current[p.way]
		}
		if c == nil {
			c = newCarrier(p, u.guard)
		}
		next[p.way], p.carrier = c, c
	}
	for _, c := range u.retired { // what ran on them has mostly ended
		c.closeIdle()
	}
	u.retired = nil
	for w, c := range u.current {
		if next[w] == nil {
			c.closeIdle()
			u.retired = append(u.retired, c)
		}
	}
	u.current = next
}

// borrow returns a carrier for a provider that need not be in the
// configuration, and what ends its use.
func (u *upstream) borrow(p *provider) (c *carrier, end func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if c = u.current[p.way]; c != nil {
		return c, func() {}
	}
	c = newCarrier(p, u.guard)
	return c, c.closeIdle
}

func (u *upstream) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, c := range u.current {
		c.closeIdle()
	}
	for _, c := range u.retired {
		c.closeIdle()
	}
}

// roundTrip sends a request and returns the head of its reply. A kept
// connection may turn out to be dead only when it is used: one that ends before
// any byte of a reply sends the request once more, and never twice, on a new
// connection; so does one over which the upstream sends it back unlooked at.
func (c *carrier) roundTrip(ctx context.Context, r *upstreamRequest, t *http1.Trace) (*http1.Response, error) {
	if c.sleep.slept() {
		c.closeIdle()
	}
	reply, err := c.send(ctx, r, false, t)
	if err == nil || t.Answered || ctx.Err() != nil || !errors.Is(err, errUnlooked) && !(t.Reused && isLost(err)) {
		return reply, err
	}
	return c.send(ctx, r, true, t)
}

// isLost tells whether a kept connection turned out to be dead. net/http has no
// type for the last one: a request that it would have sent once more.
func isLost(err error) bool {
	return errors.Is(err, http1.ErrStray) || isReset(err) || isClosed(err) || strings.Contains(err.Error(), "cannot rewind body after connection loss")
}

func (c *carrier) send(ctx context.Context, r *upstreamRequest, fresh bool, t *http1.Trace) (*http1.Response, error) {
	if !c.isOwn(r) {
		return c.sendByTransport(ctx, r, fresh, t)
	}
	reply, err := c.own.Do(ctx, &http1.Request{Method: r.method, Target: r.target, Fields: r.fields, Body: r.body, Fresh: fresh}, t)
	if failed, ok := errors.AsType[*http1.HandshakeError](err); ok {
		if failed.WantsOther() { // than it did before
			c.spoke.Delete(r.target.Origin())
			return c.sendByTransport(ctx, r, fresh, t)
		}
		return nil, tlsError(err)
	}
	return reply, err
}

// isOwn tells whether a request goes over a connection of our own.
func (c *carrier) isOwn(r *upstreamRequest) bool {
	if c.proxy != nil || r.target == nil {
		return false
	}
	if !r.target.Secure() {
		return true
	}
	_, known := c.spoke.Load(r.target.Origin())
	return known
}

// learn notes what a TLS server speaks.
func (c *carrier) learn(r *upstreamRequest, reply *http.Response) {
	if c.proxy == nil && r.target != nil && reply.ProtoMajor == 1 {
		c.spoke.Store(r.target.Origin(), struct{}{})
	}
}
