package gateway_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// spelled is an entry of the fault list in other words than the scripted
// upstream's: a failure before anything was sent to the client.
type spelled struct {
	name   string
	behave func(*visit)
	class  gateway.Class
	reason string
	bench  time.Duration
	status int    // the upstream's
	alone  int    // what the client gets when every member fails so; 0: as the class has it
	passed string // the upstream's own error, which goes to the client, and nobody else is asked
	asked  string // "json" or "stream": only asked so; "": both
}

func errorBody(kind, code, message string) string {
	return `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":"` + code + `"}}`
}

func failing(status int, body string, headers ...string) func(*visit) {
	return func(v *visit) { v.reply(status, "application/json", body, headers...) }
}

func html(status int) func(*visit) {
	return func(v *visit) {
		v.reply(status, "text/html", "<!DOCTYPE html><html><body>Welcome to nginx</body></html>")
	}
}

var serverError = errorBody("server_error", "", "boom")

// passed is a row whose error goes to the client.
func passed(name string, status int, body string, class gateway.Class, reason string) spelled {
	return spelled{name: name, behave: failing(status, body), class: class, reason: reason, status: status, alone: status, passed: body}
}

var faultsBefore = []spelled{
	{name: "FLT-010 reset after a head with a length", behave: func(v *visit) {
		v.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n")
		v.reset()
	}, class: gateway.ClassTransient, reason: "connection_reset", status: 200},
	{name: "FLT-016 an error in a 200", behave: failing(200, errorBody("server_error", "", "the engine is down")), class: gateway.ClassTransient, reason: "upstream_error", status: 200},
	{name: "FLT-019 cut in the middle of a text", behave: func(v *visit) {
		v.reply(200, "application/json", whole("cut")[:60])
	}, class: gateway.ClassMalformed, reason: "not_json", status: 200},
	{name: "FLT-020 a half-closed connection", behave: func(v *visit) {
		v.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + whole("cut"))
		_ = v.conn.CloseWrite()
		v.stall()
	}, class: gateway.ClassTransient, reason: "connection_closed", status: 200},
	{name: "FLT-024 redirect to somewhere else", behave: failing(307, "", "Location: http://127.0.0.1:1/v1/chat/completions"), class: gateway.ClassTransient, reason: "redirected", status: 307},
	{name: "FLT-025 a flood that ends", behave: func(v *visit) {
		v.say(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", 20000))
		v.stall()
	}, class: gateway.ClassTransient, reason: "connection_failed"},
	passed("FLT-026 400", 400, errorBody("invalid_request_error", "", "temperature must be at most 2"), gateway.ClassCallerFault, "caller_fault"),
	passed("FLT-027 in words", 400, errorBody("BadRequestError", "400", "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"), gateway.ClassContextWindow, "context_window"),
	passed("FLT-032 moderation", 400, errorBody("invalid_request_error", "content_policy_violation", "flagged by our safety system"), gateway.ClassContentPolicy, "content_policy"),
	passed("FLT-037 413", 413, errorBody("invalid_request_error", "", "too large"), gateway.ClassCallerFault, "too_large"),
	passed("FLT-038 422", 422, errorBody("invalid_request_error", "", "no"), gateway.ClassCallerFault, "caller_fault"),
	{name: "FLT-028 400 with a bad key", behave: failing(400, errorBody("invalid_request_error", "", "API key not valid. Please pass a valid API key.")), class: gateway.ClassCredential, reason: "bad_key", bench: time.Hour, status: 400},
	{name: "FLT-029 401 without words", behave: failing(401, ""), class: gateway.ClassCredential, reason: "bad_key", bench: time.Hour, status: 401},
	{name: "FLT-030 an empty balance", behave: failing(402, errorBody("", "", "Insufficient Balance")), class: gateway.ClassQuota, reason: "quota", bench: time.Hour, status: 402},
	{name: "FLT-030 insufficient_quota in a 403", behave: failing(403, errorBody("insufficient_quota", "insufficient_quota", "You exceeded your current quota")), class: gateway.ClassQuota, reason: "quota", bench: time.Hour, status: 403},
	{name: "FLT-030 insufficient_quota in a 400", behave: failing(400, errorBody("insufficient_quota", "insufficient_quota", "You exceeded your current quota")), class: gateway.ClassQuota, reason: "quota", bench: time.Hour, status: 400},
	{name: "FLT-031 a page's 403", behave: html(403), class: gateway.ClassMalformed, reason: "html_reply", status: 403},
	{name: "FLT-031 403", behave: failing(403, errorBody("", "", "forbidden")), class: gateway.ClassCredential, reason: "forbidden", bench: time.Hour, status: 403},
	{name: "FLT-034 404 without words", behave: failing(404, ""), class: gateway.ClassModelUnavailable, reason: "wrong_path", bench: 10 * time.Minute, status: 404, alone: 502},
	{name: "FLT-036 408 without words", behave: failing(408, ""), class: gateway.ClassTransient, reason: "upstream_busy", status: 408},
	{name: "FLT-043 monthly limit", behave: failing(429, errorBody("", "", "You have reached your specified monthly spend limit")), class: gateway.ClassQuota, reason: "quota", bench: time.Hour, status: 429},
	{name: "FLT-044 503 with a time", behave: failing(503, serverError, "Retry-After: 20"), class: gateway.ClassTransient, reason: "upstream_error", bench: 20 * time.Second, status: 503},
	{name: "FLT-044 520", behave: html(520), class: gateway.ClassTransient, reason: "upstream_error", status: 520},
	{name: "FLT-044 527", behave: html(527), class: gateway.ClassTransient, reason: "upstream_error", status: 527},
	{name: "FLT-049 an end before anything", behave: func(v *visit) { v.events(role) }, class: gateway.ClassMalformed, reason: "empty_reply", status: 200, asked: "stream"},
	{name: "FLT-050 a role and [DONE]", behave: func(v *visit) { v.events(role, done) }, class: gateway.ClassMalformed, reason: "no_content", status: 200},
	{name: "FLT-057 not JSON as the first event", behave: func(v *visit) { v.events("{oops") }, class: gateway.ClassMalformed, reason: "not_json", status: 200},
	{name: "FLT-061 brotli", behave: failing(200, "\x0b\x02\x80hello\x03", "Content-Encoding: br"), class: gateway.ClassTransient, reason: "unknown_encoding", status: 200},
}

