package dialect_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"headgate/gateway/dialect"
)

// ofResponse are those fields of a reply that don't just repeat the request.
func ofResponse(t *testing.T, raw []byte) string {
	t.Helper()
	var r map[string]json.RawMessage
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, name := range []string{
		"id", "object", "created_at", "status", "completed_at", "error", "incomplete_details", "model", "output", "usage",
		"service_tier", "background", "previous_response_id", "store", "truncation", "instructions", "max_output_tokens",
		"max_tool_calls", "metadata", "parallel_tool_calls", "prompt_cache_key", "reasoning", "safety_identifier",
		"temperature", "text", "tool_choice", "top_logprobs", "top_p", "user", "tools",
	} {
		if r[name] == nil {
			t.Errorf("the reply has no %q: %s", name, raw)
		}
	}
	if done := string(r["status"]) == `"completed"`; done == (string(r["completed_at"]) == "null") {
		t.Errorf("status %s, completed_at %s", r["status"], r["completed_at"])
	}
	out := fmt.Sprintf(`{"status":%s,"output":%s`, r["status"], r["output"])
	if string(r["incomplete_details"]) != "null" {
		out += `,"incomplete_details":` + string(r["incomplete_details"])
	}
	return out + "}"
}

const tools = `"tools":[{"type":"function","name":"look"},{"type":"custom","name":"patch"},{"type":"namespace","name":"mail","tools":[{"type":"function","name":"send"}]},{"type":"tool_search","execution":"client"}]`

func asked(t *testing.T) dialect.Translation {
	t.Helper()
	got, failure := translate(t, `{"model":"chat","input":"hi",`+tools+`}`)
	if failure != nil {
		t.Fatalf("%+v", failure)
	}
	return got
}

