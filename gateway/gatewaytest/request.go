package gatewaytest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Request is a request that an upstream received. Its fields don't change.
type Request struct {
	Seq     int // 1: the upstream's first
	Conn    int // 1: came over the upstream's first connection
	Method  string
	Path    string // with the query, as it stood on the request line
	Host    string
	Header  http.Header
	Body    []byte // as it was sent
	Key     string // bearer credential
	Model   string // the body's "model", when it is a string
	Stream  bool
	Arrived time.Time // when the body was there

	asksUsage     bool
	streamOptions bool

	mu     sync.Mutex
	end    End
	ended  chan struct{}
	hungUp chan struct{}
}

// End is how a request went.
type End struct {
	At       time.Time
	Complete bool // the whole reply was written, or broken off as scripted
	HungUp   bool // the client left before that
	Events   int  // body pieces written
	Bytes    int  // body bytes written
}

func newRequest(r *http.Request, body []byte) *Request {
	q := &Request{
		Method: r.Method, Path: r.RequestURI, Host: r.Host, Header: r.Header, Body: body,
		Arrived: time.Now(), ended: make(chan struct{}), hungUp: make(chan struct{}),
	}
	if scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		q.Key = key
	}
	var head struct {
		Model         any `json:"model"`
		Stream        any `json:"stream"`
		StreamOptions *struct {
			IncludeUsage bool `json:"include_usage"`
		} `json:"stream_options"`
	}
	if json.Unmarshal(body, &head) == nil {
		q.Model, _ = head.Model.(string)
		q.Stream, _ = head.Stream.(bool)
		if head.StreamOptions != nil {
			q.streamOptions, q.asksUsage = true, head.StreamOptions.IncludeUsage
		}
	}
	return q
}

// Ended is closed when the reply was written or broken off, or the client left.
func (q *Request) Ended() <-chan struct{} { return q.ended }

// HungUp is closed when the client left before the reply was complete.
func (q *Request) HungUp() <-chan struct{} { return q.hungUp }

// AwaitEnd waits for the end and returns it.
func (q *Request) AwaitEnd(ctx context.Context) (End, error) {
	select {
	case <-q.ended:
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.end, nil
	case <-ctx.Done():
		return End{}, ctx.Err()
	}
}

// AwaitHangUp waits until the client left, and returns when that was.
func (q *Request) AwaitHangUp(ctx context.Context) (time.Time, error) {
	select {
	case <-q.hungUp:
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.end.At, nil
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

func (q *Request) finish(end End) {
	q.mu.Lock()
	defer q.mu.Unlock()
	end.At = time.Now()
	q.end = end
	if end.HungUp {
		close(q.hungUp)
	}
	close(q.ended)
}
