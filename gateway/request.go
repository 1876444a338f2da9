package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// How long a client may take to send its body, and what is left of it after a
// refusal: net/http reads that before it sends the reply.
const (
	uploadLimit  = 2 * time.Minute
	discardLimit = time.Second
)

// hopHeader names the processes that a call went through.
const hopHeader = "X-Headgate-Hop"

// readBody reads a request's body into buf, as long as ctx lasts.
func readBody(ctx context.Context, rc *http.ResponseController, r *http.Request, limit int64, buf *[]byte) *refusal {
	if refused := checkHeaders(r, limit); refused != nil {
		return refused
	}
	_ = rc.SetReadDeadline(time.Now().Add(uploadLimit))
	defer context.AfterFunc(ctx, func() { _ = rc.SetReadDeadline(time.Unix(1, 0)) })()
	if r.ContentLength > 0 {
		*buf = slices.Grow(*buf, int(r.ContentLength)+1)
	}
	for {
		if len(*buf) == cap(*buf) {
			*buf = slices.Grow(*buf, max(4<<10, len(*buf)))
		}
		n, err := r.Body.Read((*buf)[len(*buf):cap(*buf)])
		*buf = (*buf)[:len(*buf)+n]
		switch {
		case int64(len(*buf)) > limit:
			return tooLarge(limit)
		case errors.Is(err, io.EOF):
			_ = rc.SetReadDeadline(time.Time{})
			return nil
		case err != nil:
			return unreadable(ctx, err)
		}
	}
}

// unreadable tells why a body did not arrive whole.
func unreadable(ctx context.Context, err error) *refusal {
	switch {
	case errors.Is(context.Cause(ctx), errStopped):
		return &refusedStopping
	case ctx.Err() != nil, errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return &refusal{
			status: statusClientGone, kind: kindRequest, code: "request_incomplete",
			message: "The body did not arrive whole.",
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{
			status: http.StatusRequestTimeout, kind: kindRequest, code: "request_timeout",
			message: fmt.Sprintf("The body did not arrive within %v.", uploadLimit),
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
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
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

// upstreamHeader is the header of the request to a provider.
func upstreamHeader(client http.Header, p *provider, key *providerKey) http.Header {
	h := make(http.Header, len(passedOn)+len(p.headers)+5)
	for _, name := range passedOn {
		if values := client[name]; values != nil {
			h[name] = values
		}
	}
	if h["User-Agent"] == nil {
		h["User-Agent"] = []string{"headgate"}
	}
	h["Content-Type"] = []string{"application/json"}
	h["Accept-Encoding"] = []string{"identity"}
	h[hopHeader] = append(slices.Clone(client[hopHeader]), self)
	for _, fixed := range p.headers {
		h.Set(fixed.Name, fixed.Value)
	}
	p.dialect.SetCredential(h, key.secret)
	return h
}

// passedBack are the upstream's headers that mean something to the client.
var passedBack = []string{
	"Retry-After", "Retry-After-Ms", "Openai-Processing-Ms", "Openai-Version", "Openai-Model",
	"X-Ratelimit-Limit-Requests", "X-Ratelimit-Limit-Tokens",
	"X-Ratelimit-Remaining-Requests", "X-Ratelimit-Remaining-Tokens",
	"X-Ratelimit-Reset-Requests", "X-Ratelimit-Reset-Tokens",
}
