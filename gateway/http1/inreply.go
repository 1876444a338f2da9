package http1

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// gathered is how much of a reply is put together before it is sent.
const gathered = 8 << 10

// inReply is a reply to a client, an http.ResponseWriter. It sends the head with
// the first of the body, and a chunk with its frame, by one system call.
type inReply struct {
	conn    *inbound
	request *inHead
	header  http.Header
	names   []string // of the header, to be sorted

	status   int // 0: the head isn't written
	bodiless bool
	framed   bool  // it is decided how the body's end is told
	chunks   bool  // by chunks
	length   int64 // of the body, as the handler said; -1: it didn't
	written  int64
	closes   bool
	unread   bool // the request's body did not come whole
	err      error

	out    *[]byte // pooled: what waits to be sent
	bodyAt int     // where in it the body begins, until it is framed
	vec    [3][]byte
	pieces net.Buffers
}

func (w *inReply) begin(h *inHead) {
	*w = inReply{conn: w.conn, request: h, header: w.header, names: w.names, closes: h.closes, length: -1}
	if w.header == nil {
		w.header = make(http.Header, 16)
	}
}

// forget drops what the handler said, which may hold on to all of its call.
func (w *inReply) forget() { clear(w.header) }

// Header is the reply's, until WriteHeader.
func (w *inReply) Header() http.Header { return w.header }

// SetReadDeadline, SetWriteDeadline and FlushError are for http.ResponseController.
func (w *inReply) SetReadDeadline(by time.Time) error { return w.conn.reads.limit(by) }

// SetWriteDeadline bounds what is written, also what waits just now.
func (w *inReply) SetWriteDeadline(by time.Time) error { return w.conn.writes.limit(by) }

// goOn tells the client to send the body, unless it has been answered already.
func (w *inReply) goOn() error {
	if w.status != 0 {
		return nil
	}
	return w.conn.send([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
}

// WriteHeader decides the status and the header. Interim ones are not sent.
func (w *inReply) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("http1: the status %d can't be sent", status))
	}
	if w.status != 0 || status < 200 {
		return
	}
	w.status = status
	// A client that is still sending may not be listening.
	if !w.conn.body.drop() {
		w.closes, w.unread = true, true
	}
	w.bodiless = w.request.request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
	if w.conn.server.closing.Load() {
		w.closes = true
	}
	w.out = outBuffers.Get().(*[]byte)
	b := appendStatus((*w.out)[:0], w.request.request.ProtoMinor, status)
	b = append(b, "Date: "...)
	b = append(b, date()...)
	b = append(b, "\r\n"...)
	*w.out = w.appendHeader(b)
	if w.length >= 0 || status == http.StatusNoContent || status == http.StatusNotModified {
		w.frame(framedAlready)
	}
	w.bodyAt = len(*w.out)
}

// appendHeader writes the handler's fields but for those that frame the body,
// which it looks at.
func (w *inReply) appendHeader(b []byte) []byte {
	names := w.names[:0]
	for name := range w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	w.names = names
	for _, name := range names {
		if !isToken(name) || name == "Transfer-Encoding" || name == "Date" {
			continue
		}
		for _, value := range w.header[name] {
			switch name {
			case "Connection":
				w.closes = w.closes || hasToken(value, "close")
				continue
			case "Content-Length":
				n, ok := parseLength(value)
				if !ok || w.status == http.StatusNoContent {
					continue
				}
				w.length = n
			}
			b = append(append(b, name...), ": "...)
			from := len(b)
			b = append(append(b, value...), "\r\n"...)
			for i := from; i < len(b)-2; i++ {
				if !isFieldByte(b[i]) {
					b[i] = ' '
				}
			}
		}
	}
	return b
}

// framing is how a body's end is told.
type framing int

const (
	framedAlready framing = iota // by the handler's own length, or there is no body
	framedByLength
	framedByChunks
)

