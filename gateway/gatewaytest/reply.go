package gatewaytest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// reply is a behaviour put into bytes.
type reply struct {
	behaviour Behaviour // with the defaults filled in
	status    int
	header    []Header
	pieces    []piece
}

// piece is a part of a body. An event is flushed; what isn't goes out with the
// next one.
type piece struct {
	data  []byte
	event bool
}

func render(q *Request, b Behaviour, s Script) *reply {
	r := &reply{status: b.Status}
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.set("Date", time.Now().UTC().Format(http.TimeFormat))
	r.set("x-request-id", fmt.Sprintf("req_%s_%d", s.Marker, q.Seq))
	r.set("openai-version", "2020-10-01")
	r.set("openai-processing-ms", "5")
	r.write(q, b, s)
	if b.Encoding == "gzip" {
		r.compress()
	}
	if b.Encoding != "" {
		r.set("Content-Encoding", b.Encoding)
	}
	r.frame(&b)
	for _, h := range b.Header {
		r.set(h.Name, h.Value)
	}
	r.behaviour = b
	return r
}

// write makes the body and its type.
func (r *reply) write(q *Request, b Behaviour, s Script) {
	problem := b.Error
	if problem == nil && b.Body == "" && b.Bytes == nil && !b.Empty {
		r.status, problem = refusal(q, b, s, r.status)
	}
	switch {
	case b.Empty:
		r.set("Content-Type", "application/json")
	case b.Body != "":
		r.set("Content-Type", typeOf(b.Body))
		r.pieces = []piece{{data: []byte(b.Body)}}
	case b.Bytes != nil:
		r.set("Content-Type", "application/json")
		r.pieces = []piece{{data: b.Bytes}}
	case problem != nil:
		r.set("Content-Type", "application/json")
		r.pieces = []piece{{data: envelope(*problem, q, b)}}
	case r.status == http.StatusNoContent || r.status < 200 || r.status/100 == 3:
		// These have no body.
	case strings.HasPrefix(q.Path, modelsPath):
		r.set("Content-Type", "application/json")
		r.pieces = []piece{{data: modelsBody(q, s)}}
	case b.As == "stream" || b.As == "" && q.Stream:
		r.set("Content-Type", "text/event-stream; charset=utf-8")
		r.set("Cache-Control", "no-cache")
		r.pieces = stream(q, b, s)
	default:
		r.set("Content-Type", "application/json")
		r.pieces = []piece{{data: completion(q, b, s)}}
	}
}

func typeOf(body string) string {
	switch start := strings.TrimSpace(body); {
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		return "application/json"
	case strings.HasPrefix(start, "<"):
		return "text/html; charset=utf-8"
	case strings.HasPrefix(start, "data:"), strings.HasPrefix(start, "event:"), strings.HasPrefix(start, ":"):
		return "text/event-stream; charset=utf-8"
	default:
		return "text/plain; charset=utf-8"
	}
}

// compress flushes the compressor after each piece, so that a client can read
// each event as it comes.
func (r *reply) compress() {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	for i := range r.pieces {
		_, _ = z.Write(r.pieces[i].data) // a bytes.Buffer doesn't fail
		if i == len(r.pieces)-1 {
			_ = z.Close()
		} else {
			_ = z.Flush()
		}
		r.pieces[i].data = bytes.Clone(out.Bytes())
		out.Reset()
	}
}

// frame says in the head how the body ends.
func (r *reply) frame(b *Behaviour) {
	size, events := 0, false
	for _, p := range r.pieces {
		size += len(p.data)
		events = events || p.event
	}
	if b.Framing == "" {
		b.Framing = "length"
		if events {
			b.Framing = "chunked"
		}
	}
	switch b.Framing {
	case "chunked":
		r.set("Transfer-Encoding", "chunked")
	case "close":
		b.Close = true
	default:
		if r.status >= 200 && r.status != http.StatusNoContent {
			r.set("Content-Length", fmt.Sprint(max(size+b.Claim, 0)))
		}
	}
	if b.Close {
		r.set("Connection", "close")
	}
}

func (r *reply) set(name, value string) {
	for i := range r.header {
		if strings.EqualFold(r.header[i].Name, name) {
			r.header[i].Value = value
			return
		}
	}
	r.header = append(r.header, Header{name, value})
}

func (r *reply) head() []byte {
	head := fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	for _, h := range r.header {
		head = fmt.Appendf(head, "%s: %s\r\n", h.Name, h.Value)
	}
	return append(head, "\r\n"...)
}
