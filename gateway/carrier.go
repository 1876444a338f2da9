package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// upstream carries requests to providers. Providers that are reached in the
// same way share its connections.
type upstream struct {
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

// carrier carries the requests of one way. It is net/http's Transport rather
// than its Client: no redirects, no cookies, no proxies from the environment.
type carrier struct {
	way   way
	proxy *url.URL // nil: none
	kept  *http.Transport
	fresh *http.Transport // each request on a connection of its own
	sleep *sleepWatch
}

func newUpstream() *upstream { return &upstream{current: map[way]*carrier{}} }

func newCarrier(p *provider) *carrier {
	c := &carrier{way: p.way, proxy: p.proxy, kept: newTransport(p.way, p.proxy), fresh: newTransport(p.way, p.proxy), sleep: newSleepWatch()}
	c.fresh.DisableKeepAlives = true
	return c
}

// follow gives the providers of a new configuration their carriers. Those that
// are needed as before stay, with their connections.
func (u *upstream) follow(providers []*provider) {
	u.mu.Lock()
	defer u.mu.Unlock()
	next := make(map[way]*carrier, len(u.current))
	for _, p := range providers {
		c := next[p.way]
		if c == nil {
			c = u.current[p.way]
		}
		if c == nil {
			c = newCarrier(p)
		}
		next[p.way], p.carrier = c, c
	}
	for _, c := range u.retired { // what ran on them has mostly ended
		c.kept.CloseIdleConnections()
	}
	u.retired = nil
	for w, c := range u.current {
		if next[w] == nil {
			c.kept.CloseIdleConnections()
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
	c = newCarrier(p)
	return c, c.kept.CloseIdleConnections
}

func (u *upstream) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, c := range u.current {
		c.kept.CloseIdleConnections()
	}
	for _, c := range u.retired {
		c.kept.CloseIdleConnections()
	}
}

// errUnlooked is what HTTP/2 says when a stream is refused or a connection is
// sent away.
var errUnlooked = errors.New("http2: the upstream sent the request back without looking at it")

// roundTrip sends a request and returns the head of its reply. A kept
// connection may turn out to be dead only when it is used: one that ends before
// any byte of a reply sends the request once more, and never twice, on a new
// connection; so does one over which the upstream sends it back unlooked at. The
// Transport, which needs GetBody for that, would go on for as long as it has
// kept ones, and with HTTP/2 for a minute, waiting longer each time.
func (c *carrier) roundTrip(r *http.Request) (*http.Response, error) {
	var kept, answered atomic.Bool
	watched := r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn:              func(got httptrace.GotConnInfo) { kept.Store(got.Reused) },
		GotFirstResponseByte: func() { answered.Store(true) },
	}))
	watched.GetBody = nil
	if c.sleep.slept() {
		c.kept.CloseIdleConnections()
	}
	reply, err := c.send(c.kept, watched)
	if err == nil || answered.Load() || r.Context().Err() != nil || !errors.Is(err, errUnlooked) && !(kept.Load() && isLost(err)) {
		return reply, err
	}
	again := *r
	if r.GetBody != nil {
		if again.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
		again.GetBody = nil
	}
	return c.send(c.fresh, &again)
}

// isLost tells whether a kept connection turned out to be dead. net/http has no
// type for the last one: a request that it would have sent once more.
func isLost(err error) bool {
	return isReset(err) || isClosed(err) || strings.Contains(err.Error(), "cannot rewind body after connection loss")
}

func (c *carrier) send(over *http.Transport, r *http.Request) (*http.Response, error) {
	var reply *http.Response
	var err error
	if c.proxy == nil {
		reply, err = over.RoundTrip(r)
	} else {
		reply, err = c.sendByProxy(over, r)
	}
	if err != nil && strings.Contains(err.Error(), "http2: Transport: cannot retry err") {
		err = errUnlooked
	}
	return reply, err
}

// sendByProxy tells what a proxy did wrong from what the provider did: a
// failure until there is a connection, or until the handshake with the provider
// begins, is the proxy's. It also bounds that time: net/http allows a proxy a
// minute.
func (c *carrier) sendByProxy(over *http.Transport, r *http.Request) (*http.Response, error) {
	if err := refuseHost(r.URL.Hostname()); err != nil { // it would not be dialled here
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	const onTheWay, through, late = 0, 1, 2
	var state, handshakes atomic.Int32
	allowed := c.way.connect
	if c.proxy.Scheme == "https" {
		allowed += c.way.tls
		handshakes.Store(-1) // the first one is with the proxy
	}
	limit := time.AfterFunc(allowed, func() {
		if state.CompareAndSwap(onTheWay, late) {
			cancel(errConnectTimeout)
		}
	})
	defer limit.Stop()
	arrived := func() { state.CompareAndSwap(onTheWay, through) }
	reply, err := over.RoundTrip(r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { arrived() },
		TLSHandshakeStart: func() {
			if handshakes.Add(1) > 0 {
				arrived()
			}
		},
	})))
	switch {
	case err != nil && r.Context().Err() == nil && state.Load() != through:
		if state.Load() == late {
			err = errConnectTimeout
		}
		return nil, &proxyError{proxy: c.proxy.Host, err: err}
	case err != nil:
		return nil, err
	case reply.StatusCode == http.StatusProxyAuthRequired:
		_ = reply.Body.Close()
		return nil, &proxyError{proxy: c.proxy.Host, err: errProxyAuth}
	}
	return reply, nil
}
