package http1

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"headgate/gateway/life"
)

const (
	// A request up to this size is written before its reply is looked for: it
	// fits into what the two systems take in without anybody reading. A larger
	// one is written aside, since a server may answer before it has read it all.
	writtenAtOnce = 32 << 10
	outBuffer     = 16 << 10 // a request's head, and its body as far as it fits
	inBuffer      = 4 << 10  // a reply's head, and what comes with it
	lateReply     = time.Second
	lateWrite     = 50 * time.Millisecond
)

var (
	outBuffers = sync.Pool{New: func() any { b := make([]byte, 0, outBuffer); return &b }}
	inBuffers  = sync.Pool{New: func() any { b := make([]byte, inBuffer); return &b }}
)

// past is a deadline that is over.
var past = time.Unix(1, 0)

// conn is a connection, used by one request at a time.
type conn struct {
	client *Client
	origin string
	wire   net.Conn
	nc     net.Conn  // wire, or TLS over it
	tls    *tls.Conn // nil: none
	raw    syscall.RawConn

	peek     func(fd uintptr) // made once, so that a request needs no closure
	readable bool             // what peek found

	// What interrupts the request at hand, when it ends: one of both.
	under life.Parent
	stop  func() bool

	idleSince time.Time
	sending   *aside // of the request that is written aside; nil: there is none
	unsent    error  // why the request could not be written

	in       *[]byte // pooled; nil when nothing read is left
	from, to int     // what of it was read and not yet taken
}

// aside is a request that is written while its reply is read. Any goroutine may
// look at it.
type aside struct {
	done chan struct{} // closed once nothing is written any more
	err  error         // why the request could not be; to be read after done
}

func (w *aside) isDone() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// ask sends a request and reads the head of its reply.
func (cn *conn) ask(ctx context.Context, r *Request, t *Trace) (*Response, error) {
	cn.obey(ctx)
	cn.write(r)
	reply := &Response{}
	h, err := cn.readHead(r.Method, reply, t)
	if err != nil {
		cn.disobey()
		if unsent := cn.abandon(); unsent != nil && !t.Answered {
			err = unsent
		}
		return nil, causeOr(ctx, err)
	}
	reply.begin(ctx, cn, h, r.Method)
	return reply, nil
}

// obey makes a context's end interrupt what the connection does.
func (cn *conn) obey(ctx context.Context) {
	if parent, ok := ctx.(life.Parent); ok {
		cn.under = parent
		if cause := parent.Join(cn); cause != nil {
			cn.Over(cause)
		}
		return
	}
	cn.stop = context.AfterFunc(ctx, func() { cn.Over(nil) })
}

// disobey ends that; false: it was interrupted.
func (cn *conn) disobey() bool {
	under, stop := cn.under, cn.stop
	cn.under, cn.stop = nil, nil
	if under != nil {
		return under.Leave(cn)
	}
	return stop()
}

// Over interrupts what the connection does.
func (cn *conn) Over(error) { _ = cn.wire.Close() }

// write sends a request, or begins to. Whoever refuses it half way may have
// answered all the same, so that a failure only shortens the wait for that.
func (cn *conn) write(r *Request) {
	out := outBuffers.Get().(*[]byte)
	b := r.appendHead((*out)[:0])
	length := len(b) + r.Length()
	var rest net.Buffers
	for _, piece := range r.Body {
		fits := min(max(outBuffer-len(b), 0), len(piece))
		if rest != nil {
			fits = 0
		}
		b = append(b, piece[:fits]...)
		if fits < len(piece) {
			if rest == nil {
				rest = append(make(net.Buffers, 0, 1+len(r.Body)), nil)
			}
			rest = append(rest, piece[fits:])
		}
	}
	*out = b
	if rest != nil {
		rest[0] = b
	}
	if length > writtenAtOnce {
		w := &aside{done: make(chan struct{})}
		cn.sending = w
		go func() {
			w.err = cn.send(out, rest)
			close(w.done)
		}()
		return
	}
	cn.unsent = cn.send(out, rest)
}

// send writes what stands in out or, when it is more than that, all of it.
func (cn *conn) send(out *[]byte, all net.Buffers) error {
	var err error
	if all == nil {
		_, err = cn.nc.Write(*out)
	} else {
		_, err = all.WriteTo(cn.nc)
	}
	if cap(*out) <= 2*outBuffer {
		outBuffers.Put(out)
	}
	if err != nil {
		_ = cn.wire.SetReadDeadline(time.Now().Add(lateReply))
	}
	return err
}

