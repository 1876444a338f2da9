package http1

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"headgate/gateway/life"
)

// What a connection to a client is doing.
const (
	phaseNew       int32 = iota // nothing has come yet
	phaseIdle                   // nothing of another request has come
	phaseReading                // a request comes
	phaseAnswering              // it is there, and the client waits
	phaseClosed
)

// A client that may still be sending has lingerTime to read the reply before the
// connection is closed: unread bytes would take it away. So much of what it sends
// meanwhile is read, since many clients read nothing before they have sent all.
const (
	lingerTime = 500 * time.Millisecond
	mostLinger = 64 << 20
)

// inbound is a connection to a client.
type inbound struct {
	server *Server
	nc     net.Conn
	raw    syscall.RawConn // nil: leaving isn't noticed
	reads  deadline
	writes deadline

	born  time.Time
	phase atomic.Int32
	calls atomic.Uint64 // begun
	seen  uint64        // at the last look; the watch's

	life connLife

	in       *[]byte // pooled; nil when nothing read is left
	from, to int     // what of it was read and not yet taken
	posted   bool    // the last request was a POST

	head  inHead
	body  inBody
	reply inReply

	peek  func(fd uintptr)
	ended bool // what peek found
}

// connLife is how long a connection goes on: the context of its requests.
type connLife struct {
	life.Life
	local net.Addr
}

// Value knows the address that the client has reached, as with net/http's server.
func (l *connLife) Value(key any) any {
	if key == http.LocalAddrContextKey {
		return l.local
	}
	return nil
}

// left says that the client has gone, or is sent away.
func (c *inbound) left() { c.life.End(nil) }

func newInbound(s *Server, nc net.Conn) *inbound {
	c := &inbound{server: s, nc: nc, born: time.Now()}
	c.reads.set, c.writes.set = nc.SetReadDeadline, nc.SetWriteDeadline
	if direct, ok := nc.(syscall.Conn); ok {
		if raw, err := direct.SyscallConn(); err == nil {
			c.raw = raw
		}
	}
	c.peek = func(fd uintptr) { c.ended = isEnded(fd) }
	c.life.local = nc.LocalAddr()
	c.reply.conn = c
	blank := (&http.Request{RemoteAddr: nc.RemoteAddr().String()}).WithContext(&c.life)
	c.head.init(blank)
	return c
}

// hasLeft tells whether the client has closed the connection. Only the watch asks.
func (c *inbound) hasLeft() bool {
	c.ended = false
	return c.raw != nil && (c.raw.Control(c.peek) != nil || c.ended)
}

// serve answers requests until the connection ends.
func (c *inbound) serve() {
	defer c.server.leave(c)
	defer c.left()
	defer func() { _ = c.nc.Close() }()
	for c.serveOne() {
	}
	c.dropBuffer()
}

// serveOne reads a request and answers it. It returns whether another one may
// follow.
func (c *inbound) serveOne() bool {
	if !c.await() {
		return false
	}
	wrong, err := c.readHead()
	if err != nil {
		return false
	}
	if wrong != nil {
		c.refuse(wrong)
		return false
	}
	c.calls.Add(1)
	r := c.head.request
	c.posted = r.Method == http.MethodPost
	c.body.begin(c, &c.head)
	if r.Body = &c.body; c.body.err != nil {
		r.Body = http.NoBody
		c.bodyEnded()
	}
	c.reply.begin(&c.head)
	if !c.call(r) {
		return false
	}
	stays := c.reply.end()
	c.head.forget()
	c.reply.forget()
	_ = c.reads.limit(time.Time{})
	_ = c.writes.limit(time.Time{})
	if !stays {
		c.hangUp()
		return false
	}
	if c.from == c.to { // no other request is there already
		c.phase.Store(phaseIdle)
		if c.server.closing.Load() {
			return false
		}
	}
	return true
}