// replies are chat replies, as a message and as deltas, and what becomes of them.
var replies = []struct {
	name, message string
	deltas        []string
	finish, want  string
}{
	{
		"text", `{"role":"assistant","content":"Hello, \u4e16 \"x\""}`,
		[]string{`{"role":"assistant","content":""}`, `{"content":"Hello, "}`, `{"content":"\u4e16 \"x\""}`},
		"stop",
		`{"status":"completed","output":[{"id":"msg_0id00","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello, \u4e16 \"x\""}]}]}`,
	},
	{
		"nothing", `{"content":null}`,
		[]string{`{}`},
		"stop",
		`{"status":"completed","output":[{"id":"msg_0id00","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":""}]}]}`,
	},
	{
		"reasoning", `{"reasoning_content":"I think","reasoning":"I think","content":"so"}`,
		[]string{`{"reasoning_content":"I "}`, `{"reasoning":"think"}`, `{"reasoning_content":null,"content":"so"}`},
		"stop",
		`{"status":"completed","output":[{"id":"rs_0id00","type":"reasoning","summary":[{"type":"summary_text","text":"I think"}],"encrypted_content":null},{"id":"msg_0id01","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"so"}]}]}`,
	},
	{
		"a refusal", `{"content":"Well: ","refusal":"no"}`,
		[]string{`{"content":"Well: "}`, `{"refusal":"n"}`, `{"refusal":"o"}`},
		"stop",
		`{"status":"completed","output":[{"id":"msg_0id00","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Well: "},{"type":"refusal","refusal":"no"}]}]}`,
	},
	{
		"parts", `{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`,
		[]string{`{"content":[{"type":"text","text":"a"}]}`, `{"content":[{"type":"text","text":"b"}]}`},
		"stop",
		`{"status":"completed","output":[{"id":"msg_0id00","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"ab"}]}]}`,
	},
	{
		"calls of all kinds", `{"content":"I look.","tool_calls":[
			{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"a\": \"\u00e9\\n\"}"}},
			{"id":"c2","type":"function","function":{"name":"patch","arguments":"{\"input\": \"*** \\\"x\\\"\\n\\ud83d\\ude00\"}"}},
			{"id":"c3","type":"function","function":{"name":"mail__send","arguments":"{}"}},
			{"id":"c4","type":"function","function":{"name":"tool_search","arguments":"{\"query\":\n\"x\"}"}}]}`,
		[]string{
			`{"content":"I look."}`,
			`{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\": \"\u00e9"}}]}`,
			`{"tool_calls":[{"index":1,"id":"c2","function":{"name":"patch","arguments":"{\"inp"}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"\\n\"}"}},{"index":1,"function":{"arguments":"ut\": \"*** \\\"x\\"}}]}`,
			`{"tool_calls":[{"index":1,"function":{"arguments":"\"\\n\\ud8"}}]}`,
			`{"tool_calls":[{"index":1,"function":{"arguments":"3d\\ude00\"}"}},{"index":2,"id":"c3","function":{"name":"mail__send","arguments":"{}"}}]}`,
			`{"tool_calls":[{"index":3,"id":"c4","function":{"name":"tool_search","arguments":"{\"query\":\n\"x\"}"}}]}`,
		},
		"tool_calls",
		`{"status":"completed","output":[
			{"id":"msg_0id00","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"I look."}]},
			{"id":"fc_0id01","type":"function_call","status":"completed","call_id":"c1","name":"look","arguments":"{\"a\": \"\u00e9\\n\"}"},
			{"id":"ctc_0id02","type":"custom_tool_call","status":"completed","call_id":"c2","name":"patch","input":"*** \"x\"\n\ud83d\ude00"},
			{"id":"fc_0id03","type":"function_call","status":"completed","call_id":"c3","name":"send","namespace":"mail","arguments":"{}"},
			{"id":"tsc_0id04","type":"tool_search_call","status":"completed","call_id":"c4","execution":"client","arguments":{"query":"x"}}]}`,
	},
	{
		"calls without numbers or ids, in other spellings", `{"tool_calls":[
			{"id":"a","function":{"name":"look","arguments":{"x":  1}}},{"id":"b","function":{"name":"look","arguments":null}},{"function":{"name":"nobody's","arguments":"{}"}}]}`,
		[]string{
			`{"tool_calls":[{"index":0,"id":"a","function":{"name":"look","arguments":{"x":  1}}}]}`,
			`{"tool_calls":[{"index":0,"id":"b","function":{"name":"look"}}]}`,
			`{"tool_calls":[{"index":2,"function":{"arguments":"{"}}]}`, `{"tool_calls":[{"index":2,"function":{"name":"nobody's","arguments":"}"}}]}`,
		},
		"stop",
		`{"status":"completed","output":[
			{"id":"fc_0id00","type":"function_call","status":"completed","call_id":"a","name":"look","arguments":"{\"x\":1}"},
			{"id":"fc_0id01","type":"function_call","status":"completed","call_id":"b","name":"look","arguments":""},
			{"id":"fc_0id02","type":"function_call","status":"completed","call_id":"call_0id02","name":"nobody's","arguments":"{}"}]}`,
	},
	{
		"the call of old", `{"function_call":{"name":"look","arguments":"{}"}}`,
		[]string{`{"function_call":{"name":"look","arguments":"{"}}`, `{"function_call":{"arguments":"}"}}`},
		"function_call",
		`{"status":"completed","output":[{"id":"fc_0id00","type":"function_call","status":"completed","call_id":"call_0id00","name":"look","arguments":"{}"}]}`,
	},
	{
		"free text in a form of the model's own", `{"tool_calls":[
			{"id":"c1","function":{"name":"patch","arguments":"*** Begin\n"}},
			{"id":"c2","function":{"name":"patch","arguments":"{\"note\":1,\"input\":\"x\"}"}},
			{"id":"c3","function":{"name":"patch","arguments":"\"quoted\""}}]}`,
		[]string{
			`{"tool_calls":[{"index":0,"id":"c1","function":{"name":"patch","arguments":"*** Beg"}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"in\n"}}]}`,
			`{"tool_calls":[{"index":1,"id":"c2","function":{"name":"patch","arguments":"{\"note\":1,\"input\":\"x\"}"}},{"index":2,"id":"c3","function":{"name":"patch","arguments":"\"quoted\""}}]}`,
		},
		"tool_calls",
		`{"status":"completed","output":[
			{"id":"ctc_0id00","type":"custom_tool_call","status":"completed","call_id":"c1","name":"patch","input":"*** Begin\n"},
			{"id":"ctc_0id01","type":"custom_tool_call","status":"completed","call_id":"c2","name":"patch","input":"x"},
			{"id":"ctc_0id02","type":"custom_tool_call","status":"completed","call_id":"c3","name":"patch","input":"quoted"}]}`,
	},
	{
		"free text that is badly escaped", `{"tool_calls":[{"id":"c1","function":{"name":"patch","arguments":"{\"input\":\"a\nb\tc\\d \\u00 \\ud800\\n\"}"}}]}`,
		[]string{`{"tool_calls":[{"index":0,"id":"c1","function":{"name":"patch","arguments":"{\"input\":\"a\nb\tc\\"}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"d \\u0"}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"0 \\ud800\\n\"}"}}]}`},
		"tool_calls",
		`{"status":"completed","output":[{"id":"ctc_0id00","type":"custom_tool_call","status":"completed","call_id":"c1","name":"patch","input":"a\nb\u0009c\\d \\u00 \ud800\n"}]}`,
	},
	{
		"calls by the names that instructions have", `{"tool_calls":[{"id":"c1","function":{"name":"send","arguments":"{}"}},{"id":"c2","function":{"name":"mail.send","arguments":"{}"}},{"id":"c3","function":{"name":"mail.look","arguments":"{}"}}]}`,
		[]string{`{"tool_calls":[{"index":0,"id":"c1","function":{"name":"send","arguments":"{}"}},{"index":1,"id":"c2","function":{"name":"mail.send","arguments":"{}"}},{"index":2,"id":"c3","function":{"name":"mail.look","arguments":"{}"}}]}`},
		"tool_calls",
		`{"status":"completed","output":[
			{"id":"fc_0id00","type":"function_call","status":"completed","call_id":"c1","name":"send","namespace":"mail","arguments":"{}"},
			{"id":"fc_0id01","type":"function_call","status":"completed","call_id":"c2","name":"send","namespace":"mail","arguments":"{}"},
			{"id":"fc_0id02","type":"function_call","status":"completed","call_id":"c3","name":"mail.look","arguments":"{}"}]}`,
	},
	{
		"too long", `{"content":"half"}`,
		[]string{`{"content":"ha"}`, `{"content":"lf"}`},
		"length",
		`{"status":"incomplete","output":[{"id":"msg_0id00","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"half"}]}],"incomplete_details":{"reason":"max_output_tokens"}}`,
	},
	{
		"too long within a call", `{"tool_calls":[{"id":"c1","function":{"name":"look","arguments":"{}"}},{"id":"c2","function":{"name":"patch","arguments":"{\"input\":\"rm -rf /home"}}]}`,
		[]string{`{"tool_calls":[{"index":0,"id":"c1","function":{"name":"look","arguments":"{}"}},{"index":1,"id":"c2","function":{"name":"patch","arguments":"{\"input\":\"rm -rf /home"}}]}`},
		"length",
		`{"status":"incomplete","output":[
			{"id":"fc_0id00","type":"function_call","status":"completed","call_id":"c1","name":"look","arguments":"{}"},
			{"id":"ctc_0id01","type":"custom_tool_call","status":"incomplete","call_id":"c2","name":"patch","input":"rm -rf /home"}],"incomplete_details":{"reason":"max_output_tokens"}}`,
	},
	{
		"filtered", `{"content":null}`,
		[]string{`{}`},
		"content_filter",
		`{"status":"incomplete","output":[],"incomplete_details":{"reason":"content_filter"}}`,
	},
}

