package gatewaytest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// conn is one connection that an upstream took.
type conn struct {
	net.Conn // TLS when the door has it
	tcp      *net.TCPConn
	upstream *Upstream
	number   int
	busy     atomic.Bool
	drop     atomic.Bool // close when no longer busy
}

// watch tells what comes in while a reply goes out.
type watch struct {
	left chan struct{} // closed when the client left
	done chan struct{} // closed when it left or sent something more
}

func (c *conn) watch(in *bufio.Reader) *watch {
	w := &watch{left: make(chan struct{}), done: make(chan struct{})}
	c.upstream.conns.Go(func() {
		defer close(w.done)
		if _, err := in.Peek(1); err != nil {
			close(w.left)
		}
	})
	return w
}

func (c *conn) serve() {
	if c.upstream.door.mode == DoorStall {
		_, _ = io.Copy(io.Discard, c.Conn)
		return
	}
	if c.upstream.door.mode == DoorHTTP2 {
		c.serveHTTP2()
		return
	}
	in := bufio.NewReader(c.Conn)
	if c.upstream.door.mode == DoorPlainOnTLS {
		c.refuseHello(in)
		return
	}
	for carried := 0; ; carried++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		c.busy.Store(true)
		if strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
			if _, err := io.WriteString(c.Conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
				return
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		q := newRequest(r, body)
		behaviour, script := c.upstream.receive(q, c)
		w := c.watch(in)
		p := &pen{conn: c, b: behaviour, left: w.left, reused: carried > 0}
		err = p.answer(q, script)
		left := errors.Is(err, errLeft)
		p.end.Complete, p.end.HungUp = !left, left
		q.finish(p.end)
		if err != nil || p.b.Close || r.Close {
			return
		}
		c.busy.Store(false)
		if c.drop.Load() {
			return
		}
		<-w.done
		select {
		case <-w.left:
			return
		default:
		}
	}
}

var (
	errLeft = errors.New("the client left")
	errCut  = errors.New("broken off as scripted")
)

// pen writes one reply.
type pen struct {
	conn   *conn
	b      Behaviour
	left   <-chan struct{}
	reused bool
	held   bool
	buffer []byte
	end    End
	chunks bool
}

func (p *pen) answer(q *Request, s Script) error {
	if err := p.wait(p.b.HeadDelayMS); err != nil {
		return err
	}
	if err := p.reached(BeforeHead); err != nil {
		return err
	}
	r := render(q, p.b, s)
	p.b = r.behaviour
	p.chunks = p.b.Framing == "chunked"
	for early := p.b.Early; early != 0; early-- {
		p.buffer = append(p.buffer, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"...)
		if len(p.buffer) < 32<<10 {
			continue
		}
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.buffer = append(p.buffer, r.head()...)
	for _, piece := range r.pieces {
		if err := p.piece(piece); err != nil {
			return err
		}
	}
	if err := p.reached(""); err != nil {
		return err
	}
	if p.chunks {
		p.buffer = append(p.buffer, "0\r\n"...)
		for _, h := range p.b.Trailer {
			p.buffer = fmt.Appendf(p.buffer, "%s: %s\r\n", h.Name, h.Value)
		}
		p.buffer = append(p.buffer, "\r\n"...)
	}
	p.buffer = append(p.buffer, p.b.Extra...)
	return p.flush()
}

// piece writes a part of the body, as far as the script lets it.
func (p *pen) piece(x piece) error {
	if err := p.reached(""); err != nil {
		return err
	}
	if x.event {
		if err := p.wait(p.b.EventDelayMS); err != nil {
			return err
		}
	}
	for _, point := range p.points() {
		if point.At != "" || point.Bytes <= p.end.Bytes || point.Bytes > p.end.Bytes+len(x.data) {
			continue
		}
		n := point.Bytes - p.end.Bytes
		p.frame(x.data[:n])
		x.data = x.data[n:]
		if err := p.reached(""); err != nil {
			return err
		}
	}
	p.frame(x.data)
	if x.event {
		p.end.Events++
	}
	if p.b.Segment < 0 || !x.event {
		return nil
	}
	return p.flush()
}

func (p *pen) frame(data []byte) {
	p.end.Bytes += len(data)
	if len(data) == 0 {
		return
	}
	if !p.chunks {
		p.buffer = append(p.buffer, data...)
		return
	}
	p.buffer = fmt.Appendf(p.buffer, "%x%s\r\n%s\r\n", len(data), p.b.Extension, data)
}

func (p *pen) points() []Point {
	var points []Point
	if p.b.Hold != nil && !p.held {
		points = append(points, p.b.Hold.Point)
	}
	if p.b.Cut != nil {
		points = append(points, p.b.Cut.Point)
	}
	return points
}

// reached does what the script has for the place where the reply now is.
func (p *pen) reached(at string) error {
	here := func(x Point) bool {
		switch {
		case x.At != "" || at != "":
			return x.At == at
		case x.Bytes > 0:
			return p.end.Bytes >= x.Bytes
		default:
			return p.end.Events >= x.Events
		}
	}
	if h := p.b.Hold; h != nil && !p.held && here(h.Point) {
		p.held = true
		if err := p.hold(h.Gate); err != nil {
			return err
		}
	}
	if c := p.b.Cut; c != nil && here(c.Point) && (p.reused || !c.Reused) {
		return p.cut(c.How)
	}
	return nil
}

func (p *pen) hold(gate string) error {
	if err := p.flush(); err != nil {
		return err
	}
	p.conn.upstream.mu.Lock()
	opened := p.conn.upstream.gate(gate)
	p.conn.upstream.mu.Unlock()
	select {
	case <-opened:
		return nil
	case <-p.left:
		return errLeft
	}
}

func (p *pen) cut(how How) error {
	if err := p.flush(); err != nil {
		return err
	}
	switch how {
	case Stall:
		<-p.left
		return errLeft
	case Pings:
		for {
			p.frame([]byte(": ping\n\n"))
			if err := p.wait(max(p.b.EventDelayMS, 10)); err != nil {
				return err
			}
		}
	case Garbage:
		p.buffer = append(p.buffer, "zz\r\nnot a chunk\r\n"...)
		if err := p.flush(); err != nil {
			return err
		}
	case Reset:
		_ = p.conn.tcp.SetLinger(0)
		_ = p.conn.tcp.Close()
	}
	return errCut
}

func (p *pen) wait(ms int) error {
	if ms <= 0 {
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	timer := time.NewTimer(milliseconds(ms))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.left:
		return errLeft
	}
}

func (p *pen) flush() error {
	rest := p.buffer
	p.buffer = p.buffer[:0]
	size := p.b.Segment
	if size <= 0 {
		size = max(len(rest), 1)
	}
	for len(rest) > 0 {
		n := min(size, len(rest))
		if _, err := p.conn.Write(rest[:n]); err != nil {
			return errLeft
		}
		rest = rest[n:]
	}
	return nil
}

// refuseHello answers a TLS client as an HTTP server does, and waits until the
// client has read that.
func (c *conn) refuseHello(in *bufio.Reader) {
	if _, err := in.Peek(1); err != nil {
		return
	}
	if _, err := io.WriteString(c.Conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"); err != nil {
		return
	}
	_ = c.tcp.CloseWrite()
	_, _ = io.Copy(io.Discard, in)
}

// shake puts TLS on the connection where the door has it.
func (c *conn) shake() error {
	if c.upstream.door.tls == nil {
		return nil
	}
	secured := tls.Server(c.Conn, c.upstream.door.tls)
	c.Conn = secured
	return secured.Handshake()
}
