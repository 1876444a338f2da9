package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// upstream carries requests to providers. It is net/http's Transport rather
// than its Client: no redirects, no cookies, no proxies from the environment.
type upstream struct {
	timeouts func() Timeouts
	current  atomic.Pointer[http.Transport]
	fresh    *http.Transport // each request on a connection of its own
}

// How many idle connections wait for the next call: net/http's default of two
// per host would dial anew for most calls of a busy tool.
const (
	idlePerHost = 256
	idleAll     = 1024
	idleTime    = 90 * time.Second
)

func newUpstream(timeouts func() Timeouts) *upstream {
	u := &upstream{timeouts: timeouts}
	u.current.Store(u.transport())
	u.fresh = u.transport()
	u.fresh.DisableKeepAlives = true
	return u
}

// follow takes over changed time limits. Connections stay where they can.
func (u *upstream) follow() {
	// The limit on dialling is looked up each time.
	if old := u.current.Load(); old.TLSHandshakeTimeout != u.timeouts().TLS {
		u.current.Store(u.transport())
		old.CloseIdleConnections()
	}
}

// roundTrip sends a request and returns the head of its reply. A kept
// connection may turn out to be dead only when it is used: one that ends before
// any byte of a reply sends the request once more, and never twice, on a new
// connection. The Transport would go on for as long as it has kept ones.
func (u *upstream) roundTrip(r *http.Request) (*http.Response, error) {
	var kept, answered atomic.Bool
	watched := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn:              func(got httptrace.GotConnInfo) { kept.Store(got.Reused) },
		GotFirstResponseByte: func() { answered.Store(true) },
	})
	reply, err := u.current.Load().RoundTrip(r.WithContext(watched))
	if err == nil || !kept.Load() || answered.Load() || r.Context().Err() != nil || !isReset(err) && !isClosed(err) {
		return reply, err
	}
	again := *r
	if r.GetBody != nil {
		if again.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return u.fresh.RoundTrip(&again)
}

func (u *upstream) transport() *http.Transport {
	timeouts := u.timeouts
	dialer := &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 4},
		Control:         refuseAddress,
	}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeoutCause(ctx, timeouts().Connect, errConnectTimeout)
			defer cancel()
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil && errors.Is(context.Cause(ctx), errConnectTimeout) {
				return nil, fmt.Errorf("%w: %w", errConnectTimeout, err)
			}
			return conn, err
		},
		TLSHandshakeTimeout:    timeouts().TLS,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // asked for as identity, decoded here when sent all the same
		MaxIdleConns:           idleAll,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: 256 << 10,
		WriteBufferSize:        16 << 10,
		ReadBufferSize:         16 << 10,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: 15 * time.Second, // finds connections that died while the machine slept
			PingTimeout:     5 * time.Second,
		},
	}
}

func (u *upstream) close() { u.current.Load().CloseIdleConnections() }

var (
	errConnectTimeout = errors.New("no connection within the time limit")
	errAddressRefused = errors.New("this address is never called")
)

// refuseAddress looks at the address that is really dialled, after name
// resolution: link-local ones hold cloud metadata services and no providers.
func refuseAddress(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip == metadataIPv6 {
		return fmt.Errorf("%w: %s is link-local, multicast or a metadata service", errAddressRefused, ip)
	}
	return nil
}

var metadataIPv6 = netip.MustParseAddr("fd00:ec2::254")
