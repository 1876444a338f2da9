package gateway_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

// However a stream is spelled, its words arrive, and it is complete.
func TestStreamSpellings(t *testing.T) {
	frames := []string{role, delta("go"), delta("od"), finish, done}
	joined := func(separator, end string) string {
		var b strings.Builder
		for _, f := range frames {
			b.WriteString(separator + f + end)
		}
		return b.String()
	}
	for _, c := range []struct{ name, body string }{
		{"LF", joined("data: ", "\n\n")},
		{"FLT-051 data after [DONE]", joined("data: ", "\n\n") + "data: " + delta("late") + "\n\n"},
		{"FLT-052 CRLF", joined("data: ", "\r\n\r\n")},
		{"FLT-052 CR", joined("data: ", "\r\r")},
		{"FLT-052 mixed", joined("data: ", "\r\n\n")},
		{"FLT-053 no space", joined("data:", "\n\n")},
		{"FLT-053 BOM", "\ufeff" + joined("data: ", "\n\n")},
		{"FLT-053 id, retry and comments", ": hi\n\nretry: 100\n\n" + joined("id: 1\ndata: ", "\n\n: ping\n\n")},
		{
			"FLT-053 several data lines",
			strings.Replace(joined("data: ", "\n\n"), `"object":"chat.completion.chunk",`, "\"object\":\"chat.completion.chunk\",\ndata: ", 3),
		},
		{"FLT-054 no last blank line", strings.TrimSuffix(joined("data: ", "\n\n"), "\n")},
		{"FLT-054 no last line end", strings.TrimSuffix(joined("data: ", "\n\n"), "\n\n")},
	} {
		for _, segment := range []int{1 << 20, 1, 7} {
			t.Run(fmt.Sprintf("%s in segments of %d", c.name, segment), func(t *testing.T) {
				t.Parallel()
				u := serve(t, func(v *visit) {
					v.begin()
					for piece := range slices.Chunk([]byte(c.body), segment) {
						v.chunk(string(piece))
					}
					v.end()
				})
				got := open(t, []string{u.url}).post(streamBody)
				got.wantGood(t, true)
				if strings.Contains(got.body, "late") {
					t.Errorf("what came after [DONE] was passed on: %s", got.body)
				}
			})
		}
	}
}

// FLT-055: one event of 2 MB arrives whole.
func TestFLT055LongLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 400_000)
	u := serve(t, func(v *visit) { v.events(delta(long), finish, done) })
	got := open(t, []string{u.url}).post(streamBody)
	if got.err != nil || got.text() != long || !got.done() {
		t.Errorf("got %d bytes of text (%v), want %d", len(got.text()), got.err, len(long))
	}
}

// FLT-056: a character may be cut in two by a segment.
func TestFLT056CutCharacters(t *testing.T) {
	t.Parallel()
	const text = "héllo 世界 🎉"
	frame := "data: " + delta(text) + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n"
	u := serve(t, func(v *visit) {
		v.begin()
		for i := range len(frame) {
			v.chunk(frame[i : i+1])
		}
		v.end()
	})
	if got := open(t, []string{u.url}).post(streamBody); got.text() != text {
		t.Errorf("text %q, want %q", got.text(), text)
	}
}

// FLT-060 and a JSON reply alike: a provider that compresses against our wish.
func TestFLT060Gzip(t *testing.T) {
	t.Parallel()
	packed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		return b.String()
	}
	u := serve(t, func(v *visit) {
		if v.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("asked for %q", v.Header.Get("Accept-Encoding"))
		}
		if v.stream() {
			v.begin("Content-Encoding: gzip")
			v.chunk(packed("data: " + delta("good") + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n"))
			v.end()
			return
		}
		v.reply(200, "application/json", packed(whole("good")), "Content-Encoding: gzip")
	})
	h := open(t, []string{u.url})
	h.post(streamBody).wantGood(t, true)
	h.post(plainBody).wantGood(t, false)
}

// A gzip bomb is not unpacked.
func TestGzipBomb(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 128<<20))
	_ = z.Close()
	u := serve(t, func(v *visit) { v.reply(200, "application/json", b.String(), "Content-Encoding: gzip") })
	good := serve(t, healthy)
	open(t, []string{u.url, good.url}).post(plainBody).wantGood(t, false)
}

// FLT-065: a JSON reply to a stream request becomes events.
func TestFLT065JSONForStream(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) { v.reply(200, "application/json", whole("good")) })
	h := open(t, []string{u.url})
	got := h.post(streamBody)
	got.wantGood(t, true)
	if strings.Contains(got.body, `"usage":{`) {
		t.Errorf("usage that nobody asked for: %s", got.body)
	}
	asked := h.post(`{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{}]}`)
	if !strings.Contains(asked.body, `"prompt_tokens":11`) {
		t.Errorf("no usage although asked for: %s", asked.body)
	}
	for _, call := range h.ledger.await(t, 2) {
		if call.Usage.Input != (gateway.Count{N: 11, Known: true}) || call.Usage.Output != (gateway.Count{N: 7, Known: true}) {
			t.Errorf("usage %+v", call.Usage)
		}
	}
}