// frame ends the head. What of the body waits already moves behind it.
func (w *inReply) frame(f framing) {
	w.framed = true
	var room [96]byte
	lines := room[:0]
	switch {
	case f == framedByLength:
		lines = append(strconv.AppendInt(append(lines, "Content-Length: "...), w.written, 10), "\r\n"...)
	case f == framedByChunks && w.request.request.ProtoMinor > 0:
		lines = append(lines, "Transfer-Encoding: chunked\r\n"...)
		w.chunks = !w.bodiless
	case f == framedByChunks:
		w.closes = true
	}
	if w.closes {
		lines = append(lines, "Connection: close\r\n"...)
	}
	lines = append(lines, "\r\n"...)
	b := *w.out
	if w.bodyAt == 0 || w.bodyAt == len(b) {
		b = append(b, lines...)
	} else {
		if w.chunks {
			lines = append(strconv.AppendInt(lines, int64(len(b)-w.bodyAt), 16), "\r\n"...)
		}
		b = slices.Insert(b, w.bodyAt, lines...)
		if w.chunks {
			b = append(b, "\r\n"...)
		}
	}
	*w.out = b
}

// Write takes a piece of the body.
func (w *inReply) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.err != nil:
		return 0, w.err
	case len(p) == 0:
		return 0, nil
	case w.status == http.StatusNoContent || w.status == http.StatusNotModified:
		return 0, http.ErrBodyNotAllowed
	case w.length >= 0 && w.written+int64(len(p)) > w.length:
		return 0, http.ErrContentLength
	}
	w.written += int64(len(p))
	if w.bodiless {
		return len(p), nil
	}
	if err := w.put(p); err != nil {
		w.err = err
		w.conn.left()
		return 0, err
	}
	return len(p), nil
}

// put adds to what waits, or sends it with p when that is much.
func (w *inReply) put(p []byte) error {
	if w.out == nil {
		w.out = outBuffers.Get().(*[]byte)
		*w.out = (*w.out)[:0]
	}
	if len(*w.out)+len(p) > gathered && !w.framed {
		w.frame(framedByChunks)
	}
	b := *w.out
	if w.chunks {
		b = append(strconv.AppendInt(b, int64(len(p)), 16), "\r\n"...)
	}
	if len(b)+len(p) <= gathered {
		if b = append(b, p...); w.chunks {
			b = append(b, "\r\n"...)
		}
		*w.out = b
		return nil
	}
	*w.out = b
	w.vec = [3][]byte{b, p, nil}
	w.pieces = w.vec[:2]
	if w.chunks {
		w.vec[2] = crlf
		w.pieces = w.vec[:3]
	}
	err := w.conn.sendAll(&w.pieces)
	w.vec, w.pieces = [3][]byte{}, nil
	w.release()
	return err
}

var crlf = []byte("\r\n")

// FlushError sends what waits.
func (w *inReply) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.err == nil && !w.framed {
		w.frame(framedByChunks)
	}
	return w.flush()
}

func (w *inReply) flush() error {
	if w.err != nil || w.out == nil {
		return w.err
	}
	if len(*w.out) > 0 {
		if w.err = w.conn.send(*w.out); w.err != nil {
			w.conn.left()
		}
	}
	w.release()
	return w.err
}

func (w *inReply) release() {
	if w.out != nil {
		if cap(*w.out) <= 2*outBuffer {
			outBuffers.Put(w.out)
		}
		w.out = nil
	}
}

// drop forgets what waits to be sent.
func (w *inReply) drop() { w.release() }

// end completes the reply. It returns whether the connection can be used again.
func (w *inReply) end() bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.err == nil && !w.framed {
		if w.request.request.Method == http.MethodHead && w.written == 0 {
			w.frame(framedAlready)
		} else {
			w.frame(framedByLength)
		}
	}
	if w.err == nil && w.chunks {
		if w.out == nil {
			w.out = outBuffers.Get().(*[]byte)
			*w.out = (*w.out)[:0]
		}
		*w.out = append(*w.out, "0\r\n\r\n"...)
	}
	if err := w.flush(); err != nil {
		return false
	}
	return !w.closes && (w.bodiless || w.length < 0 || w.written == w.length)
}