func TestResponsesReply(t *testing.T) {
	for _, c := range replies {
		t.Run(c.name, func(t *testing.T) {
			body := fmt.Sprintf(`{"id":"x","object":"chat.completion","created":1764547200,"model":"up","choices":[{"index":0,"message":%s,"finish_reason":%q}],"usage":{"prompt_tokens":11,"completion_tokens":7}}`, c.message, c.finish)
			got, err := asked(t).Reply([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if said := compact(t, ofResponse(t, got)); said != compact(t, c.want) {
				t.Errorf("got  %s\nwant %s", said, compact(t, c.want))
			}
		})
	}
}

// event is one of a stream's, as clients read it.
type event struct {
	name string
	data map[string]json.RawMessage
}

func eventsIn(t *testing.T, stream []byte) (events []event) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSuffix(string(stream), "\n\n"), "\n\n") {
		name, data, ok := strings.Cut(block, "\ndata: ")
		e := event{name: strings.TrimPrefix(name, "event: ")}
		if err := json.Unmarshal([]byte(data), &e.data); !ok || err != nil {
			t.Fatalf("no event: %q: %v", block, err)
		}
		if kind := string(e.data["type"]); kind != `"`+e.name+`"` {
			t.Errorf("the event %q is of type %s", e.name, kind)
		}
		if n := string(e.data["sequence_number"]); n != fmt.Sprint(len(events)) {
			t.Errorf("event %d has the number %s", len(events), n)
		}
		events = append(events, e)
	}
	return events
}