// FLT-066: an event stream to a plain request is put together.
func TestFLT066StreamForJSON(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.events(role, delta("go"), delta("od"),
			`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\""}}]}}]}`,
			`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]}`,
			finish, usage, done)
	})
	h := open(t, []string{u.url})
	got := h.post(plainBody)
	got.wantGood(t, false)
	for _, want := range []string{`"arguments":"{\"a\":1}"`, `"object":"chat.completion"`, `"prompt_tokens":11`, `"finish_reason":"stop"`} {
		if !strings.Contains(compact(t, got.body), want) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
	if call := h.ledger.await(t, 1)[0]; call.Usage.Input.N != 11 {
		t.Errorf("usage %+v", call.Usage)
	}
}

// A cut event stream for a plain request goes to the next member.
func TestFLT066CutStreamForJSON(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) { v.events(role, delta("half")) })
	good := serve(t, healthy)
	open(t, []string{u.url, good.url}).post(plainBody).wantGood(t, false)
}

// FLT-067: what wasn't reported is unknown, never zero.
func TestFLT067UsageMissing(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if v.stream() {
			v.events(delta("good"), finish, done)
			return
		}
		v.reply(200, "application/json", `{"choices":[{"message":{"content":"good"},"finish_reason":"stop"}]}`)
	})
	h := open(t, []string{u.url})
	h.post(plainBody).wantGood(t, false)
	h.post(streamBody).wantGood(t, true)
	for _, call := range h.ledger.await(t, 2) {
		if call.Usage != (gateway.Usage{}) {
			t.Errorf("usage %+v, want all unknown", call.Usage)
		}
	}
}

// Usage is asked for, taken, and hidden again from a client that didn't ask.
func TestUsageOfStreams(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	got := h.post(streamBody)
	got.wantGood(t, true)
	if strings.Contains(got.body, "prompt_tokens") {
		t.Errorf("the extra usage chunk was passed on: %s", got.body)
	}
	if sent := string(u.seen()[0].Body); !strings.Contains(sent, `"stream_options":{"include_usage":true}`) {
		t.Errorf("usage was not asked for: %s", sent)
	}
	asked := h.post(`{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{}]}`)
	if !strings.Contains(asked.body, "prompt_tokens") {
		t.Errorf("the usage chunk was dropped: %s", asked.body)
	}
	want := gateway.Usage{
		Input: gateway.Count{N: 11, Known: true}, Output: gateway.Count{N: 7, Known: true},
		CachedInput: gateway.Count{N: 3, Known: true}, Reasoning: gateway.Count{N: 2, Known: true},
	}
	for _, call := range h.ledger.await(t, 2) {
		if call.Usage != want {
			t.Errorf("usage %+v, want %+v", call.Usage, want)
		}
		if call.FirstToken <= 0 || call.FirstToken > call.Duration || call.Attempts[0].FirstToken <= 0 || call.Attempts[0].FirstByte <= 0 {
			t.Errorf("timings %+v", call)
		}
	}
}

// What a member reported whose reply didn't count is not the call's: its price is
// another.
func TestUsageIsOfTheMemberThatAnswers(t *testing.T) {
	t.Parallel()
	for _, d := range doors {
		bad := serve(t, func(v *visit) { v.reply(200, "application/json", whole("quota exceeded")) })
		good := serve(t, func(v *visit) {
			v.reply(200, "application/json", `{"choices":[{"message":{"content":"good"},"finish_reason":"stop"}]}`)
		})
		h := open(t, []string{bad.url, good.url}, withKeyword("quota exceeded"))
		d.ask(h, d.plain).wantGood(t, false)
		if call := h.ledger.await(t, 1)[0]; call.Usage != (gateway.Usage{}) || len(call.Attempts) != 2 {
			t.Errorf("recorded %+v", call)
		}
	}
}

