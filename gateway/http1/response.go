package http1

import (
	"context"
	"errors"
	"io"
)

// Response is a server's reply. Its Body must be read to its end or closed.
type Response struct {
	Status int
	Fields Fields
	Length int64 // the body's; -1: not said
	Body   io.ReadCloser

	own   body
	aside *aside // nil: the request was written before
	head  head
	room  [16]Field
}

// Sending tells whether the request may still be being written, because the server
// answered before it had it all. Any goroutine may ask.
func (r *Response) Sending() bool { return r.aside != nil && !r.aside.isDone() }

// Ended tells whether all of the body was read, without waiting for more. What
// little it finds of the body itself is dropped.
func (r *Response) Ended() bool {
	b := &r.own
	if b.conn == nil || b.conn.tls != nil || b.conn.in != nil || b.conn.raw == nil || b.conn.isQuiet() {
		return b.conn == nil && r.Body == b
	}
	var rest [64]byte
	if _, err := b.read(rest[:]); err != nil {
		b.finish(err)
	}
	return b.conn == nil
}

func (r *Response) begin(ctx context.Context, cn *conn, h *head, method string) {
	r.Status, r.Fields, r.Length = h.status, h.fields, h.length
	r.aside = cn.sending
	b := &r.own
	*b = body{ctx: ctx, conn: cn, stays: h.stays, left: h.length}
	r.Body = b
	switch {
	case !h.hasBody(method):
		b.form, b.left, b.stays = byLength, 0, h.stays && h.status != 101
		if method != "HEAD" {
			r.Length = 0
		}
	case h.chunks:
		b.form = byChunks
	case h.length < 0:
		b.form, b.stays = byEnd, false
	}
	if b.form == byLength && b.left == 0 {
		b.finish(nil)
	}
}

// form is how a body's end is known.
type form uint8

const (
	byLength form = iota
	byChunks
	byEnd // of the connection
)

// body is a reply's body. It is used by one goroutine at a time.
type body struct {
	ctx    context.Context
	conn   *conn // nil once the body has ended
	stays  bool  // the connection, after the body
	form   form
	left   int64
	chunks chunked
	err    error // what Read returns once conn is nil
}

var errClosed = errors.New("http1: read from a body that was closed")

// Read reads into p straight from the connection and takes chunks apart there, so
// that a reply that stands still holds no buffer. The last bytes come with io.EOF.
func (b *body) Read(p []byte) (int, error) {
	for b.conn != nil && len(p) > 0 {
		n, err := b.read(p)
		if err != nil {
			b.finish(err)
			return n, b.err
		}
		if n > 0 {
			return n, nil
		}
	}
	if b.conn != nil {
		return 0, nil
	}
	return 0, b.err
}

// read reads once. io.EOF is the body's end, not the connection's.
func (b *body) read(p []byte) (n int, err error) {
	if b.form == byLength && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	if b.conn.in != nil {
		n = b.conn.take(p)
	} else if n, err = b.conn.nc.Read(p); err == io.EOF && b.form != byEnd {
		err = io.ErrUnexpectedEOF
	}
	switch b.form {
	case byLength:
		if b.left -= int64(n); b.left == 0 {
			err = io.EOF
		}
	case byChunks:
		data, used, wrong := b.chunks.decode(p[:n])
		if used < n {
			b.stays = false // more than the body
		}
		n = data
		switch {
		case wrong != nil:
			err = wrong
		case b.chunks.state == chunksDone:
			err = io.EOF
		}
	}
	return n, err
}

// Close ends the connection unless the body was read to its end. After it the
// request's body isn't used.
func (b *body) Close() error {
	if b.conn != nil {
		b.finish(errClosed)
	}
	return nil
}

// finish lets the connection go: to the pool when the body was read to its end
// and nothing is left to doubt. nil stands for an end that was there at once.
func (b *body) finish(err error) {
	cn := b.conn
	b.conn = nil
	inTime := cn.disobey()
	b.err = io.EOF
	if err != nil && err != io.EOF {
		b.err = causeOr(b.ctx, err)
		_ = cn.abandon()
		return
	}
	if !inTime || !b.stays || cn.in != nil || !cn.isSent() {
		if unsent := cn.abandon(); unsent != nil && b.form == byEnd {
			b.err = unsent
		}
		return
	}
	cn.client.idle.put(cn)
}
