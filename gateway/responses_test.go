package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

const (
	plainAsk  = `{"model":"chat","input":"hi"}`
	streamAsk = `{"model":"chat","stream":true,"input":"hi"}`
)

// respond makes a call in the Responses dialect.
func (h *house) respond(body string, headers ...string) answer {
	h.t.Helper()
	return h.send(h.requestTo(h.t.Context(), "/v1/responses", body, headers...))
}

func responseDelta(text string) string {
	return fmt.Sprintf("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":%q}\n\n", text)
}

// responsesText is the text in a response or in an event of one.
func responsesText(data []byte) string {
	var in struct {
		Type, Delta string
		Output      []struct{ Content []struct{ Text string } }
	}
	if json.Unmarshal(data, &in) != nil {
		return ""
	}
	if in.Type == "response.output_text.delta" {
		return in.Delta
	}
	var b strings.Builder
	for _, item := range in.Output {
		for _, part := range item.Content {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// kinds are the types of a stream's events.
func (a answer) kinds(t *testing.T) (kinds []string) {
	t.Helper()
	for i, data := range a.events() {
		var in struct {
			Type   string
			Number int `json:"sequence_number"`
		}
		if err := json.Unmarshal([]byte(data), &in); err != nil || in.Type == "" || in.Number != i {
			t.Fatalf("event %d is none of a response: %v: %s", i, err, data)
		}
		if !strings.Contains(a.body, "event: "+in.Type+"\ndata: {\"type\":\""+in.Type+"\"") {
			t.Errorf("the event %s isn't named so", in.Type)
		}
		kinds = append(kinds, in.Type)
	}
	return kinds
}

// A call in the Responses dialect is asked of a member as a chat, and recorded
// like one.
func TestResponses(t *testing.T) {
	for _, body := range []string{plainAsk, streamAsk} {
		stream := body == streamAsk
		t.Run(fmt.Sprintf("stream %v", stream), func(t *testing.T) {
			t.Parallel()
			u := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{
				Header: []gatewaytest.Header{{Name: "Openai-Model", Value: "another"}, {Name: "Openai-Version", Value: "v"}},
				Usage:  gatewaytest.Raw(`{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":3}}`),
			}))
			h := open(t, []string{u.URL()}, capturing(gateway.CaptureAlways, 0))
			got := h.respond(body)
			if got.status != http.StatusOK || got.err != nil || got.text() != gatewaytest.Text(u.Marker(), 3) {
				t.Fatalf("got %d %q (%v): %s", got.status, got.text(), got.err, got.body)
			}
			if got.done() != stream || strings.Contains(got.body, done) {
				t.Errorf("the end of the stream: %s", got.body)
			}
			if stream {
				kinds := got.kinds(t)
				if !slices.Equal(kinds[:2], []string{"response.created", "response.in_progress"}) {
					t.Errorf("it begins with %v", kinds)
				}
			}
			if !strings.Contains(got.body, `"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":3},"output_tokens":7,`) {
				t.Errorf("no usage: %s", got.body)
			}
			if h := got.header; h.Get("Openai-Model") != "" || h.Get("Openai-Version") != "v" || h.Get("X-Headgate-Provider") != "up1" {
				t.Errorf("header %v", h)
			}
			asked := u.Requests()[0]
			want := `{"model":"model-1","messages":[{"role":"user","content":"hi"}]`
			if stream {
				want += `,"stream":true,"stream_options":{"include_usage":true}`
			}
			if asked.Path != "/v1/chat/completions" || string(asked.Body) != want+"}" {
				t.Errorf("asked %s %s", asked.Path, asked.Body)
			}
			call := h.ledger.await(t, 1)[0]
			if call.Route != "responses" || call.Model != "chat" || call.Stream != stream || call.State != gateway.StateOK ||
				call.BytesIn != int64(len(body)) || call.BytesOut != int64(len(got.body)) || call.FirstToken == 0 {
				t.Errorf("recorded %+v", call)
			}
			if known := func(n int64) gateway.Count { return gateway.Count{N: n, Known: true} }; call.Usage.Input != known(11) || call.Usage.Output != known(7) || call.Usage.CachedInput != known(3) || call.Usage.Reasoning.Known {
				t.Errorf("usage %+v", call.Usage)
			}
			if b := call.Bodies; string(b.Request) != body || string(b.Reply) != got.body || gateway.ReplyText(b.Reply) != got.text() {
				t.Errorf("captured %q → %q", b.Request, b.Reply)
			}
		})
	}
}

// What isn't for any member is refused as on the other door.
func TestResponsesRefused(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Script{})
	h := open(t, []string{u.URL()})
	deep := func(n int) string {
		return `{"model":"chat","input":"hi","tools":[{"type":"function","name":"f","parameters":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}]}`
	}
	for i, c := range []struct {
		body, key      string
		status         int
		code, recorded string
	}{
		{plainAsk, "hg-wrong-0123456789", 401, "invalid_api_key", ""},
		{`{"model":"none","input":"hi"}`, apiKey, 404, "model_not_found", "none"},
		{`{"input":"hi"}`, apiKey, 400, "missing_required_parameter", ""},
		{`{"model":"chat","input":"hi","stream":1}`, apiKey, 400, "invalid_value", ""},
		{`{"model":"chat","input":"hi"`, apiKey, 400, "invalid_json", ""},
		{`{"model":"chat","input":"hi","previous_response_id":"resp_1"}`, apiKey, 400, "unsupported_parameter", "chat"},
		{`{"model":"chat","messages":[{"role":"user","content":"hi"}]}`, apiKey, 400, "missing_required_parameter", "chat"},
		{deep(98), apiKey, 400, "invalid_json", ""},
		{deep(97), apiKey, 400, "invalid_json", "chat"}, // a chat's functions nest one level deeper
	} {
		got := h.respond(c.body, "Authorization", "Bearer "+c.key)
		if code, message := got.envelope(t); got.status != c.status || code != c.code {
			t.Errorf("%s: got %d %s %s", c.body, got.status, code, message)
		}
		if call := h.ledger.await(t, i+1)[i]; call.State != gateway.StateRefused || call.Route != "responses" || call.Model != c.recorded || len(call.Attempts) != 0 {
			t.Errorf("%s: recorded %+v", c.body, call)
		}
	}
	if len(u.Requests()) != 0 {
		t.Error("a member was asked")
	}
	r := h.requestTo(t.Context(), "/v1/responses", "")
	r.Method = http.MethodGet
	if got := h.send(r); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "POST" {
		t.Errorf("GET: %d %v", got.status, got.header)
	}
	if _, message := h.send(h.requestTo(t.Context(), "/v1/responses/compact", "{}")).envelope(t); !strings.Contains(message, "POST /v1/responses") {
		t.Errorf("another path: %s", message)
	}
}

