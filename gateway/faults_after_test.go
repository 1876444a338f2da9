package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

// After the first byte nobody else is asked: the client is told, the stream
// never looks complete, and the member is blamed.
func TestFaultsAfterCommit(t *testing.T) {
	for _, f := range []struct {
		name   string
		after  func(*visit)
		class  gateway.Class
		reason string
	}{
		{"FLT-011 reset", (*visit).reset, gateway.ClassTransient, "connection_reset"},
		{"FLT-014 stall", (*visit).stall, gateway.ClassTimeout, "stream_idle"},
		{"FLT-014 pings but no words", func(v *visit) {
			for {
				if _, err := v.conn.Write([]byte("9\r\n: ping\n\n\n\r\n")); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}, gateway.ClassTimeout, "stream_idle"},
		{"FLT-047 error event", func(v *visit) {
			v.chunk("data: " + errorBody("server_error", "", "engine crashed, key "+providerKey+"-1") + "\n\n")
			v.end()
		}, gateway.ClassTransient, "upstream_error"},
		{"FLT-047 error event that names a rate limit", func(v *visit) {
			v.chunk("event: error\ndata: " + errorBody("rate_limit_error", "rate_limit_exceeded", "slow down") + "\n\n")
			v.end()
		}, gateway.ClassRateLimited, "rate_limited"},
		{"FLT-049 an end without finish_reason", (*visit).end, gateway.ClassMalformed, "cut_stream"},
		{"FLT-057 not JSON", func(v *visit) { v.chunk("data: {oops\n\n"); v.end() }, gateway.ClassMalformed, "not_json"},
	} {
		for _, d := range doors {
			t.Run(f.name+" "+d.name, func(t *testing.T) {
				t.Parallel()
				u := serve(t, func(v *visit) {
					v.begin()
					v.chunk("data: " + role + "\n\n")
					v.chunk("data: " + delta("half") + "\n\n")
					time.Sleep(30 * time.Millisecond) // so that the words and the break don't come as one
					f.after(v)
				})
				other := serve(t, healthy)
				h := open(t, []string{u.url, other.url}, impatient)
				got := d.ask(h, d.stream)
				w := want{
					stream: true, fate: brokenOff, text: "half", asked: []int{1, 0}, answered: 200,
					first: gateway.Outcome{Class: f.class, Reason: f.reason},
				}
				if f.class == gateway.ClassRateLimited {
					w.first.Bench = 5 * time.Second
				}
				w.check(t, h, d, got, h.ledger.await(t, 1)[0], u.received(), other.received())
			})
		}
	}
}

// FLT-048: a stream that has its finish_reason is complete without [DONE],
// whatever becomes of the connection.
func TestFLT048FinishWithoutDone(t *testing.T) {
	for name, after := range map[string]func(*visit){
		"end": (*visit).end, "reset": (*visit).reset, "stall": (*visit).stall,
	} {
		for _, d := range doors {
			t.Run(name+" "+d.name, func(t *testing.T) {
				t.Parallel()
				u := serve(t, func(v *visit) {
					v.begin()
					v.chunk("data: " + role + "\n\ndata: " + delta("good") + "\n\ndata: " + finish + "\n\n")
					time.Sleep(30 * time.Millisecond) // so that a reset doesn't overtake the words
					after(v)
				})
				h := open(t, []string{u.url}, impatient)
				got := d.ask(h, d.stream)
				w := want{stream: true, fate: itAnswers, text: "good", asked: []int{1}, answered: 200, first: gateway.Outcome{Class: gateway.ClassOK, Reason: "ok"}}
				w.check(t, h, d, got, h.ledger.await(t, 1)[0], u.received())
			})
		}
	}
}

// FLT-070 and 071: when the client goes away, the upstream is left at once and
// nobody is blamed.
func TestClientGone(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*visit)
		waits  bool // for the first words
	}{
		{"FLT-070 while waiting for a head", func(*visit) {}, false},
		{"FLT-070 while waiting for a token", func(v *visit) { v.begin() }, false},
		{"FLT-071 in the middle of a stream", func(v *visit) { v.begin(); v.chunk("data: " + delta("half") + "\n\n") }, true},
	} {
		for i := range 4 {
			d, stream := doors[i/2], i%2 == 1
			if c.waits && !stream {
				continue
			}
			t.Run(fmt.Sprintf("%s, %s, stream %v", c.name, d.name, stream), func(t *testing.T) {
				t.Parallel()
				arrived, left := make(chan struct{}), make(chan time.Time, 1)
				u := serve(t, func(v *visit) {
					c.before(v)
					close(arrived)
					v.stall()
					left <- time.Now()
				})
				other := serve(t, healthy)
				h := open(t, []string{u.url, other.url})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				answered := make(chan *http.Response, 1)
				go func() {
					path := map[string]string{"chat": "/v1/chat/completions", "responses": "/v1/responses"}[d.name]
					resp, err := h.server.Client().Do(h.requestTo(ctx, path, d.body(stream)))
					if err != nil {
						resp = nil
					}
					answered <- resp
				}()
				<-arrived
				if c.waits {
					resp := <-answered
					if resp == nil {
						t.Fatal("no reply")
					}
					if _, err := io.ReadAtLeast(resp.Body, make([]byte, 20), 20); err != nil {
						t.Fatal(err)
					}
					defer func() { _ = resp.Body.Close() }()
				}
				gone := time.Now()
				cancel()
				select {
				case at := <-left:
					if d := at.Sub(gone); d > time.Second {
						t.Errorf("the upstream was left after %v", d)
					}
				case <-time.After(patience):
					t.Fatal("the upstream was not left")
				}
				if !c.waits {
					<-answered
				}
				call := h.ledger.await(t, 1)[0]
				if call.State != gateway.StateCanceled || call.Status != 499 || len(call.Attempts) != 1 {
					t.Errorf("recorded %+v, want canceled 499", call)
				}
				if o := call.Attempts[0].Outcome; o.Class != gateway.ClassCanceled || o.Blames != gateway.BlamesNobody || o.Counts {
					t.Errorf("outcome %+v", o)
				}
				if call.ErrorCode != "" || call.Usage != (gateway.Usage{}) || call.BytesOut > 0 != c.waits {
					t.Errorf("recorded %+v", call)
				}
				if len(h.Health()) != 0 {
					t.Errorf("somebody is blamed: %+v", h.Health())
				}
				if all := u.received(); len(all) != 1 || all[0].body != d.asksOf(1, stream) {
					t.Errorf("the member received %+v", all)
				}
				if len(other.seen()) != 0 {
					t.Error("the next member was asked for a client that had gone")
				}
			})
		}
	}
}

// With several choices a stream is complete when all of them are.
func TestSeveralChoices(t *testing.T) {
	t.Parallel()
	const body = `{"model":"chat","stream":true,"n":2,"messages":[{}]}`
	second := strings.Replace(finish, `"index":0`, `"index":1`, 1)
	var events []string
	u := serve(t, func(v *visit) { v.events(events...) })
	h := open(t, []string{u.url})
	events = []string{delta("good"), finish}
	if got := h.post(body); got.err == nil || strings.Contains(got.body, done) {
		t.Errorf("with one of two choices complete: %v %s", got.err, got.body)
	}
	events = []string{delta("good"), finish, second}
	h.post(body).wantGood(t, true)
	events = []string{delta("good"), done}
	h.post(body).wantGood(t, true)
}
