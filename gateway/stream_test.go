package gateway_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

// The event that ends a broken reply has the code that the log has.
func TestBrokenOffSaysWhy(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("half") + "\n\n")
		v.stall()
	})
	h := open(t, []string{u.url}, impatient)
	got := h.post(streamBody)
	events := got.events()
	last := answer{status: got.status, body: events[len(events)-1]}
	code, message := last.envelope(t)
	call := h.ledger.await(t, 1)[0]
	if code != "upstream_timeout" || code != call.ErrorCode || !strings.Contains(message, call.Message) {
		t.Errorf("the client is told %q %q, the log %q %q", code, message, call.ErrorCode, call.Message)
	}
}

// Events that mean nothing keep a connection alive, but no stream.
func TestEmptyEventsAreSilence(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("half") + "\n\n")
		const ping = "data: {\"type\":\"ping\"}\n\n"
		for {
			if _, err := io.WriteString(v.conn, "17\r\n"+ping+"\r\n"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	h := open(t, []string{u.url}, impatient)
	if got := h.post(streamBody); got.err == nil || got.done() {
		t.Errorf("got %v %s", got.err, got.body)
	}
	if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != "stream_idle" {
		t.Errorf("outcome %+v", o)
	}
}

// Words that arrive together with a usage chunk that the client must not see
// don't wait for what follows.
func TestHiddenUsageHoldsNothingBack(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("go") + "\n\n")
		v.chunk("data: " + delta("od") + "\n\ndata: " + usage + "\n\n")
		<-read
		v.chunk("data: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	h := open(t, []string{u.url})
	resp, err := h.server.Client().Do(h.request(t.Context(), streamBody))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var got strings.Builder
	piece := make([]byte, 4096)
	for !strings.Contains(got.String(), `"od"`) {
		n, err := resp.Body.Read(piece)
		if err != nil {
			t.Fatalf("%v after %s", err, got.String())
		}
		got.Write(piece[:n])
	}
	close(read)
	if _, err := io.Copy(&got, resp.Body); err != nil || !strings.Contains(got.String(), done) || strings.Contains(got.String(), "prompt_tokens") {
		t.Errorf("%v: %s", err, got.String())
	}
}

// What one member reported is not held to have been used by the next.
func TestUsageIsThatOfTheReply(t *testing.T) {
	t.Parallel()
	first := serve(t, func(v *visit) { v.reply(200, "application/json", whole("quota exceeded")) })
	second := serve(t, func(v *visit) {
		v.reply(200, "application/json", `{"choices":[{"message":{"content":"good"},"finish_reason":"stop"}]}`)
	})
	h := open(t, []string{first.url, second.url}, withKeyword("quota exceeded"))
	h.post(plainBody).wantGood(t, false)
	if call := h.ledger.await(t, 1)[0]; call.Usage != (gateway.Usage{}) {
		t.Errorf("usage %+v, want all unknown", call.Usage)
	}
}

// An error that came under a 200 never goes out under one.
func TestErrorUnder200HasAStatus(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"error":{"type":"invalid_request_error"}}`,
		`{"error":{"code":400}}`,
		errorBody("invalid_request_error", "", "temperature is too high"),
	} {
		h := open(t, []string{serve(t, failing(200, body)).url})
		got := h.post(plainBody)
		if got.status != 400 {
			t.Errorf("%s: got %d %s", body, got.status, got.body)
		}
		got.envelope(t)
	}
}

// When an error of the caller's is passed on after other members failed as
// well, the log tells of the error that went out.
func TestLogTellsOfThePassedError(t *testing.T) {
	t.Parallel()
	small := serve(t, failing(400, errorBody("invalid_request_error", "context_length_exceeded", "too long")))
	broken := serve(t, failing(500, serverError))
	h := open(t, []string{small.url, broken.url}, func(c *gateway.Config) {
		c.Providers[0].Models[0].ContextTokens = 8000
		c.Providers[1].Models[0].ContextTokens = 16000
	})
	got := h.post(plainBody)
	call := h.ledger.await(t, 1)[0]
	if got.status != 400 || call.Status != 400 || call.ErrorCode != "context_length_exceeded" || !strings.Contains(call.Message, "too long") || len(call.Attempts) != 2 {
		t.Errorf("got %d %s, recorded %+v", got.status, got.body, call)
	}
}

// Several choices end one by one; the first end is not the stream's.
func TestEveryChoiceMustEnd(t *testing.T) {
	t.Parallel()
	choice := func(index int, text, end string) string {
		quoted, _ := json.Marshal(text)
		return `{"choices":[{"index":` + string(rune('0'+index)) + `,"delta":{"content":` + string(quoted) + `},"finish_reason":` + end + `}]}`
	}
	for name, c := range map[string]struct {
		frames   []string
		complete bool
	}{
		"one of two": {[]string{choice(0, "a", "null"), choice(1, "b", "null"), choice(0, "", `"stop"`)}, false},
		"both":       {[]string{choice(0, "a", "null"), choice(1, "b", "null"), choice(0, "", `"stop"`), choice(1, "", `"stop"`)}, true},
		"one twice":  {[]string{choice(0, "a", `"stop"`), choice(0, "", `"stop"`)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, []string{serve(t, func(v *visit) { v.events(c.frames...) }).url})
			got := h.post(`{"model":"chat","stream":true,"n":2,"messages":[{}]}`)
			if whole := got.err == nil && got.done(); whole != c.complete {
				t.Errorf("complete: %v, want %v: %v %s", whole, c.complete, got.err, got.body)
			}
		})
	}
}

// Some servers send blank lines for as long as they think.
func TestBlankLinesBeforeTheReply(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		for range 50 {
			v.chunk(strings.Repeat("\n", 40))
		}
		if v.stream() {
			v.chunk("data: " + delta("good") + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n")
		} else {
			v.chunk(whole("good"))
		}
		v.end()
	})
	h := open(t, []string{u.url})
	h.post(plainBody).wantGood(t, false)
	h.post(streamBody).wantGood(t, true)
}

// An error that merely speaks of stream_options doesn't cost the usage of all
// calls to come.
func TestUsageIsNotGivenUpForAnyError(t *testing.T) {
	t.Parallel()
	bad := serveSwitched(t, failing(500, errorBody("server_error", "", "crashed while reading stream_options")))
	h := open(t, []string{bad.url})
	h.post(streamBody)
	bad.fails.Store(false)
	h.post(streamBody).wantGood(t, true)
	if bad.count() != 2 || !strings.Contains(string(bad.seen()[1].Body), "include_usage") {
		t.Errorf("%d requests, the last %s", bad.count(), bad.seen()[bad.count()-1].Body)
	}
}

// A stream whose text is held back is let go by a timer, while the upstream may
// break off: the two don't meet in the reply's connection.
func TestOpenedByTimer(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	h := open(t, []string{serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + role + "\n\n")
		v.chunk("data: " + delta("some") + "\n\n")
		<-began
		v.reset()
	}).url}, func(c *gateway.Config) {
		c.Keywords = []gateway.Keyword{{ID: 1, Text: "never said"}}
	})
	body := `{"model":"chat","stream":true,"messages":[{"role":"user","content":"` + strings.Repeat("x", 100<<10) + `"}]}`
	reply, err := http.DefaultClient.Do(h.requestTo(t.Context(), "/v1/chat/completions", body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	in := bufio.NewReader(reply.Body)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	close(began)
	call := h.ledger.await(t, 1)[0]
	if call.State != gateway.StatePartial {
		t.Errorf("recorded %+v", call)
	}
}
