// Package door lets clients in over TCP: how many at once, how slow they may
// be before they have said what they want, and how one that vanished is noticed.
// What they may do inside is the engine's affair.
package door

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"headgate/gateway/http1"
)

// What a client may take before its call is known. The longest of them bounds
// how long a silent connection costs anything.
const (
	headerTime  = 10 * time.Second  // for a request's head, and for the first byte
	idleTime    = 120 * time.Second // between two calls
	headerBytes = 64 << 10
	writeTime   = 30 * time.Second // for a write that nobody has limited
)

// A client that vanished without a word is noticed within a minute, be it
// waiting (probes go unanswered) or being sent to (nothing is acknowledged).
const (
	probeAfter     = 30 * time.Second
	probeEvery     = 10 * time.Second
	probes         = 3
	unacknowledged = 60 * time.Second
)

// sendBuffer is what the system keeps for a client that doesn't read; Linux
// doubles it for its own bookkeeping. Left to itself it would grow to 4 MiB.
const sendBuffer = 128 << 10

// Door is an address where an HTTP handler is reached.
type Door struct {
	ln     net.Listener
	limits http1.ServerOptions
	server *http1.Server
	log    *slog.Logger

	most   int64        // connections at once
	inside atomic.Int64 // connections now

	// The accepting goroutine's: when idle connections were last closed, and how
	// many connections were turned away since.
	cleared time.Time
	refused int

	leaving chan struct{} // one for each that is being told to come again
	told    sync.WaitGroup
}

// Options adjust a door. All are optional.
type Options struct {
	Log *slog.Logger
	// Most is how many connections may be open at once. 0: as many as there are
	// file descriptors for, see Most.
	Most int
}

// Listen binds address, at which h is reached once Serve runs.
func Listen(address string, h http.Handler, o Options) (*Door, error) {
	d := &Door{log: o.Log, most: int64(o.Most), leaving: make(chan struct{}, mostLeaving)}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.most == 0 {
		d.most = int64(Most())
	}
	config := net.ListenConfig{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: probeAfter, Interval: probeEvery, Count: probes},
		Control:         giveUp,
	}
	config.SetMultipathTCP(false) // its sockets know fewer options, and cost more
	var err error
	if d.ln, err = config.Listen(context.Background(), "tcp", address); err != nil {
		return nil, err
	}
	d.limits = http1.ServerOptions{Handler: h, HeadTime: headerTime, IdleTime: idleTime, WriteTime: writeTime, HeadBytes: headerBytes, Log: d.log}
	d.server = http1.NewServer(d.limits)
	return d, nil
}

// Addr is the address as bound.
func (d *Door) Addr() net.Addr { return d.ln.Addr() }

// Serve lets clients in until Shutdown or Close, then returns
// http.ErrServerClosed. Any other error means that nobody can come in any more.
// When the system has no file descriptors left it waits and tries again.
func (d *Door) Serve() error { return d.server.Serve(entrance{d}) }

// Shutdown lets nobody in any more and returns when no call is running, or with
// ctx's error.
func (d *Door) Shutdown(ctx context.Context) error { return d.server.Shutdown(ctx) }

// Close closes the address and all connections.
func (d *Door) Close() error {
	err := d.server.Close()
	if again := d.ln.Close(); !errors.Is(again, net.ErrClosed) { // not the server's before Serve
		err = errors.Join(err, again)
	}
	d.told.Wait()
	return err
}
