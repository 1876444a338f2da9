package gateway_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// fault is a row of the fault list: an upstream that fails before anything was
// sent to the client.
type fault struct {
	name   string
	behave func(*visit)
	url    func(*testing.T) string // instead of behave
	class  gateway.Class
	reason string // "": any
	status int    // what the client gets when every member fails so
	asked  string // "json" or "stream": only asked so; "": both
	passes bool   // the upstream's own status and body go to the client, and nobody else is asked
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

var faultsBefore = []fault{
	{name: "FLT-001 refused", url: refusing, class: gateway.ClassTransient, reason: "connection_refused", status: 502},
	{
		name:  "FLT-003 no such host",
		url:   func(*testing.T) string { return "http://headgate.invalid/v1" },
		class: gateway.ClassTransient, status: 502,
	},
	{name: "FLT-007 plain HTTP where TLS should be", url: plainForTLS, class: gateway.ClassTransient, reason: "tls_failed", status: 502},
	{name: "FLT-006 self-signed", url: selfSigned, class: gateway.ClassTransient, reason: "tls_failed", status: 502},
	{name: "FLT-007 no handshake", url: noHandshake, class: gateway.ClassTransient, reason: "tls_failed", status: 502},
	{name: "FLT-008 reset before the head", behave: (*visit).reset, class: gateway.ClassTransient, status: 502},
	{name: "FLT-010 reset after the head", behave: func(v *visit) {
		v.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n")
		v.reset()
	}, class: gateway.ClassTransient, status: 502},
	{name: "FLT-012 no head", behave: (*visit).stall, class: gateway.ClassTimeout, status: 504},
	{name: "FLT-013 a head and no first token", behave: func(v *visit) {
		v.begin()
		v.chunk("data: " + role + "\n\n")
		v.stall()
	}, class: gateway.ClassTimeout, reason: "no_first_token", status: 504, asked: "stream"},
	{name: "FLT-015 pings for ever", behave: func(v *visit) {
		v.begin()
		for {
			if _, err := v.conn.Write([]byte("9\r\n: ping\n\n\n\r\n")); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}, class: gateway.ClassTimeout, reason: "no_first_token", status: 504, asked: "stream"},
	{
		name: "FLT-016 an error in a 200", behave: failing(200, errorBody("server_error", "", "the engine is down")),
		class: gateway.ClassTransient, status: 502,
	},
	{name: "FLT-017 HTML in a 200", behave: html(200), class: gateway.ClassMalformed, status: 502},
	{name: "FLT-018 nothing in a 200", behave: failing(200, ""), class: gateway.ClassMalformed, status: 502},
	{name: "FLT-019 cut JSON", behave: func(v *visit) {
		v.reply(200, "application/json", whole("cut")[:60])
	}, class: gateway.ClassMalformed, status: 502},
	{name: "FLT-020 fewer bytes than promised", behave: func(v *visit) {
		v.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + whole("cut"))
		_ = v.conn.CloseWrite()
		v.stall()
	}, class: gateway.ClassTransient, status: 502, asked: "json"},
	{name: "FLT-023 204", behave: func(v *visit) { v.say("HTTP/1.1 204 No Content\r\n\r\n") }, class: gateway.ClassTransient, status: 502},
	{name: "FLT-023 206", behave: failing(206, whole("part")), class: gateway.ClassTransient, status: 502},
	{name: "FLT-023 101", behave: func(v *visit) {
		v.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	}, class: gateway.ClassTransient, status: 502},
	{
		name: "FLT-024 redirect", behave: failing(307, "", "Location: http://127.0.0.1:1/v1/chat/completions"),
		class: gateway.ClassTransient, status: 502,
	},
	{name: "FLT-025 flood of 103", behave: func(v *visit) {
		early := strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", 20000)
		v.say(early)
		v.stall()
	}, class: gateway.ClassTransient, status: 502},
	{
		name: "FLT-026 400", behave: failing(400, errorBody("invalid_request_error", "", "temperature must be at most 2")),
		class: gateway.ClassCallerFault, status: 400, passes: true,
	},
	{
		name: "FLT-027 context length", behave: failing(400, errorBody("invalid_request_error", "context_length_exceeded", "too long")),
		class: gateway.ClassContextWindow, status: 400, passes: true,
	},
	{
		name: "FLT-027 context length in words", behave: failing(400, errorBody("BadRequestError", "400",
			"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens")),
		class: gateway.ClassContextWindow, status: 400, passes: true,
	},
	{
		name: "FLT-028 400 with a bad key", behave: failing(400, errorBody("invalid_request_error", "", "API key not valid. Please pass a valid API key.")),
		class: gateway.ClassCredential, status: 502,
	},
	{
		name: "FLT-029 401", behave: failing(401, errorBody("invalid_request_error", "invalid_api_key", "Incorrect API key provided")),
		class: gateway.ClassCredential, status: 502,
	},
	{name: "FLT-030 402", behave: failing(402, errorBody("", "", "Insufficient Balance")), class: gateway.ClassQuota, status: 503},
	{
		name: "FLT-030 insufficient_quota in a 429", behave: failing(429, errorBody("insufficient_quota", "insufficient_quota", "You exceeded your current quota")),
		class: gateway.ClassQuota, status: 503,
	},
	{name: "FLT-031 403", behave: failing(403, errorBody("", "", "forbidden")), class: gateway.ClassCredential, status: 502},
	{
		name: "FLT-032 moderation", behave: failing(400, errorBody("invalid_request_error", "content_policy_violation", "flagged by our safety system")),
		class: gateway.ClassContentPolicy, status: 400, passes: true,
	},
	{
		name: "FLT-033 404 model", behave: failing(404, errorBody("invalid_request_error", "model_not_found", "The model does not exist")),
		class: gateway.ClassModelUnavailable, status: 404,
	},
	{name: "FLT-034 404 HTML", behave: html(404), class: gateway.ClassModelUnavailable, status: 502},
	{name: "FLT-035 405", behave: failing(405, ""), class: gateway.ClassModelUnavailable, status: 502},
	{name: "FLT-035 501", behave: failing(501, ""), class: gateway.ClassModelUnavailable, status: 502},
	{name: "FLT-036 408", behave: failing(408, ""), class: gateway.ClassTransient},
	{name: "FLT-036 409", behave: failing(409, ""), class: gateway.ClassTransient},
	{name: "FLT-036 425", behave: failing(425, ""), class: gateway.ClassTransient},
	{name: "FLT-037 413", behave: failing(413, errorBody("invalid_request_error", "", "too large")), class: gateway.ClassCallerFault, status: 413, passes: true},
	{name: "FLT-038 415", behave: failing(415, errorBody("invalid_request_error", "", "no")), class: gateway.ClassCallerFault, status: 415, passes: true},
	{name: "FLT-038 422", behave: failing(422, errorBody("invalid_request_error", "", "no")), class: gateway.ClassCallerFault, status: 422, passes: true},
	{name: "FLT-039 429", behave: failing(429, errorBody("rate_limit_error", "rate_limit_exceeded", "slow down")), class: gateway.ClassRateLimited, status: 429},
	{
		name: "FLT-043 monthly limit", behave: failing(429, errorBody("", "", "You have reached your specified monthly spend limit")),
		class: gateway.ClassQuota, status: 503,
	},
	{name: "FLT-044 500", behave: failing(500, serverError), class: gateway.ClassTransient, status: 502},
	{name: "FLT-044 502", behave: html(502), class: gateway.ClassTransient, status: 502},
	{name: "FLT-044 503", behave: failing(503, serverError), class: gateway.ClassTransient},
	{name: "FLT-044 504", behave: failing(504, ""), class: gateway.ClassTransient},
	{name: "FLT-044 520", behave: html(520), class: gateway.ClassTransient},
	{name: "FLT-044 527", behave: html(527), class: gateway.ClassTransient},
	{name: "FLT-045 529", behave: failing(529, errorBody("overloaded_error", "", "Overloaded")), class: gateway.ClassTransient},
	{name: "FLT-046 overloaded as the first event of a 200", behave: func(v *visit) {
		v.events(errorBody("overloaded_error", "", "Overloaded"))
	}, class: gateway.ClassTransient, asked: "stream"},
	{name: "FLT-050 [DONE] at once", behave: func(v *visit) { v.events(done) }, class: gateway.ClassMalformed, status: 502, asked: "stream"},
	{name: "FLT-050 a role and [DONE]", behave: func(v *visit) { v.events(role, done) }, class: gateway.ClassMalformed, status: 502, asked: "stream"},
	{name: "FLT-049 an end before anything", behave: func(v *visit) { v.events(role) }, class: gateway.ClassMalformed, asked: "stream"},
	{name: "FLT-057 not JSON as the first event", behave: func(v *visit) { v.events("{oops") }, class: gateway.ClassMalformed, status: 502, asked: "stream"},
	{name: "FLT-061 brotli", behave: failing(200, "\x0b\x02\x80hello\x03", "Content-Encoding: br"), class: gateway.ClassTransient, status: 502},
	{name: "FLT-061 broken gzip", behave: failing(200, "this is not gzip", "Content-Encoding: gzip"), status: 502},
}

func selfSigned(t *testing.T) string {
	return gatewaytest.Start(t, gatewaytest.Fault("FLT-006:self_signed")).URL()
}

func noHandshake(t *testing.T) string {
	return gatewaytest.Start(t, gatewaytest.Fault("FLT-007")).URL()
}

// plainForTLS is an https URL at which a server speaks plain HTTP.
func plainForTLS(t *testing.T) string {
	u := serve(t, healthy)
	return "https" + strings.TrimPrefix(u.url, "http")
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

func (f fault) start(t *testing.T) string {
	if f.url != nil {
		return f.url(t)
	}
	return serve(t, f.behave).url
}

func bodyFor(asked string) string {
	if asked == "stream" {
		return streamBody
	}
	return plainBody
}

// While a member is healthy the client never sees a failure that this member
// could have answered.
func TestFaultsBeforeCommitFailOver(t *testing.T) {
	for _, f := range faultsBefore {
		for _, asked := range []string{"json", "stream"} {
			if f.asked != "" && f.asked != asked {
				continue
			}
			t.Run(f.name+" "+asked, func(t *testing.T) {
				t.Parallel()
				good := serve(t, healthy)
				h := open(t, []string{f.start(t), good.url}, impatient)
				got := h.post(bodyFor(asked))
				call := h.ledger.await(t, 1)[0]
				first := call.Attempts[0].Outcome
				if f.class != "" && first.Class != f.class || f.reason != "" && first.Reason != f.reason || first.Reason == "" {
					t.Errorf("outcome %+v, want class %q reason %q", first, f.class, f.reason)
				}
				if f.passes {
					if got.status != f.status || len(good.seen()) != 0 {
						t.Errorf("got %d, and %d requests at the other member; want %d passed on and none", got.status, len(good.seen()), f.status)
					}
					got.envelope(t)
					return
				}
				got.wantGood(t, asked == "stream")
				if len(call.Attempts) != 2 || call.State != gateway.StateOK || call.Attempts[1].Outcome.Class != gateway.ClassOK {
					t.Errorf("call %+v, want ok after two attempts", call)
				}
				if n := len(good.seen()); n != 1 {
					t.Errorf("the healthy member was asked %d times", n)
				}
			})
		}
	}
}

// When every member fails so, the client gets one clear error with the status
// of the fault list.
func TestFaultsBeforeCommitEndInOneError(t *testing.T) {
	for _, f := range faultsBefore {
		for _, asked := range []string{"json", "stream"} {
			if f.asked != "" && f.asked != asked {
				continue
			}
			t.Run(f.name+" "+asked, func(t *testing.T) {
				t.Parallel()
				h := open(t, []string{f.start(t)}, impatient)
				got := h.post(bodyFor(asked))
				if got.err != nil {
					t.Fatal(got.err)
				}
				if f.status != 0 && got.status != f.status {
					t.Errorf("status %d, want %d: %s", got.status, f.status, got.body)
				}
				if got.status < 400 {
					t.Errorf("status %d for a failure: %s", got.status, got.body)
				}
				code, _ := got.envelope(t)
				if strings.Contains(got.body, providerKey) {
					t.Errorf("the provider key is in the reply: %s", got.body)
				}
				call := h.ledger.await(t, 1)[0]
				if call.State != gateway.StateFailed || call.Status != got.status || call.Message == "" {
					t.Errorf("recorded %q %d %q, want failed %d with a message", call.State, call.Status, call.Message, got.status)
				}
				if f.passes {
					return
				}
				if code == "" || call.ErrorCode != code {
					t.Errorf("code %q in the reply, %q in the log", code, call.ErrorCode)
				}
				if got.header.Get("X-Should-Retry") != "false" {
					t.Errorf("x-should-retry is %q although every member was tried", got.header.Get("X-Should-Retry"))
				}
			})
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
