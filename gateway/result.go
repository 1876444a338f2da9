package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"headgate/gateway/dialect"
)

// result is what came of a round trip, before it is classified.
type result struct {
	err    error // why there is no reply, or why it broke off; nil: status says it all
	status int   // upstream's; 0: none
	header http.Header
	body   []byte // of an error, its first part
	now    time.Time

	failure dialect.Error // what the body says went wrong
	keyword *Keyword      // the failure keyword that matched
	words   string        // all that describes the failure, in lower case

	told *Outcome // what it was classified as when the client was told of it
}

// What can be wrong with a reply that began well.
var (
	errClientGone     = errors.New("the client went away")
	errCommitLimit    = errors.New("the call took too long to begin its reply")
	errNoFirstToken   = errors.New("no first token within the time limit")
	errStreamIdle     = errors.New("the stream stood still for longer than the time limit")
	errReplyTimeout   = errors.New("no whole reply within the time limit")
	errEmptyReply     = errors.New("the reply is empty")
	errHTMLReply      = errors.New("the reply is a web page")
	errNotJSON        = errors.New("the reply is not JSON")
	errNoContent      = errors.New("the reply has no content")
	errCutStream      = errors.New("the stream ended without saying that it is complete")
	errTooLarge       = errors.New("the reply is too large")
	errEncoding       = errors.New("the reply has an encoding that was not asked for")
	errErrorInReply   = errors.New("the reply is an error although its status is not")
	errKeyword        = errors.New("a failure keyword matched")
	errTLS            = errors.New("the TLS handshake failed")
	errUnexpectedCode = errors.New("the status is not one of a chat reply")
)

// effectiveStatus is the upstream's status or, when an error came under a good
// one, the status that the error names.
func (r *result) effectiveStatus() int {
	if r.status < 300 && r.failure.Status != 0 {
		return r.failure.Status
	}
	return r.status
}

// readFailure takes in what the body says.
func (r *result) readFailure(d *dialect.Dialect) {
	if failure, ok := d.ReadError(r.body); ok {
		r.failure = failure
	}
	r.describe()
}

func (r *result) describe() {
	r.words = strings.ToLower(strings.Join([]string{
		r.failure.Code, r.failure.Type, r.failure.Message,
	}, "\n"))
}

func (r *result) namesModel() bool { return strings.Contains(r.words, "model") }

func (r *result) isHTML() bool {
	return errors.Is(r.err, errHTMLReply) ||
		strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || looksLikeHTML(r.body)
}

func looksLikeHTML(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && body[0] == '<'
}

// causeOf is why a context's work stopped, or err itself.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if ctx.Err() != nil {
		return errClientGone
	}
	return err
}

// message is one sentence for the log, without secrets.
func (r *result) message(hidden secrets) string {
	var text string
	switch {
	case r.keyword != nil && errors.Is(r.err, errKeyword):
		text = fmt.Sprintf("the failure keyword %q stands in the reply", r.keyword.Text)
	case r.failure.Message != "":
		text = fmt.Sprintf("the upstream answered %d: %s", r.status, r.failure.Message)
	case r.err != nil:
		text = r.err.Error()
	case r.isHTML() && r.status >= 500: // of what stands before the provider, which it can't reach
		text = fmt.Sprintf("the upstream answered %d with a web page", r.status)
	case r.isHTML():
		text = fmt.Sprintf("the upstream answered %d with a web page; check the base URL", r.status)
	case len(r.body) > 0:
		text = fmt.Sprintf("the upstream answered %d: %s", r.status, r.body)
	default:
		text = fmt.Sprintf("the upstream answered %d", r.status)
	}
	return cut(strings.Join(strings.Fields(string(hidden.hide([]byte(text)))), " "), 500)
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) || isWSA(err, 10061) }

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		isWSA(err, 10053) || isWSA(err, 10054)
}

// isShort tells whether this machine has run out of what a connection needs:
// descriptors, buffers, memory.
func isShort(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) ||
		errors.Is(err, syscall.ENOMEM) || isWSA(err, 10024) || isWSA(err, 10055)
}

// isWSA knows the numbers that Windows gives to socket errors.
func isWSA(err error, number syscall.Errno) bool {
	e, ok := errors.AsType[syscall.Errno](err)
	return ok && e == number
}

func isDNS(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

func isTLS(err error) bool {
	if errors.Is(err, errTLS) {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	// net/http has no types for these two.
	text := err.Error()
	return strings.Contains(text, "TLS handshake timeout") ||
		strings.Contains(text, "server gave HTTP response to HTTPS client") || strings.Contains(text, "tls: ")
}

func isTimeout(err error) bool { return os.IsTimeout(err) }

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "server closed") || strings.Contains(err.Error(), "http2: ")
}