// call runs the handler. false: what it wrote must not look complete.
func (c *inbound) call(r *http.Request) (ok bool) {
	defer func() {
		if ok {
			return
		}
		if fault := recover(); fault != nil && fault != http.ErrAbortHandler {
			c.server.o.Log.Error("a handler panicked", "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
		}
		c.reply.drop()
	}()
	c.server.o.Handler.ServeHTTP(&c.reply, r)
	return true
}

// await waits for the first byte of a request.
func (c *inbound) await() bool {
	if c.from < c.to {
		c.phase.Store(phaseReading)
		return true
	}
	if c.in == nil {
		c.in = inBuffers.Get().(*[]byte)
	}
	from, wait := phaseIdle, c.server.o.IdleTime
	if c.calls.Load() == 0 {
		from, wait = phaseNew, c.server.o.HeadTime
	}
	_ = c.reads.limit(time.Now().Add(wait))
	return c.fill() == nil && c.phase.CompareAndSwap(from, phaseReading)
}

// closeIfIdle closes a connection that waits for a request. A new one has some
// time to say it.
func (c *inbound) closeIfIdle(newOnesFor time.Duration) {
	if c.phase.CompareAndSwap(phaseIdle, phaseClosed) ||
		time.Since(c.born) >= newOnesFor && c.phase.CompareAndSwap(phaseNew, phaseClosed) {
		_ = c.nc.Close()
	}
}

// readHead reads a request's head, of which the first bytes are there.
func (c *inbound) readHead() (*refused, error) {
	limited := c.calls.Load() == 0 // the limit on the first byte goes on
	for next, blank := 0, 0; ; {
		b := (*c.in)[c.from:c.to]
		for c.posted && blank < 4 && len(b) > 0 && (b[0] == '\r' || b[0] == '\n') { // some old clients end a body so
			c.from++
			b = b[1:]
			blank++
		}
		var end int
		if end, next = headEnd(b, next); end > c.server.o.HeadBytes || end == 0 && len(b) >= c.server.o.HeadBytes {
			return longHead, nil
		}
		if end > 0 {
			c.from += end
			wrong := c.head.parse(b[:end])
			if c.from == c.to {
				c.dropBuffer()
			}
			return wrong, nil
		}
		if !limited {
			limited = true
			_ = c.reads.limit(time.Now().Add(c.server.o.HeadTime))
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more into the buffer, which grows when it is full.
func (c *inbound) fill() error {
	b := *c.in
	if c.from == c.to {
		c.from, c.to = 0, 0
	}
	if c.to == len(b) {
		if c.from == 0 {
			b = make([]byte, 2*len(b))
		}
		c.from, c.to = 0, copy(b, (*c.in)[c.from:c.to])
		*c.in = b
	}
	n, err := c.receive(b[c.to:])
	c.to += n
	if n > 0 {
		return nil
	}
	return err
}

// read reads what was read and not yet taken, or else from the connection.
func (c *inbound) read(p []byte) (int, error) {
	if c.from == c.to {
		return c.receive(p)
	}
	n := copy(p, (*c.in)[c.from:c.to])
	if c.from += n; c.from == c.to {
		c.dropBuffer()
	}
	return n, nil
}

func (c *inbound) receive(p []byte) (int, error) {
	for {
		n, err := c.nc.Read(p)
		if n > 0 || !c.reads.isEarly(err) {
			return n, err
		}
	}
}

func (c *inbound) dropBuffer() {
	if c.in != nil && len(*c.in) == inBuffer {
		inBuffers.Put(c.in)
	}
	c.in, c.from, c.to = nil, 0, 0
}

// bodyEnded begins the time in which the client only waits.
func (c *inbound) bodyEnded() {
	c.phase.CompareAndSwap(phaseReading, phaseAnswering)
	c.server.watch()
}

// send writes all of p to the client.
func (c *inbound) send(p []byte) error {
	c.writes.limitIfNone(c.server.o.WriteTime)
	for {
		n, err := c.nc.Write(p)
		if err == nil || !c.writes.isEarly(err) {
			return err
		}
		p = p[n:]
	}
}

// sendAll writes all pieces to the client.
func (c *inbound) sendAll(pieces *net.Buffers) error {
	c.writes.limitIfNone(c.server.o.WriteTime)
	for {
		_, err := pieces.WriteTo(c.nc)
		if err == nil || !c.writes.isEarly(err) {
			return err
		}
	}
}

// refuse answers what is no request.
func (c *inbound) refuse(r *refused) {
	c.body.err = nil // of this one nothing was read yet
	body := `{"error":{"message":"` + r.message + `","type":"invalid_request_error","param":null,"code":"` + r.code + `"}}` + "\n"
	if c.send(fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		r.status, http.StatusText(r.status), len(body), body)) == nil {
		c.hangUp()
	}
}

// hangUp waits, before the connection is closed, until a client that may still be
// sending has read the reply, as far as that can be known.
func (c *inbound) hangUp() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	over := c.body.err == io.EOF && c.body.chunks == nil && c.from == c.to
	if !ok || over || half.CloseWrite() != nil {
		return
	}
	until := time.Now().Add(lingerTime)
	_ = c.reads.limit(until)
	piece := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(piece)
	for n := 0; n < mostLinger; {
		got, err := c.receive((*piece)[:cap(*piece)])
		if err != nil {
			return
		}
		n += got
	}
	time.Sleep(time.Until(until))
}
