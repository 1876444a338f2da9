package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
	"time"
)

// SetClock makes cooldowns go by another clock. Call it before any request.
func (g *Gateway) SetClock(now func() time.Time) { g.health.now = now }

// SetRoute says whether the system knows a way to the internet. Call it before any
// request.
func (g *Gateway) SetRoute(routed func() bool) { g.health.net.routed = routed }

// LookEvery sets how long the first pause is between two looks for a network that
// is lost. Call it before any request.
func (g *Gateway) LookEvery(d time.Duration) { g.health.net.pause = d }

// Looks tells whether anything far away is being looked for.
func (g *Gateway) Looks() bool {
	g.health.mu.Lock()
	defer g.health.mu.Unlock()
	return g.health.net.looking != nil
}

// Took tells how long a member took in a call that succeeded.
func (g *Gateway) Took(memberID int64, d time.Duration) {
	g.health.measured(&member{id: memberID}, d)
}

// Trust makes the providers of the configuration be trusted by these roots.
// Call it after Apply, before any request.
func (g *Gateway) Trust(roots *x509.CertPool) {
	for _, c := range g.upstream.current {
		for _, t := range []*http.Transport{c.kept, c.fresh} {
			t.TLSClientConfig = &tls.Config{RootCAs: roots}
		}
		c.own = newOwn(dialer{c.way, c.guard}, &tls.Config{RootCAs: roots})
	}
}

// OnlyTransport makes all upstreams be asked through net/http. Call it after
// Apply, before any request.
func (g *Gateway) OnlyTransport() {
	for _, p := range g.current.Load().served {
		clear(p.targets)
	}
}

// Ping sets how soon a silent HTTP/2 connection is pinged, and how long it has
// for its answer. Call it after Apply, before any request.
func (g *Gateway) Ping(after, within time.Duration) {
	for _, c := range g.upstream.current {
		for _, t := range []*http.Transport{c.kept, c.fresh} {
			t.HTTP2 = &http.HTTP2Config{SendPingTimeout: after, PingTimeout: within}
		}
	}
}

// SetSlowness sets what a client may take for a piece of its body, and of its
// reply. Call it before any request.
func (g *Gateway) SetSlowness(upload, write time.Duration) { g.slow = slowness{upload, write} }

// SetMemory sets how many bytes all calls may hold. Call it before any request.
func (g *Gateway) SetMemory(n int64) { g.memory.left.Store(n) }

// MemoryLeft is how many bytes calls may hold besides those that they do.
func (g *Gateway) MemoryLeft() int64 { return g.memory.left.Load() }

// SetWall makes the wall clock that tells of a sleep another one. Call it after
// Apply, before any request.
func (g *Gateway) SetWall(now func() time.Time) {
	g.health.net.sleep.wall = now
	for _, c := range g.upstream.current {
		c.sleep.wall = now
	}
}

// Refuses tells why an address isn't called: "never", "private", or "": it is.
func (g *Gateway) Refuses(ip netip.Addr) string {
	switch err := g.upstream.guard.refuse(ip); {
	case errors.Is(err, errAddressPrivate):
		return "private"
	case err != nil:
		return "never"
	}
	return ""
}

// Blot returns a text's beginning without secrets, as what is kept of a call is shown.
func Blot(hidden []string, text []byte, limit int) (shown []byte, isCut bool) {
	var s spellings
	for _, secret := range hidden {
		s.add(secret)
	}
	return s.secrets().blot(text, limit)
}