// A reply's bytes pass as they came: what is unknown or oddly spelled, comments
// and ids included. Only comments before the first words are kept back.
func TestReplyBytesPass(t *testing.T) {
	t.Parallel()
	const (
		body = " {\"x\" : 1e400,\r\n \"choices\":[ {\"message\":{\"content\":\"h\\u00e9\\/ \\ud800\",\"y\":-0.0},\"finish_reason\":\"stop\"} ],\"x\":[[]]}\n"
		odd  = "{ \"choices\":[{\"delta\":{\"content\":\"h\\u00e9\\/\", \"z\":12345678901234567890},\"index\":0}] , \"z\":1e400}"
	)
	stream := "id: 7\nretry: 10\nevent: message\ndata:" + odd + "\n\ndata: " + finish + "\n\n: bye\n\ndata: " + usage + "\n\ndata: " + done + "\n\n"
	u := serve(t, func(v *visit) {
		if !v.stream() {
			v.reply(200, "application/json; charset=utf-8", body)
			return
		}
		v.begin()
		for piece := range slices.Chunk([]byte(stream), 5) {
			v.chunk(string(piece))
		}
		v.end()
	})
	h := open(t, []string{u.url})
	if got := h.post(plainBody); got.body != body || got.err != nil {
		t.Errorf("got\n%q, said\n%q", got.body, body)
	}
	if got := h.post(`{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{}]}`); got.body != stream || got.err != nil {
		t.Errorf("got\n%q, said\n%q", got.body, stream)
	}
}

// A provider that doesn't know stream_options is asked again without, once,
// and then known for it.
func TestUsageRefused(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if strings.Contains(string(v.Body), "stream_options") {
			v.reply(400, "application/json", errorBody("invalid_request_error", "", "Unrecognized request argument supplied: stream_options"))
			return
		}
		v.events(delta("good"), finish, done)
	})
	h := open(t, []string{u.url})
	h.post(streamBody).wantGood(t, true)
	h.post(streamBody).wantGood(t, true)
	if n := len(u.seen()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	own := h.post(`{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{}]}`)
	if own.status != 400 {
		t.Errorf("a client's own stream_options gave %d, want the provider's 400", own.status)
	}
}

// A connection that breaks while the provider is asked again, without what it
// refused, is no fault of the caller's: the refusal before it says nothing.
func TestUsageRefusedThenBroken(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		if strings.Contains(string(v.Body), "stream_options") {
			v.reply(400, "application/json", errorBody("invalid_request_error", "", "Unrecognized request argument supplied: stream_options"))
			return
		}
		v.say("HTTP")
		v.reset()
	})
	good := serve(t, healthy)
	h := open(t, []string{u.url, good.url})
	h.post(streamBody).wantGood(t, true)
	first := h.ledger.await(t, 1)[0].Attempts[0]
	if first.Outcome.Class != gateway.ClassTransient || first.Status != 0 || first.FirstByte != 0 {
		t.Errorf("the first attempt is %+v", first)
	}
}

