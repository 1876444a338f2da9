package gatewaytest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Upstream is a running upstream.
type Upstream struct {
	door   *door
	closed chan struct{}
	conns  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever what follows changes
	script   Script
	turns    map[string]int // how often each list has decided
	requests []*Request
	awaited  int // requests that AwaitRequest has handed out
	taken    int // connections taken, ever
	open     map[*conn]struct{}
	gates    map[string]chan struct{}
}

var made atomic.Int64

// Start runs an upstream until the test ends.
func Start(t testing.TB, s Script) *Upstream {
	t.Helper()
	u, err := Listen(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.Close() })
	return u
}

// Refusing returns the base URL of an upstream that refuses connections. Its
// port stays taken until the test ends, so that nothing else comes to listen.
func Refusing(t testing.TB) string {
	t.Helper()
	return Start(t, Script{Door: DoorRefuse}).URL()
}

// Unresolvable is a base URL whose host name is guaranteed not to exist.
const Unresolvable = "http://upstream.invalid/v1"

// Listen runs an upstream until Close.
func Listen(s Script) (*Upstream, error) {
	if s.Marker == "" {
		s.Marker = fmt.Sprintf("up%d", made.Add(1))
	}
	s, err := s.compile()
	if err != nil {
		return nil, err
	}
	d, err := openDoor(s.Door, s.Address)
	if err != nil {
		return nil, err
	}
	u := &Upstream{
		door: d, closed: make(chan struct{}), changed: make(chan struct{}), script: s,
		turns: map[string]int{}, open: map[*conn]struct{}{}, gates: map[string]chan struct{}{},
	}
	if d.listener != nil && d.mode != DoorDrop {
		u.conns.Go(u.accept)
	}
	return u, nil
}

// URL is the base URL, with /v1.
func (u *Upstream) URL() string { return u.door.url() }

// Addr is the host and port.
func (u *Upstream) Addr() string { return u.door.address }

// Marker is what stands in every reply.
func (u *Upstream) Marker() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.script.Marker
}

// Roots trusts the upstream's certificate. Empty without TLS.
func (u *Upstream) Roots() *x509.CertPool { return u.door.roots }

// Play replaces the script from the next request on; sequences start over. The
// marker stays unless the new script has one; address and door always stay.
func (u *Upstream) Play(s Script) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s.Marker == "" {
		s.Marker = u.script.Marker
	}
	s.Door, s.Address = u.script.Door, u.script.Address
	s, err := s.compile()
	if err != nil {
		return err
	}
	if s.Door != u.script.Door {
		return fmt.Errorf("script: the door can't change from %q to %q while running", u.script.Door, s.Door)
	}
	u.script, u.turns = s, map[string]int{}
	return nil
}

// Open lets replies go on that hold, or will hold, at the gate.
func (u *Upstream) Open(gate string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	opened := u.gate(gate)
	select {
	case <-opened:
	default:
		close(opened)
	}
}

// gate is closed when open. The caller holds mu.
func (u *Upstream) gate(name string) chan struct{} {
	if u.gates[name] == nil {
		u.gates[name] = make(chan struct{})
	}
	return u.gates[name]
}

// Requests returns what was received so far, in order of arrival.
func (u *Upstream) Requests() []*Request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]*Request(nil), u.requests...)
}

// AwaitRequest returns the next request that it has not returned before, as
// soon as it is there.
func (u *Upstream) AwaitRequest(ctx context.Context) (*Request, error) {
	var next *Request
	err := u.await(ctx, func() bool {
		if u.awaited == len(u.requests) {
			return false
		}
		next = u.requests[u.awaited]
		u.awaited++
		return true
	})
	return next, err
}

// AwaitRequests waits until n requests were received in all, and returns all.
func (u *Upstream) AwaitRequests(ctx context.Context, n int) ([]*Request, error) {
	err := u.await(ctx, func() bool { return len(u.requests) >= n })
	return u.Requests(), err
}

// Taken is the number of connections taken so far.
func (u *Upstream) Taken() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.taken
}

// AwaitTaken waits until n connections were taken.
func (u *Upstream) AwaitTaken(ctx context.Context, n int) error {
	return u.await(ctx, func() bool { return u.taken >= n })
}

// AwaitClosed waits until no connection is open.
func (u *Upstream) AwaitClosed(ctx context.Context) error {
	return u.await(ctx, func() bool { return len(u.open) == 0 })
}

func (u *Upstream) await(ctx context.Context, done func() bool) error {
	for {
		u.mu.Lock()
		ok, changed := done(), u.changed
		u.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-u.closed:
			return errors.New("upstream is closed")
		}
	}
}

// change runs do and wakes those who await.
func (u *Upstream) change(do func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	do()
	close(u.changed)
	u.changed = make(chan struct{})
}

// DropIdle closes the connections that carry no request, as servers do, and the
// others as soon as their reply is out.
func (u *Upstream) DropIdle() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.open {
		c.drop.Store(true)
		if !c.busy.Load() {
			_ = c.tcp.Close()
		}
	}
}

// Close ends the upstream and all its connections.
func (u *Upstream) Close() error {
	u.mu.Lock()
	select {
	case <-u.closed:
		u.mu.Unlock()
		return nil
	default:
	}
	close(u.closed)
	for c := range u.open {
		_ = c.tcp.Close()
	}
	u.mu.Unlock()
	err := u.door.close()
	u.conns.Wait()
	return err
}

func (u *Upstream) accept() {
	for {
		raw, err := u.door.listener.Accept()
		if err != nil {
			return
		}
		c := &conn{upstream: u, Conn: raw, tcp: raw.(*net.TCPConn)}
		u.change(func() {
			u.taken++
			c.number = u.taken
			u.open[c] = struct{}{}
		})
		select {
		case <-u.closed:
			_ = c.tcp.Close()
		default:
		}
		u.conns.Go(func() {
			if c.shake() == nil {
				c.serve()
			}
			_ = c.Close()
			u.change(func() { delete(u.open, c) })
		})
	}
}

// receive records q and picks what happens to it.
func (u *Upstream) receive(q *Request, c *conn) (b Behaviour, s Script) {
	u.change(func() {
		u.requests = append(u.requests, q)
		q.Seq, q.Conn = len(u.requests), c.number
		b, s = u.decide(q)
	})
	return b, s
}

// decide finds what the script has for q. The caller holds mu.
func (u *Upstream) decide(q *Request) (Behaviour, Script) {
	s := u.script
	path, _, _ := strings.Cut(q.Path, "?")
	for _, rule := range []struct {
		name string
		list []Behaviour
	}{
		{"path " + path, s.Paths[path]},
		{"key " + q.Key, s.ByKey[q.Key]},
		{"model " + q.Model, s.ByModel[q.Model]},
		{"steps", s.Steps},
	} {
		if len(rule.list) == 0 || rule.name == "steps" && path != chatPath {
			continue
		}
		turn := u.turns[rule.name]
		u.turns[rule.name]++
		return rule.list[min(turn, len(rule.list)-1)], s
	}
	return Behaviour{}, s
}
