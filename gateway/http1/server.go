package http1

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ServerOptions are what a Server is made of. Handler and the limits must be there.
type ServerOptions struct {
	// Handler answers the requests. It may use http.ResponseController to flush and
	// for deadlines. It must not use the request, its header or the ResponseWriter
	// after it has returned, since the next call gets the same ones. The request's
	// context ends with the connection, or within a second after the client has left
	// it, once the request's body was read.
	Handler http.Handler
	// HeadTime is what a request's head may take, and on a new connection the first
	// byte of it; IdleTime, how long a connection may wait for the next request.
	HeadTime, IdleTime time.Duration
	// WriteTime is what a write may take unless the handler has set a deadline.
	WriteTime time.Duration
	HeadBytes int // of a request's head
	Log       *slog.Logger
}

// Server answers requests by HTTP/1.1 and 1.0, each connection on one goroutine. What
// leaves a request's end in doubt is refused, or answered as the connection's last:
// one with chunks, or of HTTP/1.0, always is. It knows no TLS and no trailers, guesses
// no Content-Type, sends no interim replies but 100, and no handler may take its
// connection over. Use NewServer.
type Server struct {
	o       ServerOptions
	closing atomic.Bool

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*inbound]struct{}
	empty     chan struct{} // not nil: to be closed when no connection is left

	watching atomic.Bool // a round of look is due
}

// NewServer returns a Server that serves nothing yet.
func NewServer(o ServerOptions) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{o: o, listeners: map[net.Listener]struct{}{}, conns: map[*inbound]struct{}{}}
}

// How long accepting waits when the system refuses a connection for now.
const (
	acceptWait     = 5 * time.Millisecond
	longAcceptWait = time.Second
)

// Serve answers who comes to ln, until Shutdown or Close; then it returns
// http.ErrServerClosed. Any other error means that ln takes nobody any more.
func (s *Server) Serve(ln net.Listener) error {
	if !s.listen(ln) {
		return http.ErrServerClosed
	}
	wait := acceptWait
	for {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			wait = acceptWait
			if c := s.admit(nc); c != nil {
				go c.serve()
			} else {
				_ = nc.Close()
			}
		case s.closing.Load():
			return http.ErrServerClosed
		case isTemporary(err):
			s.o.Log.Warn("a connection can't be taken now", "error", err)
			time.Sleep(wait)
			wait = min(2*wait, longAcceptWait)
		default:
			return err
		}
	}
}

// isTemporary tells of an Accept whether another try makes sense.
func isTemporary(err error) bool {
	passing, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err)
	return ok && passing.Temporary()
}

func (s *Server) listen(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	s.listeners[ln] = struct{}{}
	return true
}

func (s *Server) admit(nc net.Conn) *inbound {
	c := newInbound(s, nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return nil
	}
	s.conns[c] = struct{}{}
	return c
}

func (s *Server) leave(c *inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.empty != nil && len(s.conns) == 0 {
		close(s.empty)
		s.empty = nil
	}
}

// newTime is how long a new connection that says nothing counts as one that is
// about to.
const newTime = 5 * time.Second

// CloseIdle closes the connections that wait for a request.
func (s *Server) CloseIdle() { s.closeIdle(newTime) }

func (s *Server) closeIdle(newOnesFor time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.closeIfIdle(newOnesFor)
	}
}

// Shutdown takes nobody any more, closes the connections that wait for a request,
// and returns when the others are done, or with ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.close()
	s.closeIdle(0)
	s.mu.Lock()
	if len(s.conns) == 0 {
		s.mu.Unlock()
		return err
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	s.mu.Unlock()
	select {
	case <-empty:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes nobody any more and closes all connections. It doesn't wait for
// their handlers.
func (s *Server) Close() error {
	err := s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.phase.Store(phaseClosed)
		_ = c.nc.Close()
		c.left()
	}
	return err
}

func (s *Server) close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing.Store(true)
	for ln := range s.listeners {
		err = errors.Join(err, ln.Close())
		delete(s.listeners, ln)
	}
	return err
}