// impatient makes timeouts short enough for a test, and failures harmless for
// the calls after.
func impatient(c *gateway.Config) {
	c.Timeouts = gateway.Timeouts{
		Connect: 500 * time.Millisecond, TLS: 500 * time.Millisecond,
		FirstToken: time.Second, StreamIdle: time.Second, Reply: time.Second,
	}
	c.Failover.Count = 100
}

func bodyFor(asked string) string {
	if asked == "stream" {
		return streamBody
	}
	return plainBody
}

// While a member is healthy the client never sees a failure that this member
// could have answered; when every member fails so, it gets one clear error.
func TestFaultsBeforeCommit(t *testing.T) {
	for _, f := range faultsBefore {
		for _, d := range doors {
			for as, stream := range map[string]bool{"json": false, "stream": true} {
				if f.asked != "" && f.asked != as {
					continue
				}
				w := want{
					stream: stream, fate: nextAnswers, text: "good", asked: []int{1, 1}, answered: f.status, usage: metered,
					first: gateway.Outcome{Class: f.class, Reason: f.reason, Bench: f.bench},
				}
				alone := w
				alone.fate, alone.text, alone.asked, alone.usage, alone.status = oneError, "", []int{1}, gateway.Usage{}, f.alone
				if f.passed != "" {
					alone.fate, alone.body = passedOn, f.passed
					alone.code, alone.kind = answer{body: f.passed}.says()
					w = alone
					w.asked = []int{1, 0}
				} else if stream {
					w.usage = detailed
				}
				t.Run(f.name+" "+d.name+" "+as, func(t *testing.T) {
					t.Parallel()
					bad, good := serve(t, f.behave), serve(t, healthy)
					h := open(t, []string{bad.url, good.url}, impatient)
					got := d.ask(h, d.body(stream))
					w.check(t, h, d, got, h.ledger.await(t, 1)[0], bad.received(), good.received())

					bad = serve(t, f.behave)
					h = open(t, []string{bad.url}, impatient)
					got = d.ask(h, d.body(stream))
					alone.check(t, h, d, got, h.ledger.await(t, 1)[0], bad.received())
				})
			}
		}
	}
}

// FLT-009: a kept connection that turns out dead costs neither the call nor
// the member's name; only once, and only then.
func TestFLT009DeadKeptConnection(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if v.nth == 2 {
			_ = v.conn.Close()
			return
		}
		healthy(v)
	})
	h := open(t, []string{u.url})
	h.post(plainBody).wantGood(t, false)
	h.post(plainBody).wantGood(t, false)
	for _, call := range h.ledger.await(t, 2) {
		if len(call.Attempts) == 0 || call.Attempts[len(call.Attempts)-1].Outcome.Class != gateway.ClassOK {
			t.Errorf("call %+v", call)
		}
	}
	for _, m := range h.Health() {
		if m.Failures != 0 {
			t.Errorf("the member is blamed: %+v", m)
		}
	}
	if n := len(u.seen()); n != 3 {
		t.Errorf("%d requests reached the upstream, want 3", n)
	}
}

// However many kept connections are dead, a call reaches its member at most
// twice: what an upstream received it may have begun to charge for.
func TestFLT009OnceMoreAndNoOftener(t *testing.T) {
	t.Parallel()
	const kept = 6
	var held sync.WaitGroup
	held.Add(kept)
	release := make(chan struct{})
	u := serve(t, func(v *visit) {
		if v.nth > 1 {
			v.reset()
			return
		}
		if bytes.Contains(v.Body, []byte("hold")) {
			held.Done()
			<-release
		}
		healthy(v)
	})
	h := open(t, []string{u.url})
	var calls sync.WaitGroup
	for range kept {
		calls.Go(func() {
			h.post(strings.Replace(plainBody, `"messages"`, `"note":"hold","messages"`, 1)).wantGood(t, false)
		})
	}
	held.Wait()
	close(release)
	calls.Wait()
	h.post(plainBody).wantGood(t, false)
	if n := len(u.seen()) - kept; n != 2 {
		t.Errorf("one call reached the member %d times, want 2", n)
	}
}

