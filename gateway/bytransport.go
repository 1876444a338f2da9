package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"headgate/gateway/http1"
)

// errUnlooked is what HTTP/2 says when a stream is refused or a connection is
// sent away.
var errUnlooked = errors.New("http2: the upstream sent the request back without looking at it")

// passage is how a request went through net/http, whose goroutines tell.
type passage struct {
	began     atomic.Int64 // when a connection was asked for
	connect   atomic.Int64
	reused    atomic.Bool
	answered  atomic.Bool
	handshake atomic.Pointer[error] // why TLS failed
}

func (p *passage) trace(since time.Time) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.began.Store(int64(time.Since(since))) },
		GotConn: func(got httptrace.GotConnInfo) {
			p.reused.Store(got.Reused)
			if !got.Reused {
				p.connect.Store(int64(time.Since(since)) - p.began.Load())
			}
		},
		GotFirstResponseByte: func() { p.answered.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err != nil {
				p.handshake.Store(&err)
			}
		},
	}
}

// sendByTransport sends a request through net/http. The Transport gets no
// GetBody: with it, it would send the request again for as long as it has kept
// connections, and with HTTP/2 for a minute, waiting longer each time. It also
// gets the body as a copy, since it may go on reading after the reply has come.
func (c *carrier) sendByTransport(ctx context.Context, r *upstreamRequest, fresh bool, t *http1.Trace) (*http1.Response, error) {
	over := c.kept
	if fresh {
		over = c.fresh
	}
	var p passage
	body := bytes.Join(r.body, nil)
	request := (&http.Request{
		Method: r.method, URL: r.url, Host: r.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.fields.Header(), Body: http.NoBody, ContentLength: int64(len(body)),
	}).WithContext(httptrace.WithClientTrace(ctx, p.trace(time.Now())))
	if len(body) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	var reply *http.Response
	var err error
	if c.proxy == nil {
		reply, err = over.RoundTrip(request)
	} else {
		reply, err = c.sendByProxy(over, request)
	}
	*t = http1.Trace{Connect: time.Duration(p.connect.Load()), Reused: p.reused.Load(), Answered: p.answered.Load()}
	if err != nil {
		switch failed := p.handshake.Load(); {
		case strings.Contains(err.Error(), "http2: Transport: cannot retry err"):
			err = errUnlooked
		case failed != nil && ctx.Err() == nil && !errors.Is(err, errProxy):
			err = tlsError(err)
		}
		return nil, err
	}
	c.learn(r, reply)
	return &http1.Response{
		Status: reply.StatusCode, Fields: http1.FieldsOf(reply.Header), Length: reply.ContentLength, Body: reply.Body,
	}, nil
}

func tlsError(err error) error { return fmt.Errorf("%w: %w", errTLS, err) }

// sendByProxy tells what a proxy did wrong from what the provider did: a
// failure until there is a connection, or until the handshake with the provider
// begins, is the proxy's. It also bounds that time: net/http allows a proxy a
// minute.
func (c *carrier) sendByProxy(over *http.Transport, r *http.Request) (*http.Response, error) {
	if err := c.guard.host(r.URL.Hostname()); err != nil { // it would not be dialled here
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