// replay puts the pieces of a stream together as the official client does.
func replay(t *testing.T, events []event) (output string) {
	t.Helper()
	var items []map[string]json.RawMessage
	text := map[string]string{}
	grow := func(e event, field string, index string) {
		var delta string
		if err := json.Unmarshal(e.data["delta"], &delta); err != nil {
			t.Fatal(err)
		}
		text[string(e.data["item_id"])+field+string(e.data[index])] += delta
	}
	same := func(e event, field, index string) {
		var whole string
		_ = json.Unmarshal(e.data[field], &whole)
		if grown := text[string(e.data["item_id"])+field+string(e.data[index])]; grown != whole {
			t.Errorf("%s: %q grew, %q is said to be the whole", e.name, grown, whole)
		}
	}
	for _, e := range events {
		switch e.name {
		case "response.output_item.added":
			var item map[string]json.RawMessage
			_ = json.Unmarshal(e.data["item"], &item)
			if string(e.data["output_index"]) != fmt.Sprint(len(items)) {
				t.Errorf("item %d is said to be %s", len(items), e.data["output_index"])
			}
			items = append(items, item)
		case "response.output_item.done":
			var at int
			_ = json.Unmarshal(e.data["output_index"], &at)
			if string(items[at]["id"]) != string(objectIn(t, e.data["item"])["id"]) {
				t.Errorf("item %d changed its id", at)
			}
			items[at] = objectIn(t, e.data["item"])
		case "response.output_text.delta":
			grow(e, "text", "content_index")
		case "response.output_text.done":
			same(e, "text", "content_index")
		case "response.refusal.delta":
			grow(e, "refusal", "content_index")
		case "response.refusal.done":
			same(e, "refusal", "content_index")
		case "response.reasoning_summary_text.delta":
			grow(e, "text", "summary_index")
		case "response.reasoning_summary_text.done":
			same(e, "text", "summary_index")
		case "response.function_call_arguments.delta":
			grow(e, "arguments", "")
		case "response.function_call_arguments.done":
			same(e, "arguments", "")
		case "response.custom_tool_call_input.delta":
			grow(e, "input", "")
		case "response.custom_tool_call_input.done":
			same(e, "input", "")
		}
	}
	list, _ := json.Marshal(items)
	return string(list)
}

func objectIn(t *testing.T, raw json.RawMessage) (o map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return o
}

func chunk(delta, finish string) []byte {
	if finish != "null" {
		finish = `"` + finish + `"`
	}
	return fmt.Appendf(nil, `{"id":"x","object":"chat.completion.chunk","created":1764547200,"model":"up","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`, delta, finish)
}

// A stream ends with the same reply as is given as a whole, and its pieces make
// up that reply.
func TestResponsesStream(t *testing.T) {
	for _, c := range replies {
		t.Run(c.name, func(t *testing.T) {
			s := asked(t).Stream()
			var out []byte
			add := func(data []byte) {
				t.Helper()
				got, err := s.Event(data)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, got...)
			}
			for _, delta := range c.deltas {
				add(chunk(delta, "null"))
			}
			if finished := eventsIn(t, append(out, s.Fail(dialect.Error{})...)); slices.ContainsFunc(finished, func(e event) bool {
				return e.name == "response.completed" || e.name == "response.incomplete" ||
					e.name == "response.output_item.done" && strings.Contains(string(e.data["item"]), "_call")
			}) {
				t.Error("something was done before the model said that it ended")
			}
			s, out = asked(t).Stream(), nil
			for _, delta := range c.deltas {
				add(chunk(delta, "null"))
			}
			add(chunk("{}", c.finish))
			add(chunk(`{"content":"afterwards"}`, "stop"))
			add([]byte(`{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}`))
			out = append(out, s.End()...)
			events := eventsIn(t, out)
			last := events[len(events)-1]
			if said := compact(t, ofResponse(t, last.data["response"])); said != compact(t, c.want) {
				t.Errorf("got  %s\nwant %s", said, compact(t, c.want))
			}
			if usage := string(objectIn(t, last.data["response"])["usage"]); usage != `{"input_tokens":11,"input_tokens_details":{"cached_tokens":3},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":18}` {
				t.Errorf("usage %s", usage)
			}
			if events[0].name != "response.created" || events[1].name != "response.in_progress" {
				t.Errorf("it begins with %s, %s", events[0].name, events[1].name)
			}
			var want, got any
			_ = json.Unmarshal(objectIn(t, last.data["response"])["output"], &want)
			_ = json.Unmarshal([]byte(replay(t, events)), &got)
			if c.name != "too long within a call" && fmt.Sprint(got) != fmt.Sprint(want) && fmt.Sprint(want) != "[]" {
				t.Errorf("the items of the events: %v\nof the reply: %v", got, want)
			}
		})
	}
}

