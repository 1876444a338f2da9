package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"headgate/gateway"
)

// longStream is a stream as real ones are: words in several scripts, a tool that
// is called, the reason why it ends, the usage and [DONE].
var longStream = []string{
	role,
	delta("Straße "), delta("東京 😀 "), delta("\"done\"\n"),
	`{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}]}`,
	`{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"at\": \"\u6771"}}]},"finish_reason":null}]}`,
	`{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]},"finish_reason":null}]}`,
	strings.Replace(finish, `"stop"`, `"tool_calls"`, 1),
	usage,
	done,
}

const (
	longText = "Straße 東京 😀 \"done\"\n"
	longTool = `{"at": "東"}`
)

// spelling of a stream, and where in it something is whole.
type spelling struct {
	body     string
	lineEnd  string
	first    int // the first words have come
	complete int // the reason has come: nothing of the reply is missing
	metered  int // the usage has come
}

func spell(lineEnd string) (s spelling) {
	s.lineEnd = lineEnd
	for i, data := range longStream {
		s.body += "data: " + data
		switch i {
		case 1:
			s.first = len(s.body)
		case len(longStream) - 3:
			s.complete = len(s.body)
		case len(longStream) - 2:
			s.metered = len(s.body)
		}
		s.body += lineEnd + lineEnd
	}
	return s
}

// tool is the arguments of the tool that a stream calls; ended tells whether the
// client was told that there are no more.
func (a answer) tool(d door) (arguments string, ended bool) {
	for _, data := range a.events() {
		var in struct {
			Type, Delta string
			Choices     []struct {
				Delta struct {
					ToolCalls []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
				}
				FinishReason string `json:"finish_reason"`
			}
		}
		if json.Unmarshal([]byte(data), &in) != nil {
			continue
		}
		if in.Type == "response.function_call_arguments.delta" {
			arguments += in.Delta
		}
		ended = ended || in.Type == "response.completed"
		for _, c := range in.Choices {
			ended = ended || c.FinishReason != ""
			for _, t := range c.Delta.ToolCalls {
				arguments += t.Function.Arguments
			}
		}
	}
	return arguments, ended
}

// cuts are the ways in which an upstream ends its reply after part of a stream.
var cuts = map[string]struct {
	doubt doubt
	end   func(v *visit, part string)
}{
	"chunked, without the last chunk": {shows, func(v *visit, part string) {
		v.begin()
		v.chunk(part)
		_ = v.conn.Close()
	}},
	"chunked, with the last chunk": {doesNotShow, func(v *visit, part string) {
		v.begin()
		v.chunk(part)
		v.end()
	}},
	"until the connection's end": {doesNotShow, func(v *visit, part string) {
		v.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + part)
		_ = v.conn.Close()
	}},
	"reset": {overtakes, func(v *visit, part string) {
		v.begin()
		v.chunk(part)
		v.reset()
	}},
}

// A stream that is cut after any of its bytes is either whole, because nothing
// was missing, or looks cut: an error at its end, no [DONE] and a connection
// that breaks off. Before the first words it is one error.
func TestStreamCutAtEveryByte(t *testing.T) {
	for lines, lineEnd := range map[string]string{"LF": "\n", "CRLF": "\r\n"} {
		for how, cut := range cuts {
			if lines == "CRLF" && how != "chunked, without the last chunk" && how != "until the connection's end" {
				continue // one of each kind: they differ in how the end shows, not in how lines end
			}
			for _, d := range doors {
				t.Run(how+" "+lines+" "+d.name, func(t *testing.T) {
					t.Parallel()
					s := spell(lineEnd)
					part := make(chan string, 1)
					u := serve(t, func(v *visit) { cut.end(v, <-part) })
					h := open(t, []string{u.url}, func(c *gateway.Config) { c.Failover.Count = 1 << 20 })
					for at := 1; at <= len(s.body); at++ {
						part <- s.body[:at]
						got := d.ask(h, d.stream)
						call := h.ledger.await(t, at)[at-1]
						if !s.check(t, d, at, cut.doubt, got, call) {
							t.Fatalf("cut after %d bytes, %q: %d %q (%v), recorded %+v", at, s.body[max(0, at-40):at], got.status, got.body, got.err, call)
						}
					}
				})
			}
		}
	}
}

// doubt is what a cut leaves open besides what came: an event without its blank
// line counts where the reply ended as HTTP prescribes, and not where the
// connection broke; a reset may overtake anything.
type doubt int

const (
	shows doubt = iota
	doesNotShow
	overtakes
)

// check looks at what came of a stream that was cut after some bytes.
func (s spelling) check(t *testing.T, d door, at int, doubt doubt, got answer, call gateway.Call) bool {
	t.Helper()
	// has and lacks tell whether something that is whole at an offset must have
	// come, and whether it may not have.
	has := func(offset int) bool {
		return doubt == doesNotShow && at >= offset || doubt == shows && at >= offset+2*len(s.lineEnd)
	}
	lacks := func(offset int) bool { return !has(offset) }
	for _, data := range got.events() {
		if data != done && !json.Valid([]byte(data)) {
			t.Errorf("half an event: %s", data)
			return false
		}
	}
	arguments, ended := got.tool(d)
	metered := call.Usage.Input.Known
	if len(call.Attempts) != 1 || metered && at < s.metered || !metered && has(s.metered) {
		return false
	}
	switch {
	case got.status == http.StatusOK && got.err == nil:
		return at >= s.complete && got.done() && ended && got.text() == longText && arguments == longTool && call.State == gateway.StateOK
	case got.status == http.StatusOK:
		code, _ := got.brokenBy(t, d)
		return at >= s.first && lacks(s.complete) && code != "" && !ended && !strings.Contains(got.body, done) &&
			strings.HasPrefix(longText, got.text()) && strings.HasPrefix(longTool, arguments) &&
			call.State == gateway.StatePartial && call.ErrorCode == code && call.Attempts[0].Outcome.Counts
	default:
		code, _ := got.envelope(t)
		return lacks(s.first) && got.status == http.StatusBadGateway && got.err == nil && call.ErrorCode == code && call.State == gateway.StateFailed
	}
}

// A client that wants a whole reply gets one only when the stream that it is put
// together from was whole; else the next member answers.
func TestStreamForJSONCutAtEveryByte(t *testing.T) {
	for _, d := range doors {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := spell("\n")
			part := make(chan string, 1)
			u, next := serve(t, func(v *visit) { cuts["until the connection's end"].end(v, <-part) }), serve(t, healthy)
			h := open(t, []string{u.url, next.url}, func(c *gateway.Config) { c.Failover.Count = 1 << 20 })
			for at := 1; at <= len(s.body); at++ {
				part <- s.body[:at]
				got := d.ask(h, d.plain)
				call := h.ledger.await(t, at)[at-1]
				text, attempts := longText, 1
				if at < s.complete {
					text, attempts = "good", 2
				}
				if got.err != nil || got.status != http.StatusOK || got.text() != text || len(call.Attempts) != attempts || call.State != gateway.StateOK ||
					attempts == 1 && (!strings.Contains(strings.ReplaceAll(got.body, `\u6771`, "東"), `{\"at\": \"東\"}`) || call.Usage.Input.Known != (at >= s.metered)) {
					t.Fatalf("cut after %d bytes: %d %q (%v), recorded %+v", at, got.status, got.body, got.err, call)
				}
			}
		})
	}
}