// FLT-027: a context that is too small for one member may fit the next.
func TestFLT027LargerContext(t *testing.T) {
	t.Parallel()
	small := serve(t, failing(400, errorBody("invalid_request_error", "context_length_exceeded", "too long")))
	unknown, large := serve(t, healthy), serve(t, healthy)
	h := open(t, []string{small.url, unknown.url, large.url}, func(c *gateway.Config) {
		c.Providers[0].Models[0].ContextTokens = 8000
		c.Providers[2].Models[0].ContextTokens = 128000
	})
	h.post(plainBody).wantGood(t, false)
	if len(unknown.seen()) != 0 || len(large.seen()) != 1 {
		t.Errorf("the member of unknown context got %d requests, the large one %d", len(unknown.seen()), len(large.seen()))
	}
}

// Several keys of one provider are tried in turn before the next member.
func TestNextKeyBeforeNextMember(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if v.Header.Get("Authorization") != "Bearer sk-second-0123456789" {
			v.reply(401, "application/json", errorBody("", "invalid_api_key", "no"))
			return
		}
		healthy(v)
	})
	other := serve(t, healthy)
	h := open(t, []string{u.url, other.url}, func(c *gateway.Config) {
		c.Providers[0].Keys = []gateway.ProviderKey{
			{ID: 11, Secret: "sk-first-0123456789", Hint: "sk-f"}, {ID: 12, Secret: "sk-second-0123456789", Hint: "sk-s"},
		}
	})
	h.post(plainBody).wantGood(t, false)
	h.post(plainBody).wantGood(t, false)
	calls := h.ledger.await(t, 2)
	if len(other.seen()) != 0 {
		t.Error("the next member was asked although a key was left")
	}
	first := calls[0].Attempts
	if len(first) != 2 || first[0].Outcome.Blames != gateway.BlamesKey || first[0].Outcome.Action != gateway.ActionNextKey ||
		first[0].Outcome.Bench < time.Minute || first[1].ProviderKeyID != 12 {
		t.Errorf("attempts %+v", first)
	}
	if len(calls[1].Attempts) != 1 {
		t.Errorf("a benched key was asked again: %+v", calls[1].Attempts)
	}
}

// Each member at most once per call, and no more than the limit.
func TestAttemptLimit(t *testing.T) {
	t.Parallel()
	u := serve(t, failing(500, serverError))
	urls := []string{u.url, u.url, u.url, u.url}
	h := open(t, urls, func(c *gateway.Config) { c.Limits.Attempts = 3 })
	got := h.post(plainBody)
	if len(u.seen()) != 3 {
		t.Errorf("%d attempts, want 3", len(u.seen()))
	}
	if got.header.Get("X-Should-Retry") == "false" {
		t.Error("x-should-retry: false, although a member was not tried")
	}
	if got.header.Get("X-Headgate-Attempts") != "3" {
		t.Errorf("x-headgate-attempts %q, want 3", got.header.Get("X-Headgate-Attempts"))
	}
}

// FLT-039 to 042: how long a rate limit benches.
func TestRateLimitBench(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	for _, c := range []struct {
		name    string
		headers []string
		want    time.Duration
	}{
		{"FLT-039 bare", nil, 5 * time.Second},
		{"FLT-040 seconds", []string{"Retry-After: 7"}, 7 * time.Second},
		{"FLT-041 date, skewed", []string{
			"Date: " + now.Add(-time.Hour).Format(http.TimeFormat),
			"Retry-After: " + now.Add(-time.Hour+20*time.Second).Format(http.TimeFormat),
		}, 20 * time.Second},
		{"FLT-041 date, past", []string{
			"Date: " + now.Format(http.TimeFormat), "Retry-After: " + now.Add(-time.Minute).Format(http.TimeFormat),
		}, time.Second},
		{"FLT-042 junk", []string{"Retry-After: soon"}, 5 * time.Second},
		{"FLT-042 1e9", []string{"Retry-After: 1000000000"}, 30 * time.Minute},
		{"FLT-042 ms", []string{"Retry-After-Ms: 2500", "Retry-After: 9"}, 2500 * time.Millisecond},
		{"reset", []string{"X-Ratelimit-Remaining-Requests: 0", "X-Ratelimit-Reset-Requests: 1m30s"}, 90 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, failing(429, errorBody("", "", "slow down"), c.headers...))
			h := open(t, []string{u.url})
			got := h.post(plainBody)
			if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
				t.Errorf("got %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
			}
			o := h.ledger.await(t, 1)[0].Attempts[0].Outcome
			if o.Bench != c.want || o.Blames != gateway.BlamesBoth {
				t.Errorf("benches %v for %v, want key and member for %v", o.Blames, o.Bench, c.want)
			}
		})
	}
}