// The events' order, once to the letter.
func TestResponsesStreamOrder(t *testing.T) {
	s := asked(t).Stream()
	var out []byte
	for _, data := range [][]byte{
		chunk(`{"role":"assistant","content":""}`, "null"), chunk(`{"reasoning_content":"hm"}`, "null"), chunk(`{"content":"Hi"}`, "null"),
		chunk(`{"tool_calls":[{"index":0,"id":"c1","function":{"name":"look","arguments":"{}"}},{"index":1,"id":"c2","function":{"name":"patch","arguments":"{\"input\":\"x\"}"}}]}`, "null"),
		chunk(`{}`, "tool_calls"),
	} {
		got, err := s.Event(data)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) == 0 && strings.Contains(string(data), "role") && len(got) > 0 {
			t.Errorf("a role alone begins the reply: %s", got)
		}
		out = append(out, got...)
	}
	var names []string
	for _, e := range eventsIn(t, append(out, s.End()...)) {
		names = append(names, strings.TrimPrefix(e.name, "response."))
	}
	want := []string{
		"created", "in_progress",
		"output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
		"output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
		"output_item.added", "function_call_arguments.delta", "output_item.added", "custom_tool_call_input.delta",
		"function_call_arguments.done", "output_item.done", "custom_tool_call_input.done", "output_item.done",
		"completed",
	}
	if !slices.Equal(names, want) {
		t.Errorf("got  %v\nwant %v", names, want)
	}
}

// What a reply repeats of the request, and what is unknown.
func TestResponsesEcho(t *testing.T) {
	got, failure := translate(t, `{"model":"chat","input":"hi","instructions":"be\n brief","store":true,"temperature":0.50,"metadata":{"a": "b"},
		"tools":[{"type":"web_search"},{"type":"function","name":"f",
		"parameters":{}}],"text":{"verbosity":"low"},"reasoning":{"effort":"low"},"truncation":"auto"}`)
	if failure != nil {
		t.Fatal(failure)
	}
	reply, err := got.Reply([]byte(`{"choices":[{"message":{"content":"x"},"finish_reason":"stop","logprobs":{"content":[{"token":"x", "logprob":-1e-2,"bytes":null,"top_logprobs":[]}]}}],"usage":{"prompt_tokens":4},"service_tier":"flex"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"id":"resp_0id"`, `"created_at":1764547200`, `"model":"chat"`, `"usage":null`, `"service_tier":"flex"`, `"store":false`, `"background":false`,
		`"truncation":"disabled"`, `"instructions":"be\n brief"`, `"temperature":0.50`, `"top_p":null`, `"metadata":{"a":"b"}`,
		`"tools":[{"type":"function","name":"f","parameters":{}}]`, `"text":{"verbosity":"low"}`, `"reasoning":{"effort":"low"}`,
		`"logprobs":[{"token":"x","logprob":-1e-2,"bytes":null,"top_logprobs":[]}]`, `"parallel_tool_calls":true`, `"tool_choice":"auto"`,
	} {
		if !strings.Contains(string(reply), want) {
			t.Errorf("%s is not in %s", want, reply)
		}
	}
}

// A chunk that can't be read is an error, and takes nothing down.
func FuzzResponsesStream(f *testing.F) {
	for _, c := range replies {
		f.Add(string(chunk(c.message, c.finish)), strings.Join(c.deltas, "\n"))
	}
	f.Add(`{"choices":[{"delta":{"tool_calls":{}}}]}`, `{"tool_calls":[{"index":-1,"function":{"name":"patch","arguments":"{\"input\":\"\\u"}}]}`)
	f.Fuzz(func(t *testing.T, first, deltas string) {
		got, failure := dialect.Responses.Translate([]byte(`{"model":"chat","input":"hi",`+tools+`}`), "0id", at)
		if failure != nil {
			t.Fatal(failure)
		}
		for _, end := range []func(dialect.Stream) []byte{dialect.Stream.End, func(s dialect.Stream) []byte { return s.Fail(dialect.Error{Message: deltas}) }} {
			s := got.Stream()
			var out []byte
			for _, data := range append([]string{first}, strings.Split(deltas, "\n")...) {
				if data != first {
					data = string(chunk(data, "null"))
				}
				events, err := s.Event([]byte(data))
				if err != nil {
					return
				}
				out = append(out, events...)
			}
			eventsIn(t, append(out, end(s)...))
		}
	})
}
