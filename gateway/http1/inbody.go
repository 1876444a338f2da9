package http1

import (
	"errors"
	"io"
)

// mostDropped is how much of a body that nobody read is read away, so that the
// connection can be used again.
const mostDropped = 256 << 10

// inBody is a request's body. It is used by one goroutine at a time.
type inBody struct {
	conn   *inbound
	chunks *chunked // nil: the body has a length
	left   int64
	waits  bool  // the client waits to be told to go on
	err    error // io.EOF: all of it was read
	own    chunked
}

func (b *inBody) begin(c *inbound, h *inHead) {
	*b = inBody{conn: c, left: max(h.length, 0), waits: h.expects}
	if h.chunks {
		b.chunks = &b.own
	} else if b.left == 0 {
		b.err = io.EOF
	}
}

// Read reads into p straight from the connection once what came with the head is
// read. The last bytes come with io.EOF.
func (b *inBody) Read(p []byte) (n int, err error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if b.waits {
		b.waits = false
		if err := b.conn.reply.goOn(); err != nil {
			b.err = err
			return 0, err
		}
	}
	for n == 0 && b.err == nil {
		n, b.err = b.read(p)
	}
	if b.err == io.EOF {
		b.conn.bodyEnded()
	}
	return n, b.err
}

func (b *inBody) read(p []byte) (int, error) {
	if b.chunks == nil && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.conn.read(p)
	if n == 0 && errors.Is(err, io.EOF) {
		return 0, io.ErrUnexpectedEOF
	}
	if b.chunks == nil {
		if b.left -= int64(n); b.left == 0 {
			err = io.EOF
		}
		return n, err
	}
	data, _, wrong := b.chunks.decode(p[:n])
	switch {
	case wrong != nil:
		err = wrong
	case b.chunks.state == chunksDone:
		err = io.EOF
	}
	return data, err
}

// Close leaves the rest of the body to the end of the call.
func (b *inBody) Close() error { return nil }

// drop reads away what is left of the body, if it is little. It returns whether
// all of it has come.
func (b *inBody) drop() bool {
	if b.err != nil {
		return b.err == io.EOF
	}
	if b.waits || b.left > mostDropped {
		return false
	}
	piece := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(piece)
	for n := 0; b.err == nil && n <= mostDropped; {
		got, _ := b.Read((*piece)[:cap(*piece)])
		n += got
	}
	return b.err == io.EOF
}
