package http1

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// HandshakeError is a failure of TLS after the connection was there.
type HandshakeError struct{ Err error }

func (e *HandshakeError) Error() string { return e.Err.Error() }
func (e *HandshakeError) Unwrap() error { return e.Err }

// WantsOther tells whether the server speaks TLS and, over it, no HTTP/1.1.
func (e *HandshakeError) WantsOther() bool {
	// crypto/tls keeps the type of the alerts that it is sent to itself.
	op, ok := errors.AsType[*net.OpError](e.Err)
	return ok && op.Op == "remote error" && op.Err.Error() == "tls: no application protocol"
}

var errHandshakeLimit = errors.New("TLS handshake timeout")

func (c *Client) connect(ctx context.Context, t *Target) (*conn, error) {
	wire, err := c.o.Dial(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	cn := &conn{client: c, origin: t.origin, wire: wire, nc: wire}
	if t.secure {
		if err := cn.shake(ctx, t.name); err != nil {
			_ = wire.Close()
			return nil, err
		}
	}
	if direct, ok := wire.(syscall.Conn); ok {
		if raw, err := direct.SyscallConn(); err == nil {
			cn.raw = raw
		}
	}
	cn.peek = func(fd uintptr) { cn.readable = isReadable(fd) }
	return cn, nil
}

// shake puts TLS on a connection.
func (cn *conn) shake(ctx context.Context, name string) error {
	config := cn.client.o.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.NextProtos = []string{"http/1.1"}
	if config.ServerName == "" {
		config.ServerName = name
	}
	limited := ctx
	if limit := cn.client.o.TLSLimit; limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, limit, errHandshakeLimit)
		defer cancel()
	}
	secured := tls.Client(cn.wire, config)
	err := secured.HandshakeContext(limited)
	switch {
	case err == nil:
		cn.nc, cn.tls = secured, secured
		return nil
	case errors.Is(context.Cause(limited), errHandshakeLimit):
		return &HandshakeError{errHandshakeLimit}
	default:
		return &HandshakeError{err}
	}
}

// errEnded is a connection that ends where a reply should begin.
func errEnded(err error) error {
	return fmt.Errorf("the connection was closed before a reply came: %w", err)
}
