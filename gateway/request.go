package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"headgate/gateway/http1"
)

// How slowly a client may send its body, and how long what is left of it is
// waited for after a refusal: net/http reads that before it sends the reply.
const (
	uploadLimit  = time.Minute // for each uploadPiece, and for what is less
	uploadPiece  = 1 << 20
	discardLimit = time.Second
)

// hopHeader names the processes that a call went through.
const hopHeader = "X-Headgate-Hop"

// upload is a request's body as it comes. It ends with os.ErrDeadlineExceeded
// when that takes too long.
type upload struct {
	from io.Reader
	rc   *http.ResponseController
	ctx  context.Context
	slow time.Duration // the limit for each piece
	n    int64
	due  int64 // when so much has come the time begins anew
}

func (u *upload) Read(p []byte) (int, error) {
	if u.n >= u.due {
		u.due = u.n + uploadPiece
		_ = u.rc.SetReadDeadline(time.Now().Add(u.slow))
		if u.ctx.Err() != nil { // its own deadline has just been overwritten
			return 0, context.Cause(u.ctx)
		}
	}
	n, err := u.from.Read(p)
	u.n += int64(n)
	return n, err
}

// readBody reads the request's body.
func (x *exchange) readBody() *refusal {
	limit := x.s.limits.BodyBytes
	if refused := checkHeaders(x.r, limit); refused != nil {
		return refused
	}
	x.upload = upload{from: x.r.Body, rc: x.rc, ctx: x.ctx, slow: x.g.slow.upload}
	err := x.share.read(&x.upload, x.body, x.r.ContentLength, limit)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge(limit)
	case errors.Is(err, errNoRoom) || err == nil && !x.share.take(len(*x.body)): // an attempt may send a copy
		return &refusedNoRoom
	case err != nil:
		return x.unreadable(err)
	}
	x.uploaded.Store(true)
	_ = x.rc.SetReadDeadline(time.Time{})
	return nil
}

// smallBody is the size of a body that isn't worth dropping early.
const smallBody = 8 << 10

// dropBody gives the body's memory back but for what the record may keep of it:
// a stream may go on for long, and nobody else will be asked.
func (x *exchange) dropBody() {
	if cap(*x.body) <= smallBody {
		return
	}
	x.request, x.plain, x.room.asked = nil, nil, question{}
	var kept []byte
	if x.captured != nil {
		room := min(len(*x.body), x.captured.room)
		kept = append(make([]byte, 0, room), (*x.body)[:room]...)
	}
	putBuffer(x.body)
	x.body = &kept
	x.share.shrink(int64(len(kept)))
}

// unreadable tells why a body did not arrive whole.
func (x *exchange) unreadable(err error) *refusal {
	switch {
	case errors.Is(context.Cause(x.ctx), errStopped):
		return &refusedStopping
	case errors.Is(err, os.ErrDeadlineExceeded): // before the context, which net/http ends for it
		return &refusal{
			status: http.StatusRequestTimeout, kind: kindRequest, code: "request_timeout",
			message: fmt.Sprintf("The body came too slowly: less than %d bytes within %v.", uploadPiece, x.g.slow.upload),
		}
	case x.ctx.Err() != nil, errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return &refusal{
			status: statusClientGone, kind: kindRequest, code: "request_incomplete",
			message: "The body did not arrive whole.",
		}
	default:
		return &refusal{
			status: http.StatusBadRequest, kind: kindRequest, code: "request_malformed",
			message: "The body can't be read: its chunks are not what HTTP prescribes.",
		}
	}
}

func checkHeaders(r *http.Request, limit int64) *refusal {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &refusal{
			status: http.StatusUnsupportedMediaType, kind: kindRequest, code: "unsupported_content_encoding",
			message: fmt.Sprintf("The body is encoded as %q. Send it as it is.", cut(encoding, 40)),
		}
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return &refusal{
			status: http.StatusUnsupportedMediaType, kind: kindRequest, code: "unsupported_content_type",
			message: "Send the body with \"Content-Type: application/json\".",
		}
	}
	if r.ContentLength > limit {
		return tooLarge(limit)
	}
	return nil
}

func isJSON(contentType string) bool {
	if contentType == "application/json" { // as nearly all say it
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/json"
}

func tooLarge(limit int64) *refusal {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, kind: kindRequest, code: "request_too_large",
		message: fmt.Sprintf("The body is larger than %d bytes, which is the limit set in Headgate.", limit),
	}
}

// refusedHead is the answer to a body that the head scan doesn't take.
func refusedHead(f *headFault) *refusal {
	return &refusal{
		status: http.StatusBadRequest, kind: kindRequest,
		code: f.code, param: f.param, message: f.message,
	}
}

// wentInCircles tells whether this very process sent the request.
func wentInCircles(h http.Header) bool {
	for _, hops := range h[hopHeader] {
		if strings.Contains(hops, self) {
			return true
		}
	}
	return false
}

// passedOn are the client's headers that mean something to a provider. All
// others stay here, credentials above all.
var passedOn = []string{"Accept", "User-Agent", "Openai-Beta", "Http-Referer", "X-Title", "Traceparent", "Tracestate"}

// upstreamRequest is a request to a provider.
type upstreamRequest struct {
	method string
	url    *url.URL
	target *http1.Target // the same; nil: only net/http can ask it
	fields http1.Fields
	body   [][]byte
}

// upstreamFields appends the fields of the head of a request to a provider. The
// provider's own stand for all of their name.
func upstreamFields(f http1.Fields, client http.Header, key *providerKey) http1.Fields {
	pass := func(name string, values ...string) {
		if len(values) == 0 || key.fields.Has(name) {
			return
		}
		for _, value := range values {
			f = append(f, http1.Field{Name: name, Value: value})
		}
	}
	for _, name := range passedOn {
		pass(name, client[name]...)
	}
	if client["User-Agent"] == nil {
		pass("User-Agent", "headgate")
	}
	pass(hopHeader, client[hopHeader]...)
	pass(hopHeader, self)
	return append(f, key.fields...)
}

// fieldsFor are the fields of every request with a key.
func (p *provider) fieldsFor(secret string) http1.Fields {
	f := http1.Fields{{Name: "Content-Type", Value: "application/json"}, {Name: "Accept-Encoding", Value: "identity"}}
	for _, fixed := range p.headers {
		f = f.Set(fixed.Name, fixed.Value)
	}
	if secret != "" {
		f = f.Set(p.dialect.Credential(secret))
	}
	return f
}

// passedBack are the upstream's headers that mean something to the client.
var passedBack = []string{
	"Retry-After", "Retry-After-Ms", "Openai-Processing-Ms", "Openai-Version", "Openai-Model",
}

// passedBackLimits begins the names of those that tell of rate limits: each
// provider has limits of its own.
const passedBackLimits = "X-Ratelimit-"

// passedBackName is the name under which a field goes back; "": it doesn't.
func passedBackName(name string) string {
	for _, passed := range passedBack {
		if len(name) == len(passed) && strings.EqualFold(name, passed) {
			return passed
		}
	}
	if n := len(passedBackLimits); len(name) > n && strings.EqualFold(name[:n], passedBackLimits) {
		return http.CanonicalHeaderKey(name)
	}
	return ""
}