// Wherever a stream is cut before the model said that it ended, the reply
// doesn't look complete, and no tool is called.
func TestResponsesCutAtEveryEvent(t *testing.T) {
	t.Parallel()
	deltas := []gatewaytest.Raw{
		gatewaytest.Raw(`{"reasoning_content":"hm"}`), gatewaytest.Raw(`{"content":"Hi"}`),
		gatewaytest.Raw(`{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}`),
		gatewaytest.Raw(`{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"p","arguments":"{\"input\":\"x"}}]}`),
		gatewaytest.Raw(`{"tool_calls":[{"index":1,"function":{"arguments":"y\"}"}}]}`),
	}
	const ask = `{"model":"chat","stream":true,"input":"hi","tools":[{"type":"function","name":"f"},{"type":"custom","name":"p"}]}`
	// The role, five deltas, the end, the usage and [DONE].
	for events := range 9 {
		for _, how := range []gatewaytest.How{gatewaytest.Reset, gatewaytest.Close} {
			u := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{
				Deltas: deltas, Finish: "tool_calls", EventDelayMS: 2,
				Cut: &gatewaytest.Cut{Point: gatewaytest.Point{Events: events + 1}, How: how},
			}))
			other := gatewaytest.Start(t, gatewaytest.Script{})
			h := open(t, []string{u.URL(), other.URL()})
			got := h.respond(ask)
			call := h.ledger.await(t, 1)[0]
			where := fmt.Sprintf("%s after %d events", how, events+1)
			switch {
			case events == 0:
				if got.text() != gatewaytest.Text(other.Marker(), 3) || !got.done() || call.State != gateway.StateOK {
					t.Errorf("%s: %s: %+v", where, got.body, call)
				}
			case events < 6:
				kinds := got.kinds(t)
				if got.err == nil || call.State != gateway.StatePartial || kinds[len(kinds)-1] != "response.failed" || slices.Contains(kinds, "response.completed") {
					t.Errorf("%s: %v %v %s", where, kinds, got.err, call.State)
				}
				for _, data := range got.events() {
					if strings.HasPrefix(data, `{"type":"response.output_item.done"`) && strings.Contains(data, "_call") ||
						strings.HasPrefix(data, `{"type":"response.failed"`) && strings.Contains(data, `"call_id"`) {
						t.Errorf("%s: a tool is called: %s", where, data)
					}
				}
				if len(other.Requests()) != 0 {
					t.Errorf("%s: another member was asked", where)
				}
			default:
				if got.err != nil || !got.done() || call.State != gateway.StateOK || !strings.Contains(got.body, `"input":"xy"`) {
					t.Errorf("%s: %v: %s", where, got.err, got.body)
				}
			}
		}
	}
}