// isSent tells whether the whole request was written, which the one who wrote it
// may be about to say.
func (cn *conn) isSent() bool {
	if cn.sending != nil {
		wait := time.NewTimer(lateWrite)
		defer wait.Stop()
		select {
		case <-cn.sending.done:
			cn.unsent, cn.sending = cn.sending.err, nil
		case <-wait.C:
			return false
		}
	}
	return cn.unsent == nil
}

// readHead reads the head of the reply, past those of interim ones.
func (cn *conn) readHead(method string, reply *Response, t *Trace) (*head, error) {
	cn.in = inBuffers.Get().(*[]byte)
	cn.from, cn.to = 0, 0
	h := &reply.head
	for taken, next := 0, 0; ; {
		b := (*cn.in)[cn.from:cn.to]
		var end int
		if end, next = headEnd(b, next); taken+end > largestHead || end == 0 && taken+len(b) >= largestHead {
			return nil, malformed("its head is larger than %d bytes", largestHead)
		}
		if end > 0 {
			if err := h.parse(b[:end], reply.room[:]); err != nil {
				if t.Reused && taken == 0 && h.status == 0 {
					t.Answered = false
					return nil, ErrStray
				}
				return nil, err
			}
			taken, next = taken+end, 0
			cn.from += end
			if h.isInterim() {
				continue
			}
			if cn.from == cn.to {
				cn.dropBuffer()
			}
			return h, nil
		}
		if err := cn.fill(); err != nil {
			if errors.Is(err, io.EOF) && (t.Answered || taken > 0) {
				return nil, io.ErrUnexpectedEOF
			}
			if errors.Is(err, io.EOF) {
				return nil, errEnded(err)
			}
			return nil, err
		}
		t.Answered = true
	}
}

// fill reads more into the buffer, which grows when it is full.
func (cn *conn) fill() error {
	b := *cn.in
	if cn.from == cn.to {
		cn.from, cn.to = 0, 0
	}
	if cn.to == len(b) {
		if cn.from == 0 {
			b = make([]byte, 2*len(b))
		}
		cn.from, cn.to = 0, copy(b, (*cn.in)[cn.from:cn.to])
		*cn.in = b
	}
	n, err := cn.nc.Read(b[cn.to:])
	cn.to += n
	if n > 0 {
		return nil
	}
	return err
}

// take moves what was read and not yet taken to p.
func (cn *conn) take(p []byte) int {
	n := copy(p, (*cn.in)[cn.from:cn.to])
	if cn.from += n; cn.from == cn.to {
		cn.dropBuffer()
	}
	return n
}

func (cn *conn) dropBuffer() {
	if cn.in != nil && len(*cn.in) == inBuffer {
		inBuffers.Put(cn.in)
	}
	cn.in, cn.from, cn.to = nil, 0, 0
}

// isQuiet tells whether nothing has come since the last reply's end. Where it
// can't be known it is taken for granted.
func (cn *conn) isQuiet() bool {
	if cn.tls != nil { // which may have read ahead
		_ = cn.wire.SetReadDeadline(past)
		var b [1]byte
		n, err := cn.tls.Read(b[:])
		var late net.Error
		if n > 0 || !errors.As(err, &late) || !late.Timeout() {
			return false
		}
		_ = cn.wire.SetReadDeadline(time.Time{})
	}
	if cn.raw == nil {
		return true
	}
	cn.readable = false
	return cn.raw.Control(cn.peek) == nil && !cn.readable
}

// hangUp closes a connection that carries nothing.
func (cn *conn) hangUp() { _ = cn.nc.Close() }

// abandon closes a connection in the midst of something, without the farewell of
// TLS, which could have to wait. After it the request's body isn't used. It
// returns why the request could not be written before, if so: of a reset, the
// system tells only once, and what is read then looks like a clean end.
func (cn *conn) abandon() error {
	_ = cn.wire.Close()
	if cn.sending != nil {
		if <-cn.sending.done; !errors.Is(cn.sending.err, net.ErrClosed) {
			cn.unsent = cn.sending.err
		}
		cn.sending = nil
	}
	cn.dropBuffer()
	return cn.unsent
}
