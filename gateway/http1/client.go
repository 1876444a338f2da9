// Package http1 asks servers by HTTP/1.1, over connections that it keeps.
//
// A request is written and its reply read on the caller's own goroutine, without
// any other one but while a large body is sent; a context's end interrupts both.
// What is read is held to the letter of the protocol: a reply whose length is
// open to doubt is refused, and a connection carries another request only when
// the reply before it was read to its very end and nothing has come since.
//
// It follows no redirects, keeps no cookies, asks no proxies and decodes nothing
// but chunks.
package http1

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Options are what a Client is made of. Dial must be there.
type Options struct {
	// Dial connects to an address. Its time limit is its own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is what https targets are asked with; nil: the defaults. The server's
	// name and the protocol are filled in.
	TLS *tls.Config
	// TLSLimit is how long a handshake may take; 0: for ever.
	TLSLimit time.Duration
	// IdlePerOrigin and Idle are how many connections wait for the next request.
	IdlePerOrigin, Idle int
	// IdleTime is how long they do.
	IdleTime time.Duration
}

// Client asks servers. It is safe for use by several goroutines. Use New.
type Client struct {
	o    Options
	idle pool
}

// New returns a Client without connections.
func New(o Options) *Client {
	c := &Client{o: o}
	c.idle.init(o.IdlePerOrigin, o.Idle, o.IdleTime)
	return c
}

// Trace is how a request went, also one that failed.
type Trace struct {
	Connect  time.Duration // that connecting took: name, TCP and TLS; 0: it did not come about or a kept one was used
	Reused   bool          // a kept connection was used
	Answered bool          // a byte of a reply came
}

// Do sends a request and returns its reply once the head has come. The reply's
// body is to be read to its end or closed; the request's must stay as it is until
// then. When ctx ends before, so do Do and the body's Read, with the cause. t, unless nil, is told
// how it went. An error of TLS is a HandshakeError, one of the reply's form an
// ErrMalformed.
func (c *Client) Do(ctx context.Context, r *Request, t *Trace) (*Response, error) {
	if t == nil {
		t = &Trace{}
	}
	*t = Trace{}
	if err := r.check(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !r.Fresh {
		if cn := c.idle.take(r.Target.origin); cn != nil {
			t.Reused = true
			return cn.ask(ctx, r, t)
		}
	}
	began := time.Now()
	cn, err := c.connect(ctx, r.Target)
	if err != nil {
		return nil, causeOr(ctx, err)
	}
	t.Connect = max(time.Since(began), 1)
	return cn.ask(ctx, r, t)
}

// CloseIdle closes the connections that wait for a request. Those in use are not
// kept when they are done, unless the Client was asked again by then.
func (c *Client) CloseIdle() { c.idle.close() }

// causeOr is why ctx ended, err while it hasn't.
func causeOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
