package gateway

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Caps on what a record keeps of a request's header.
const (
	capturedHeaders = 100
	capturedValue   = 1 << 10 // bytes
)

// longestPresented keeps a header that is no credential of anybody's from making
// the search for it in bodies a burden.
const longestPresented = 8 << 10

func (c Capture) compile() (Capture, error) {
	switch c.When {
	case "":
		c.When = CaptureNever
	case CaptureNever, CaptureErrors, CaptureAlways:
	default:
		return c, fmt.Errorf("capture.when: unknown value %q", c.When)
	}
	if c.Bytes < 0 {
		return c, fmt.Errorf("capture.bytes: %d is negative", c.Bytes)
	}
	c.Bytes = cmp.Or(c.Bytes, DefaultCaptureBytes)
	return c, nil
}

// wants tells whether a call that has ended is recorded with its bodies.
func (c Capture) wants(call *Call) bool {
	return c.When == CaptureAlways || c.When == CaptureErrors && (call.State != StateOK || len(call.Attempts) > 1)
}

// captureWriter keeps the beginning of what goes to the client, in pooled pieces: to
// grow one buffer was two thirds of what a stream allocated.
type captureWriter struct {
	http.ResponseWriter
	room   int       // bytes to keep
	n      int       // bytes that are kept
	pieces []*[]byte // what they lie in
	first  [4]*[]byte
	more   bool // there was no room for all
}

func (w *captureWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	fits := p[:min(n, w.room-w.n)]
	w.n += len(fits)
	w.more = w.more || len(fits) < n
	for len(fits) > 0 {
		if last := len(w.pieces) - 1; last < 0 || len(*w.pieces[last]) == cap(*w.pieces[last]) {
			w.pieces = append(w.pieces, getBuffer())
		}
		piece := w.pieces[len(w.pieces)-1]
		taken := min(len(fits), cap(*piece)-len(*piece))
		*piece = append(*piece, fits[:taken]...)
		fits = fits[taken:]
	}
	return n, err
}

// text is what was kept, in one piece.
func (w *captureWriter) text() []byte {
	if len(w.pieces) == 1 {
		return *w.pieces[0]
	}
	all := make([]byte, 0, w.n)
	for _, piece := range w.pieces {
		all = append(all, *piece...)
	}
	return all
}

func (w *captureWriter) release() {
	for _, piece := range w.pieces {
		putBuffer(piece)
	}
	w.pieces, w.first = nil, [4]*[]byte{}
}

// capture begins to keep what the call carries, if the configuration may want
// it.
func (x *exchange) capture() {
	if x.s.capture.When == CaptureNever {
		return
	}
	room := x.s.capture.Bytes + max(x.s.secrets.longest(), longestSpelled(x.r.Header))
	x.captured = &x.room.kept
	x.captured.ResponseWriter, x.captured.room = x.w, room
	x.captured.pieces = x.captured.first[:0]
	x.w = x.captured
}

// keepBodies puts what was captured into the record, if it is wanted.
func (x *exchange) keepBodies() {
	if x.captured == nil {
		return
	}
	defer x.captured.release()
	if !x.s.capture.wants(&x.call) {
		return
	}
	limit := x.s.capture.Bytes
	hidden := slices.Concat(x.s.secrets, presented(x.r.Header))
	b := &Bodies{RequestHeader: capturedHeader(x.r.Header, hidden)}
	b.Request, b.RequestCut = hidden.blot(*x.body, limit)
	b.RequestCut = b.RequestCut || int64(len(*x.body)) < x.call.BytesIn || !x.uploaded.Load() && x.r.ContentLength != 0
	b.Reply, b.ReplyCut = hidden.blot(x.captured.text(), limit)
	b.ReplyCut = b.ReplyCut || x.captured.more
	x.call.Bodies = b
}

// presented are the credentials that a request came with, right or wrong.
func presented(h http.Header) secrets {
	var s spellings
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if len(value) > longestPresented {
				continue
			}
			scheme, rest, _ := strings.Cut(value, " ")
			rest = strings.TrimSpace(rest)
			if !isScheme(scheme) || len(rest) < shortestSecret {
				s.add(value)
			}
			s.add(rest)
		}
	}
	return s.secrets()
}

// isScheme tells words that are no part of a credential.
func isScheme(word string) bool {
	return strings.EqualFold(word, "Bearer") || strings.EqualFold(word, "Basic")
}

// shortestQuoted leaves alone what is no key, such as the "ollama" that a tool
// sends where it is asked for one.
const shortestQuoted = 16

// withoutPresented takes the credentials that a request came with out of what its
// record quotes from it: some tools put a key where a name should stand.
func withoutPresented(text string, h http.Header) string {
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if _, afterScheme, isTwo := strings.Cut(value, " "); isTwo {
				value = strings.TrimSpace(afterScheme)
			}
			if len(value) >= shortestQuoted && strings.Contains(text, value) {
				text = strings.ReplaceAll(text, value, redacted)
			}
		}
	}
	return text
}

// longestSpelled is at least as long as any credential that a request came with
// can be in a body: most calls end without anybody having to look for it.
func longestSpelled(h http.Header) (longest int) {
	const escaped = len(`\u0000`)
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if len(value) <= longestPresented {
				longest = max(longest, escaped*len(value))
			}
		}
	}
	return longest
}

// capturedHeader is a header by name, without whatever may carry a credential. Its
// texts are one copy: what is kept must not hold on to the whole head.
func capturedHeader(h http.Header, hidden secrets) []Header {
	var room [32]string
	names, lines, size := room[:0], 0, 0
	for name, values := range h {
		if slices.Contains(credentialHeaders, name) || namesSecret(name) {
			continue
		}
		names, lines = append(names, name), lines+len(values)
		for _, value := range values {
			size += len(name) + min(len(value), capturedValue+len("…"))
		}
	}
	slices.Sort(names)
	var scratch []byte
	all := make([]byte, 0, size)
	ends := make([][2]int, 0, min(lines, capturedHeaders)) // of names and values in it
	for _, name := range names {
		for _, value := range h[name][:min(len(h[name]), capturedHeaders-len(ends))] {
			all = append(all, name...)
			named, isCut := len(all), false
			scratch = append(scratch[:0], value...)
			if all, isCut = hidden.blotTo(all, scratch, capturedValue); isCut {
				all = append(all, "…"...)
			}
			ends = append(ends, [2]int{named, len(all)})
		}
	}
	list, text, from := make([]Header, len(ends)), string(all), 0
	for i, end := range ends {
		list[i] = Header{Name: text[from:end[0]], Value: text[end[0]:end[1]]}
		from = end[1]
	}
	return list
}
