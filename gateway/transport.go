package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"headgate/gateway/http1"
)

// How many idle connections wait for the next call: net/http's default of two
// per host would dial anew for most calls of a busy tool.
const (
	idlePerHost = 256
	idleAll     = 1024
	idleTime    = 90 * time.Second
)

// dialer connects in one way, to addresses that may be called.
type dialer struct {
	way
	guard *guard
}

// dial connects, to the address that answers first where a name has several.
func (w dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, w.connect, errConnectTimeout)
	defer cancel()
	dialer := &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 4},
		Control:         w.guard.control,
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil && errors.Is(context.Cause(ctx), errConnectTimeout) {
		return nil, fmt.Errorf("%w: %w", errConnectTimeout, err)
	}
	return conn, err
}

// newOwn makes the client of our own. secure is what it asks TLS servers with,
// nil: the defaults.
func newOwn(w dialer, secure *tls.Config) *http1.Client {
	return http1.New(http1.Options{
		Dial: w.dial, TLS: secure, TLSLimit: w.tls,
		IdlePerOrigin: idlePerHost, Idle: idleAll, IdleTime: idleTime,
	})
}

func newTransport(w dialer, proxy *url.URL) *http.Transport {
	t := &http.Transport{
		DialContext:            w.dial,
		TLSHandshakeTimeout:    w.tls,
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
	if proxy != nil {
		t.Proxy, t.OnProxyConnectResponse = http.ProxyURL(proxy), checkConnect
	}
	return t
}

var errConnectTimeout = errors.New("no connection within the time limit")