// FLT-068: our provider key doesn't come back out.
func TestFLT068KeyEchoed(t *testing.T) {
	t.Parallel()
	const secret = providerKey + "-1"
	u := serve(t, func(v *visit) {
		v.reply(400, "application/json", errorBody("invalid_request_error", "", "temperature is wrong, key "+secret))
	})
	h := open(t, []string{u.url})
	got := h.post(plainBody)
	if got.status != 400 || strings.Contains(got.body, secret) || !strings.Contains(got.body, "temperature is wrong") {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if record := fmt.Sprintf("%+v", h.ledger.await(t, 1)); strings.Contains(record, secret) {
		t.Errorf("the key is in the log: %s", record)
	}
}

func withKeyword(text string) func(*gateway.Config) {
	return func(c *gateway.Config) { c.Keywords = []gateway.Keyword{{ID: 7, Text: text}} }
}

// FLT-069: a failure keyword is found wherever the stream is cut.
func TestFLT069KeywordAtEverySplit(t *testing.T) {
	t.Parallel()
	for _, keyword := range []string{"quota exceeded", "余额不足", "no 🎉 left"} {
		text := []rune("Sorry: " + strings.ToUpper(keyword) + ".")
		var split int
		u := serve(t, func(v *visit) {
			v.events(role, delta(string(text[:split])), delta(string(text[split:])), finish, done)
		})
		good := serve(t, healthy)
		h := open(t, []string{u.url, good.url}, withKeyword(keyword), impatient)
		for split = range text {
			h.post(streamBody).wantGood(t, true)
		}
		for _, call := range h.ledger.await(t, len(text)) {
			o := call.Attempts[0].Outcome
			if o.Class != gateway.ClassKeyword || o.Keyword != keyword || o.KeywordID != 7 || !o.Counts || o.Blames != gateway.BlamesMember {
				t.Fatalf("%q: outcome %+v", keyword, o)
			}
		}
	}
}

func TestFLT069KeywordElsewhere(t *testing.T) {
	for _, c := range []struct {
		name   string
		behave func(*visit)
		asked  string
	}{
		{"in a JSON reply", func(v *visit) { v.reply(200, "application/json", whole("the Quota Exceeded")) }, "json"},
		{"escaped", func(v *visit) {
			v.reply(200, "application/json", `{"choices":[{"message":{"content":"\u0071uota\u0020exceeded"},"finish_reason":"stop"}]}`)
		}, "json"},
		{"escaped in a stream", func(v *visit) {
			v.events(`{"choices":[{"index":0,"delta":{"content":"\u0071uota\u0020"}}]}`, delta("exceeded"), finish, done)
		}, "stream"},
		{"byte by byte", func(v *visit) {
			v.begin()
			for _, b := range []byte("data: " + delta("quota exceeded") + "\n\ndata: " + finish + "\n\n") {
				v.chunk(string(b))
			}
			v.end()
		}, "stream"},
		{"in an error body", failing(400, errorBody("", "", "QUOTA EXCEEDED")), "json"},
		{"in an error event", func(v *visit) { v.events(errorBody("", "", "quota exceeded")) }, "stream"},
		{"at the end of a long JSON reply", func(v *visit) {
			v.reply(200, "application/json", whole(strings.Repeat("word ", 4000)+"quota exceeded"))
		}, "json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u, good := serve(t, c.behave), serve(t, healthy)
			h := open(t, []string{u.url, good.url}, withKeyword("quota exceeded"), impatient)
			h.post(bodyFor(c.asked)).wantGood(t, c.asked == "stream")
			if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Keyword != "quota exceeded" {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

// With keywords active the first words wait, but not for long.
func TestKeywordHoldEnds(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("slow") + "\n\n")
		v.stall()
	})
	h := open(t, []string{u.url}, withKeyword("quota exceeded"))
	begun := time.Now()
	resp, err := h.server.Client().Do(h.request(t.Context(), streamBody))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadAtLeast(resp.Body, make([]byte, 10), 10); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begun); d < 900*time.Millisecond || d > 3*time.Second {
		t.Errorf("the first words came after %v, want about 1 s", d)
	}
}

// After the first byte a keyword is noted and changes nothing.
func TestKeywordAfterCommit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 100)
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta(long) + "\n\n")
		time.Sleep(30 * time.Millisecond)
		v.chunk("data: " + delta("quota exceeded") + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	h := open(t, []string{u.url}, withKeyword("quota exceeded"))
	got := h.post(streamBody)
	if got.err != nil || got.text() != long+"quota exceeded" || !got.done() {
		t.Errorf("got %v %s", got.err, got.body)
	}
	call := h.ledger.await(t, 1)[0]
	if o := call.Attempts[0].Outcome; call.State != gateway.StateOK || o.Keyword != "quota exceeded" || o.Class != gateway.ClassOK {
		t.Errorf("state %q outcome %+v, want ok with the keyword noted", call.State, o)
	}
}

// FLT-022 and 021: a good body is taken whatever surrounds it.
func TestGoodBodiesInOddWrapping(t *testing.T) {
	for name, behave := range map[string]func(*visit){
		"FLT-022 wrong content type": func(v *visit) { v.reply(200, "text/plain", whole("good")) },
		"FLT-021 extra bytes": func(v *visit) {
			v.reply(200, "application/json", whole("good"))
			v.say("junk")
		},
		"FLT-059 trailers and extensions": func(v *visit) {
			body := whole("good")
			v.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n%x;ext=1\r\n%s\r\n0\r\nX-T: 1\r\n\r\n", len(body), body))
		},
		"until the connection's end": func(v *visit) {
			v.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + whole("good"))
			_ = v.conn.CloseWrite()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open(t, []string{serve(t, behave).url}).post(plainBody).wantGood(t, false)
		})
	}
}

// Every event goes out at once.
func TestEventsAreFlushedAtOnce(t *testing.T) {
	t.Parallel()
	next := make(chan string)
	u := serve(t, func(v *visit) {
		v.begin()
		for text := range next {
			v.chunk("data: " + delta(text) + "\n\n")
		}
		v.chunk("data: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	h := open(t, []string{u.url})
	go func() { next <- "w0" }()
	resp, err := h.server.Client().Do(h.request(t.Context(), streamBody))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var got strings.Builder
	piece := make([]byte, 4096)
	for i := range 5 {
		for !strings.Contains(got.String(), fmt.Sprintf("w%d", i)) {
			n, err := resp.Body.Read(piece)
			if err != nil {
				t.Fatalf("event %d didn't come: %v", i, err)
			}
			got.Write(piece[:n])
		}
		if i < 4 {
			next <- fmt.Sprintf("w%d", i+1)
		}
	}
	close(next)
	if _, err := io.Copy(&got, resp.Body); err != nil || !strings.Contains(got.String(), done) {
		t.Errorf("%v: %s", err, got.String())
	}
}
