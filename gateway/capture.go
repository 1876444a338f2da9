package gateway

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
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

// captureWriter keeps the beginning of what goes to the client.
type captureWriter struct {
	http.ResponseWriter
	room int     // bytes to keep
	kept *[]byte // pooled
	more bool    // there was no room for all
}

func (w *captureWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	fits := min(n, w.room-len(*w.kept))
	if kept := *w.kept; cap(kept)-len(kept) < fits {
		*w.kept = slices.Grow(kept, max(fits, min(cap(kept), w.room-len(kept))))
	}
	*w.kept = append(*w.kept, p[:fits]...)
	w.more = w.more || fits < n
	return n, err
}

// capture begins to keep what the call carries, if the configuration may want
// it.
func (x *exchange) capture() {
	if x.s.capture.When == CaptureNever {
		return
	}
	room := x.s.capture.Bytes + max(x.s.secrets.longest(), longestSpelled(x.r.Header))
	x.captured = &captureWriter{ResponseWriter: x.w, room: room, kept: getBuffer()}
	x.w = x.captured
}

// keepBodies puts what was captured into the record, if it is wanted.
func (x *exchange) keepBodies() {
	if x.captured == nil {
		return
	}
	defer putBuffer(x.captured.kept)
	if !x.s.capture.wants(&x.call) {
		return
	}
	limit := x.s.capture.Bytes
	hidden := x.s.secrets.with(presented(x.r.Header))
	b := &Bodies{RequestHeader: capturedHeader(x.r.Header, hidden)}
	b.Request, b.RequestCut = hidden.blot(*x.body, limit)
	b.RequestCut = b.RequestCut || int64(len(*x.body)) < x.call.BytesIn || !x.uploaded.Load() && x.r.ContentLength != 0
	b.Reply, b.ReplyCut = hidden.blot(*x.captured.kept, limit)
	b.ReplyCut = b.ReplyCut || x.captured.more
	x.call.Bodies = b
}

// presented are the credentials that a request came with, right or wrong.
func presented(h http.Header) (found []string) {
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if len(value) > longestPresented {
				continue
			}
			_, afterScheme, _ := strings.Cut(value, " ")
			found = append(found, value, strings.TrimSpace(afterScheme))
		}
	}
	return found
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

// capturedHeader is a header by name, without whatever may carry a credential.
func capturedHeader(h http.Header, hidden secrets) []Header {
	list := []Header{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if slices.Contains(credentialHeaders, name) || namesSecret(name) {
			continue
		}
		for _, value := range h[name] {
			shown, isCut := hidden.blot([]byte(value), capturedValue)
			if isCut {
				shown = append(shown, "…"...)
			}
			if list = append(list, Header{Name: name, Value: string(shown)}); len(list) == capturedHeaders {
				return list
			}
		}
	}
	return list
}

// with adds more secrets to all that are in a snapshot.
func (s secrets) with(more []string) secrets {
	all := slices.Clip(s)
	for _, secret := range more {
		all.addSpelled(secret)
	}
	all.sort()
	return all
}

// addSpelled adds a secret as it stands, and as it can stand within JSON and URLs.
func (s *secrets) addSpelled(secret string) {
	s.add(secret)
	if isPlain(secret) { // as nearly all are: spelled one way only
		return
	}
	quoted, _ := json.Marshal(secret) // a string: can't fail
	html := string(quoted[1 : len(quoted)-1])
	lean := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(html)
	for _, inner := range []string{html, lean} {
		s.add(inner)
		s.add(strings.ReplaceAll(inner, "/", `\/`))
	}
	s.add(url.QueryEscape(secret))
	s.add(url.PathEscape(secret))
}

// isPlain tells texts of which neither JSON nor a URL escapes anything.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

func (s secrets) longest() int {
	if len(s) == 0 {
		return 0
	}
	return len(s[0])
}

// shortestPiece is how much of a secret may be left where the text ends in it.
const shortestPiece = 4

// blot returns a copy of a text's beginning, at most limit bytes, without any
// secret or part of one; isCut says that there was more. text may be cut itself,
// but not within the first limit bytes and a secret's length.
func (s secrets) blot(text []byte, limit int) (shown []byte, isCut bool) {
	part := text[:min(len(text), limit+s.longest())]
	shown = make([]byte, 0, min(len(part), limit)+len(redacted))
	from := 0
	for _, at := range s.spans(part) {
		shown = append(append(shown, part[from:at.from]...), redacted...)
		from = at.to
	}
	shown = append(shown, part[from:]...)
	isCut = len(part) < len(text) || len(shown) > limit
	return shown[:min(len(shown), limit)], isCut
}

// spans are where secrets stand in a text, whole or begun at its end, from first
// to last. Secrets that overlap have one span.
func (s secrets) spans(text []byte) []span {
	var found []span
	for _, secret := range s {
		for from := 0; ; from++ {
			next := bytes.Index(text[from:], secret)
			if next < 0 {
				break
			}
			from += next
			found = append(found, span{from, from + len(secret)})
		}
		for n := min(len(secret)-1, len(text)); n >= shortestPiece; n-- {
			if bytes.HasSuffix(text, secret[:n]) {
				found = append(found, span{len(text) - n, len(text)})
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := found[:0]
	for _, at := range found {
		if n := len(merged); n > 0 && at.from < merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, at.to)
			continue
		}
		merged = append(merged, at)
	}
	return merged
}
