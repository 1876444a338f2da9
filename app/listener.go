package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway/door"
)

// ListenerState is what the gateway's door is doing.
type ListenerState string

// The states of the door.
const (
	ListenerStopped  ListenerState = "stopped"
	ListenerRunning  ListenerState = "running"
	ListenerDraining ListenerState = "draining" // stopping; calls in flight finish
	ListenerFailed   ListenerState = "failed"   // could not start; Error says why
)

// drainLimit is how long calls in flight may go on after a stop.
const drainLimit = 30 * time.Second

// ListenerStatus is the door's state for the window.
type ListenerStatus struct {
	State   ListenerState `json:"state"`
	Address string        `json:"address"` // host:port, as bound or as last tried
	BaseURL string        `json:"baseUrl"` // what tools are pointed at
	Error   *apperr.Error `json:"error"`   // null unless failed
}

// engine is what the door opens on.
type engine interface {
	http.Handler
	// Drain refuses new calls, waits for the running ones and breaks off those
	// that outlast ctx.
	Drain(ctx context.Context) error
	Resume()
}

// Listener is the gateway's door: it binds the address and lets calls in.
type Listener struct {
	engine engine
	bus    *event.Bus
	log    *slog.Logger

	turn   sync.Mutex // one start or stop at a time
	asked  string     // the address of the last bind, as it was given; guarded by turn
	mu     sync.Mutex // guards what follows
	status ListenerStatus
	open   *door.Door
	served chan struct{} // closed when open's Serve returned
}

func newListener(e engine, bus *event.Bus, log *slog.Logger) *Listener {
	return &Listener{engine: e, bus: bus, log: log, status: ListenerStatus{State: ListenerStopped}}
}

// Status returns the door's state.
func (l *Listener) Status() ListenerStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Start binds address and serves. Starting a running door is not an error.
// Codes: port_taken, port_forbidden, listen_failed.
func (l *Listener) Start(address string) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	if l.Status().State == ListenerRunning {
		return nil
	}
	return l.start(address)
}

// Stop closes the door to new calls, lets the running ones finish and returns
// when all are done. Stopping a stopped door is not an error.
func (l *Listener) Stop(ctx context.Context) {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.stop(ctx)
}

// Move changes the address. A running door keeps its old one when the new one
// can't be bound; a failed door tries the new one at once; a stopped door stays
// stopped. Codes as Start.
func (l *Listener) Move(ctx context.Context, address string) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	status := l.Status()
	switch {
	case status.State == ListenerFailed:
		l.stop(ctx)
		return l.start(address)
	case status.State != ListenerRunning:
		l.set(stoppedAt(address))
		return nil
	case l.asked == address:
		return nil
	case samePort(l.asked, address):
		// 0.0.0.0:8001 can't be bound while 127.0.0.1:8001 is.
		old := status.Address
		l.stop(ctx)
		if err := l.start(address); err != nil {
			return errors.Join(err, l.start(old))
		}
		return nil
	}
	next, err := l.bind(address)
	if err != nil {
		return listenError(err, address)
	}
	l.stop(ctx)
	l.serve(next, address)
	return nil
}

func (l *Listener) start(address string) error {
	bound, err := l.bind(address)
	if err != nil {
		failure := listenError(err, address)
		l.set(ListenerStatus{State: ListenerFailed, Address: address, BaseURL: baseURL(address), Error: failure})
		return failure
	}
	l.serve(bound, address)
	return nil
}

func (l *Listener) bind(address string) (*door.Door, error) {
	return door.Listen(address, l.engine, door.Options{Log: l.log})
}

func (l *Listener) serve(bound *door.Door, asked string) {
	served := make(chan struct{})
	address := bound.Addr().String()
	l.engine.Resume()
	l.mu.Lock()
	l.open, l.served = bound, served
	l.mu.Unlock()
	l.asked = asked
	l.set(ListenerStatus{State: ListenerRunning, Address: address, BaseURL: baseURL(address)})
	go func() {
		defer close(served)
		if err := bound.Serve(); !errors.Is(err, http.ErrServerClosed) {
			l.log.Error("gateway stopped listening", "address", address, "error", err)
			l.set(ListenerStatus{
				State: ListenerFailed, Address: address, BaseURL: baseURL(address),
				Error: apperr.Wrap(err, "listen_failed", "Address", address),
			})
		}
	}()
	l.log.Info("gateway is listening", "address", address)
}

func (l *Listener) stop(ctx context.Context) {
	l.mu.Lock()
	open, served, status := l.open, l.served, l.status
	l.open, l.served = nil, nil
	l.mu.Unlock()
	if open == nil {
		if status.State == ListenerFailed {
			l.set(stoppedAt(status.Address))
		}
		return
	}
	status.State = ListenerDraining
	l.set(status)
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	closing := make(chan struct{})
	go func() {
		defer close(closing)
		_ = open.Shutdown(ctx) // what outlasts ctx is closed below
	}()
	if err := l.engine.Drain(ctx); err != nil {
		l.log.Warn("calls were broken off by the stop", "error", err)
	}
	<-closing
	_ = open.Close()
	<-served
	status.State = ListenerStopped
	l.set(status)
	l.log.Info("gateway has stopped", "address", status.Address)
}

func (l *Listener) set(s ListenerStatus) {
	l.mu.Lock()
	l.status = s
	l.mu.Unlock()
	l.bus.Publish(event.Gateway)
}

func stoppedAt(address string) ListenerStatus {
	return ListenerStatus{State: ListenerStopped, Address: address, BaseURL: baseURL(address)}
}

func samePort(a, b string) bool {
	_, portA, errA := net.SplitHostPort(a)
	_, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB
}

func listenError(err error, address string) *apperr.Error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse):
		return apperr.Wrap(err, "port_taken", "Address", address)
	case errors.Is(err, os.ErrPermission):
		return apperr.Wrap(err, "port_forbidden", "Address", address)
	default:
		return apperr.Wrap(err, "listen_failed", "Address", address)
	}
}

// wsaAddressInUse is Windows' own number for "address in use", which its
// syscall package doesn't map to EADDRINUSE.
const wsaAddressInUse = syscall.Errno(10048)

// baseURL is where tools reach address: a wildcard host is reached on loopback.
func baseURL(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/v1"
}