// A request whose instructions are longer than what the gate holds back is
// neither cut short nor let through before keywords were looked for.
func TestResponsesLongInstructions(t *testing.T) {
	t.Parallel()
	bad := serve(t, func(v *visit) {
		v.events(role, delta("Your quota is "), delta("used up, sorry"), finish, done)
	})
	good := serve(t, healthy)
	h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) {
		c.Keywords = []gateway.Keyword{{ID: 1, Text: "used up"}}
	})
	got := h.respond(`{"model":"chat","stream":true,"input":"hi","instructions":"` + strings.Repeat("long ", 80<<10) + `"}`)
	if got.status != 200 || got.text() != "good" || !got.done() {
		t.Fatalf("got %d %q", got.status, got.text())
	}
	if call := h.ledger.await(t, 1)[0]; len(call.Attempts) != 2 || call.Attempts[0].Outcome.Keyword != "used up" {
		t.Errorf("recorded %+v", call.Attempts)
	}
}

// Servers that refuse to be shown a model's earlier reasoning are asked without
// it, and from then on; those that need it get it.
func TestResponsesReasoningGoesBack(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"chat","input":[{"role":"user","content":"hi"},{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"role":"assistant","content":"hi"},{"role":"user","content":"well?"}]}`
	shown := func(v *visit) bool { return strings.Contains(string(v.Body), `"reasoning_content":"hm"`) }
	u := serve(t, func(v *visit) {
		if shown(v) {
			v.reply(400, "application/json", errorBody("invalid_request_error", "", "'messages.1': property 'reasoning_content' is unsupported"))
			return
		}
		healthy(v)
	})
	h := open(t, []string{u.url})
	for i, want := range []int{2, 3} {
		h.respond(ask).wantGood(t, false)
		if call := h.ledger.await(t, i+1)[i]; len(call.Attempts) != 1 || len(u.seen()) != want {
			t.Errorf("call %d: %d requests, recorded %+v", i+1, len(u.seen()), call.Attempts)
		}
	}
	needing := serve(t, func(v *visit) {
		if !shown(v) {
			v.reply(500, "application/json", errorBody("", "", "not asked as it should"))
			return
		}
		v.reply(400, "application/json", errorBody("invalid_request_error", "", "The reasoning_content in the thinking mode must be passed back to the API."))
	})
	h = open(t, []string{needing.url})
	if got := h.respond(ask); got.status != 400 || len(needing.seen()) != 1 {
		t.Errorf("got %d %s after %d requests", got.status, got.body, len(needing.seen()))
	}
}
