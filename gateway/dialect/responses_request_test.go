package dialect_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"headgate/gateway/dialect"
)

var at = time.Unix(1764547200, 0)

// translate takes a Responses request to a chat request, or says why not.
func translate(t *testing.T, body string) (dialect.Translation, *dialect.Error) {
	t.Helper()
	if !json.Valid([]byte(body)) {
		t.Fatalf("the test's request is not JSON: %s", body)
	}
	return dialect.Responses.Translate([]byte(body), "0id", at)
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return b.String()
}

// What a Responses request becomes. want is without the model, which is always
// "chat", and without the message "hi" where the request's input is that.
func TestResponsesRequest(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"text", `"input":"hi"`, ``},
		{
			"instructions before all", `"instructions":"be brief","input":"hi"`,
			`"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}]`,
		},
		{
			"messages with and without a type", `"input":[
				{"role":"user","content":"a"},
				{"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"b","annotations":[]},{"type":"output_text","text":"c"}]},
				{"type":"message","role":"user","content":[{"type":"input_text","text":"d"},{"type":"input_text","text":"e"}]}]`,
			`"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"bc"},{"role":"user","content":"d\n\ne"}]`,
		},
		{
			"what stands together for the system is one message", `"instructions":"one","input":[
				{"role":"developer","content":"two"},{"role":"system","content":[{"type":"input_text","text":"three"}]},
				{"role":"user","content":"hi"},{"role":"developer","content":"four"}]`,
			`"messages":[{"role":"system","content":"one\n\ntwo\n\nthree"},{"role":"user","content":"hi"},{"role":"system","content":"four"}]`,
		},
		{
			"texts as they were spelled", `"instructions":"\u00e9\/","input":[{"role":"user","content":[{"type":"input_text","text":"\ud83d\ud83d\ude00 \"x\""}]}]`,
			`"messages":[{"role":"system","content":"\u00e9\/"},{"role":"user","content":"\ud83d\ud83d\ude00 \"x\""}]`,
		},
		{
			"images, files and audio", `"input":[{"role":"user","content":[
				{"type":"input_text","text":"look"},
				{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"},
				{"type":"input_image","image_url":"https://example.com/a.png","detail":"auto","file_id":null},
				{"type":"input_image","image_url":"https://example.com/b.png","detail":"original"},
				{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="},
				{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}]`,
			`"messages":[{"role":"user","content":[{"type":"text","text":"look"},
				{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}},
				{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
				{"type":"image_url","image_url":{"url":"https://example.com/b.png","detail":"high"}},
				{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}},
				{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}]`,
		},
		{
			"a refusal is what the assistant said", `"input":[{"role":"user","content":"hi"},{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]`,
			`"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"no"}]`,
		},
		{
			"calls and their outputs", `"input":[{"role":"user","content":"hi"},
				{"type":"function_call","id":"fc_1","call_id":"c1","name":"look","arguments":"{\"a\": 1}","status":"completed"},
				{"type":"function_call_output","call_id":"c1","output":"one\n"}]`,
			`"messages":[{"role":"user","content":"hi"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"a\": 1}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"one\n"}]`,
		},
		{
			"calls in parallel belong to one message, with what was said before", `"input":[
				{"role":"assistant","content":"I look"},
				{"type":"function_call","call_id":"c1","name":"look","arguments":""},
				{"type":"function_call","call_id":"c2","name":"look","arguments":"{}"},
				{"type":"function_call_output","call_id":"c2","output":"two"},
				{"type":"function_call_output","call_id":"c1","output":"one"},
				{"type":"function_call","call_id":"c3","name":"look","arguments":"{}"},
				{"type":"function_call_output","call_id":"c3","output":null}]`,
			`"messages":[
				{"role":"assistant","content":"I look","tool_calls":[
					{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}},
					{"id":"c2","type":"function","function":{"name":"look","arguments":"{}"}}]},
				{"role":"tool","tool_call_id":"c2","content":"two"},{"role":"tool","tool_call_id":"c1","content":"one"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c3","type":"function","function":{"name":"look","arguments":"{}"}}]},
				{"role":"tool","tool_call_id":"c3","content":""}]`,
		},
		{
			"an output goes right behind its call", `"input":[
				{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},
				{"role":"user","content":"hurry"},
				{"type":"function_call_output","call_id":"c1","output":"one"},
				{"type":"function_call_output","call_id":"c9","output":"whose?"}]`,
			`"messages":[
				{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"one"},
				{"role":"user","content":"hurry"},
				{"role":"tool","tool_call_id":"c9","content":"whose?"}]`,
		},
		{
			"an output of parts; its images follow", `"input":[
				{"type":"function_call","call_id":"c1","name":"see","arguments":"{}"},
				{"type":"function_call","call_id":"c2","name":"see","arguments":"{}"},
				{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:,x"},{"type":"input_text","text":"b"}]},
				{"type":"function_call_output","call_id":"c2","output":[{"type":"input_image","image_url":"data:,y"}]}]`,
			`"messages":[
				{"role":"assistant","content":null,"tool_calls":[
					{"id":"c1","type":"function","function":{"name":"see","arguments":"{}"}},
					{"id":"c2","type":"function","function":{"name":"see","arguments":"{}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"a\nb"},
				{"role":"tool","tool_call_id":"c2","content":"The result is in the next message."},
				{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,x"}}]},
				{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,y"}}]}]`,
		},
		{
			"reasoning goes with what came of it", `"input":[{"role":"user","content":"hi"},
				{"type":"reasoning","summary":[{"type":"summary_text","text":"first"},{"type":"summary_text","text":"then"}],"encrypted_content":null},
				{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},
				{"type":"function_call_output","call_id":"c1","output":"one"},
				{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"so"}]},
				{"role":"assistant","content":"well"},
				{"type":"reasoning","summary":[{"type":"summary_text","text":"of another service"}],"encrypted_content":"gAAA"},
				{"type":"reasoning","summary":[{"type":"summary_text","text":"to no end"}]},
				{"role":"user","content":"and?"},
				{"role":"assistant","content":"nothing"}]`,
			`"messages":[{"role":"user","content":"hi"},
				{"role":"assistant","content":null,"reasoning_content":"first\n\nthen","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"one"},
				{"role":"assistant","content":"well","reasoning_content":"so"},
				{"role":"user","content":"and?"},{"role":"assistant","content":"nothing"}]`,
		},
		{
			"free text tools", `"tools":[{"type":"custom","name":"apply_patch","description":"Edits files.","format":{"type":"grammar","syntax":"lark","definition":"start: \"x\""}},{"type":"custom","name":"say"}],"input":[
				{"role":"user","content":"hi"},
				{"type":"custom_tool_call","id":"ctc_1","call_id":"c1","name":"apply_patch","input":"*** \"Begin\"\n\u00e9"},
				{"type":"custom_tool_call_output","call_id":"c1","output":"done"},
				{"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"done"}]}]`,
			`"messages":[{"role":"user","content":"hi"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"apply_patch","arguments":"{\"input\":\"*** \\\"Begin\\\"\\n\\u00e9\"}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"done"},{"role":"tool","tool_call_id":"c2","content":"done"}],
			"tools":[
				{"type":"function","function":{"name":"apply_patch","description":"Edits files.\n\nThe input must follow this grammar (lark):\nstart: \"x\"","parameters":{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}}},
				{"type":"function","function":{"name":"say","parameters":{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}}}]`,
		},
		{
			"functions", `"input":"hi","tools":[
				{"type":"function","name":"a","description":"A","parameters":{"type":"object","properties":{"z":{},"y":{"const":1e400}}},"strict":true},
				{"type":"function","name":"b","parameters":null,"strict":false}],
			"tool_choice":"required","parallel_tool_calls":false`,
			`"tools":[
				{"type":"function","function":{"name":"a","description":"A","parameters":{"type":"object","properties":{"z":{},"y":{"const":1e400}}},"strict":true}},
				{"type":"function","function":{"name":"b"}}],"tool_choice":"required","parallel_tool_calls":false`,
		},
		{
			"tools of OpenAI's own, and unknown ones, are left out with the choice", `"input":"hi","tools":[{"type":"web_search"},{"type":"local_shell"},{"type":"code_interpreter","container":{"type":"auto"}},{"type":"of the future","name":"x"},{"type":"tool_search"}],"tool_choice":"auto","parallel_tool_calls":true`,
			``,
		},
		{
			"namespaces", `"tools":[
				{"type":"namespace","name":"mcp__files__","description":"d","tools":[{"type":"function","name":"read","parameters":{}}]},
				{"type":"namespace","name":"mail.box","tools":[{"type":"function","name":"read"},{"type":"custom","name":"send"}]},
				{"type":"namespace","name":"a_name_that_is_far_too_long_for_what_functions_may_be_called","tools":[{"type":"function","name":"one"},{"type":"function","name":"two"}]},
				{"type":"function","name":"mcp__files__read"}],
			"tool_choice":{"type":"function","namespace":"mail.box","name":"read"},
			"input":[{"type":"function_call","call_id":"c1","namespace":"mcp__files__","name":"read","arguments":"{}"}]`,
			`"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"mcp__files__read","arguments":"{}"}}]}],
			"tools":[
				{"type":"function","function":{"name":"mcp__files__read","parameters":{}}},
				{"type":"function","function":{"name":"mail_box__read"}},
				{"type":"function","function":{"name":"mail_box__send","parameters":{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}}},
				{"type":"function","function":{"name":"a_name_that_is_far_too_long_for_what_functions_may_be_c_e8690bd8"}},
				{"type":"function","function":{"name":"a_name_that_is_far_too_long_for_what_functions_may_be_c_034fd21e"}},
				{"type":"function","function":{"name":"mcp__files__read_2"}}],
			"tool_choice":{"type":"function","function":{"name":"mail_box__read"}}`,
		},
		{
			"a choice of a free text tool", `"input":"hi","tools":[{"type":"function","name":"say"},{"type":"custom","name":"say","description":"x"}],"tool_choice":{"type":"custom","name":"say"}`,
			`"tools":[{"type":"function","function":{"name":"say"}},
				{"type":"function","function":{"name":"say_2","description":"x","parameters":{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}}}],
			"tool_choice":{"type":"function","function":{"name":"say_2"}}`,
		},
		{
			"only some tools", `"input":"hi","tools":[{"type":"function","name":"a"},{"type":"function","name":"b"},{"type":"namespace","name":"n","tools":[{"type":"function","name":"c"}]}],
			"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"b"},{"type":"web_search"}]}`,
			`"tools":[{"type":"function","function":{"name":"b"}}],"tool_choice":"auto"`,
		},
		{
			"a choice of a tool that isn't given", `"input":"hi","tools":[{"type":"function","name":"a"},{"type":"web_search"}],"tool_choice":{"type":"web_search"}`,
			`"tools":[{"type":"function","function":{"name":"a"}}]`,
		},
		{
			"tools that a search found", `"tools":[{"type":"tool_search","execution":"client","description":"Finds tools.","parameters":{"type":"object"}}],"input":[
				{"role":"user","content":"hi"},
				{"type":"tool_search_call","call_id":"c1","execution":"client","status":"completed","arguments":{"query":"mail"}},
				{"type":"tool_search_output","call_id":"c1","execution":"client","status":"completed","tools":[{"type":"namespace","name":"mail","tools":[{"type":"function","name":"send","defer_loading":true}]}]},
				{"type":"tool_search_output","call_id":"c1","tools":[{"type":"namespace","name":"mail","tools":[{"type":"function","name":"send"}]}]},
				{"type":"tool_search_call","call_id":null,"execution":"server","status":"completed","arguments":{"paths":["x"]}}]`,
			`"messages":[{"role":"user","content":"hi"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"tool_search","arguments":"{\"query\":\"mail\"}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"[{\"type\":\"namespace\",\"name\":\"mail\",\"tools\":[{\"type\":\"function\",\"name\":\"send\",\"defer_loading\":true}]}]"},
				{"role":"tool","tool_call_id":"c1","content":"[{\"type\":\"namespace\",\"name\":\"mail\",\"tools\":[{\"type\":\"function\",\"name\":\"send\"}]}]"}],
			"tools":[{"type":"function","function":{"name":"tool_search","description":"Finds tools.","parameters":{"type":"object"}}},{"type":"function","function":{"name":"mail__send"}}]`,
		},
		{
			"what other tools did", `"input":[{"role":"user","content":"hi"},
				{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"x"}},
				{"type":"local_shell_call","call_id":"c1","status":"completed","action":{"type":"exec","command":["ls"]}},
				{"type":"local_shell_call_output","call_id":"c1","output":"a b"},
				{"type":"shell_call","call_id":"c2","action":{"commands":["ls"]}},
				{"type":"shell_call_output","call_id":"c2","output":[{"stdout":"a","stderr":""}]},
				{"type":"of_the_future","whatever":1}]`,
			`"messages":[{"role":"user","content":"hi"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"local_shell","arguments":"{\"type\":\"exec\",\"command\":[\"ls\"]}"}}]},
				{"role":"tool","tool_call_id":"c1","content":"a b"},
				{"role":"assistant","content":null,"tool_calls":[{"id":"c2","type":"function","function":{"name":"shell","arguments":"{\"commands\":[\"ls\"]}"}}]},
				{"role":"tool","tool_call_id":"c2","content":"[{\"stdout\":\"a\",\"stderr\":\"\"}]"}]`,
		},
		{
			"options", `"input":"hi","stream":true,"stream_options":{"include_obfuscation":false},"max_output_tokens":100,"temperature":0.70,"top_p":1e-1,"user":"u","seed":7,"reasoning":{"effort":"high","summary":"auto"},"text":{"verbosity":"low"},"service_tier":"flex","top_logprobs":2`,
			`"stream":true,"max_completion_tokens":100,"temperature":0.70,"top_p":1e-1,"user":"u","seed":7,"reasoning_effort":"high","verbosity":"low","logprobs":true,"top_logprobs":2,"service_tier":"flex"`,
		},
		{
			"what a chat can't be told, or goes without saying", `"input":"hi","stream":false,"store":true,"background":false,"previous_response_id":null,"conversation":null,"metadata":{"a":"b"},"include":["reasoning.encrypted_content"],"prompt_cache_key":"k","safety_identifier":"s","truncation":"auto","service_tier":"auto","text":{"format":{"type":"text"},"verbosity":"medium"},"reasoning":null,"max_output_tokens":null,"client_metadata":{},"top_logprobs":0`,
			``,
		},
		{
			"logprobs", `"input":"hi","include":["message.output_text.logprobs"]`, `"logprobs":true`,
		},
		{
			"a schema for the text", `"input":"hi","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object","b":1,"a":2},"strict":true}}`,
			`"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","b":1,"a":2},"strict":true}}`,
		},
		{"any JSON", `"input":"hi","text":{"format":{"type":"json_object"}}`, `"response_format":{"type":"json_object"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, failure := translate(t, `{"model":"chat",`+c.body+`}`)
			if failure != nil {
				t.Fatalf("refused: %+v", failure)
			}
			want := `"model":"chat"`
			if !strings.Contains(c.want, `"messages"`) {
				want += `,"messages":[{"role":"user","content":"hi"}]`
			}
			if c.want != "" {
				want += "," + c.want
			}
			if want = compact(t, "{"+want+"}"); compact(t, string(got.Request())) != want {
				t.Errorf("got  %s\nwant %s", compact(t, string(got.Request())), want)
			}
		})
	}
}

// What needs more than the request to be answered is refused, in words.
func TestResponsesRequestRefused(t *testing.T) {
	for _, c := range []struct{ name, body, code, param, says string }{
		{"a reply to go on from", `"input":"hi","previous_response_id":"resp_1"`, "unsupported_parameter", "previous_response_id", "whole conversation"},
		{"a conversation", `"input":"hi","conversation":{"id":"conv_1"}`, "unsupported_parameter", "conversation", "whole conversation"},
		{"a kept prompt", `"input":"hi","prompt":{"id":"p"}`, "unsupported_parameter", "prompt", "instructions"},
		{"in the background", `"input":"hi","background":true`, "unsupported_parameter", "background", "waits"},
		{"no input", `"instructions":"x"`, "missing_required_parameter", "input", "input"},
		{"input null", `"input":null`, "missing_required_parameter", "input", "input"},
		{"empty input", `"input":[]`, "invalid_value", "input", "empty"},
		{"input that says nothing", `"instructions":"x","input":[{"type":"reasoning","summary":[]}]`, "invalid_value", "input", "empty"},
		{"input of another kind", `"input":{"role":"user"}`, "invalid_value", "input", "string or an array"},
		{"instructions of another kind", `"instructions":["x"],"input":"hi"`, "invalid_value", "instructions", "string"},
		{"a reference", `"input":[{"type":"item_reference","id":"msg_1"}]`, "unsupported_value", "input[0]", "store"},
		{"what another service encrypted", `"input":[{"role":"user","content":"a"},{"type":"compaction","encrypted_content":"x"}]`, "unsupported_value", "input[1]", "encrypted"},
		{"an item that is none", `"input":["x"]`, "missing_required_parameter", "input[0].type", "type"},
		{"a role", `"input":[{"role":"critic","content":"x"}]`, "invalid_value", "input[0].role", "critic"},
		{"content of another kind", `"input":[{"role":"user","content":{}}]`, "invalid_value", "input[0].content", "string or an array"},
		{"a part", `"input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_smell"}]}]`, "invalid_value", "input[0].content[1].type", "input_smell"},
		{"a kept image", `"input":[{"role":"user","content":[{"type":"input_image","file_id":"file_1"}]}]`, "unsupported_parameter", "input[0].content[0].file_id", "image_url"},
		{"a kept file", `"input":[{"role":"user","content":[{"type":"input_file","file_id":"file_1"}]}]`, "unsupported_parameter", "input[0].content[0]", "file_data"},
		{"an image of the assistant's", `"input":[{"role":"assistant","content":[{"type":"input_image","image_url":"x"}]}]`, "invalid_value", "input[0].content", "user"},
		{"a call without an id", `"input":[{"type":"function_call","name":"f","arguments":"{}"}]`, "missing_required_parameter", "input[0].call_id", "id"},
		{"a call without a name", `"input":[{"type":"function_call","call_id":"c","arguments":"{}"}]`, "missing_required_parameter", "input[0].name", "name"},
		{"an output without an id", `"input":[{"type":"function_call_output","output":"x"}]`, "missing_required_parameter", "input[0].call_id", "id"},
		{"a tool without a name", `"input":"hi","tools":[{"type":"web_search"},{"type":"function"}]`, "missing_required_parameter", "tools[1].name", "name"},
		{"a text format", `"input":"hi","text":{"format":{"type":"grammar"}}`, "invalid_value", "text.format.type", "grammar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, failure := translate(t, `{"model":"chat",`+c.body+`}`)
			if failure == nil {
				t.Fatal("it was taken")
			}
			if failure.Status != 400 || failure.Code != c.code || failure.Param != c.param || !strings.Contains(failure.Message, c.says) {
				t.Errorf("%+v", failure)
			}
		})
	}
}

// Whatever a client sends is refused, or becomes a chat request that is one; it
// never takes the engine down.
func FuzzResponsesRequest(f *testing.F) {
	for _, seed := range []string{
		`{"model":"m","input":"hi"}`,
		`{"model":"m","instructions":"a\ud83d","input":[{"role":"user","content":[{"type":"input_text","text":"\""},{"type":"input_image","image_url":"x"}]}]}`,
		`{"model":"m","input":[{"type":"function_call","call_id":"c","name":"n","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]}]}`,
		`{"model":"m","input":[{"type":"custom_tool_call","call_id":"c","name":"n","input":"\u0000\\"},{"type":"x_call","call_id":"c","action":[1]},{"type":"x_output","call_id":"c"}]}`,
		`{"model":"m","input":"x","tools":[{"type":"namespace","name":"é","tools":[{"type":"custom","name":"n"},1,null]},"x"],"tool_choice":{"type":"allowed_tools","tools":[{}]}}`,
		`{"model":"m","input":"x","text":{"format":{"type":"json_schema","schema":{}}},"reasoning":{"effort":1},"include":[0],"top_logprobs":"x"}`,
		`{"mod\u0065l":"m","input":[[],{},0,"",{"type":1},{"role":{}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) || !bytes.HasPrefix(body, []byte("{")) {
			return // the head's scan has refused it
		}
		before := bytes.Clone(body)
		got, failure := dialect.Responses.Translate(body, "0id", time.Unix(1, 0))
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if failure != nil {
			if failure.Status != 400 || failure.Message == "" || failure.Code == "" {
				t.Fatalf("%+v", failure)
			}
			return
		}
		var chat struct {
			Messages []struct{ Role string } `json:"messages"`
		}
		asked := got.Request()
		if err := json.Unmarshal(asked, &chat); err != nil || len(chat.Messages) == 0 {
			t.Fatalf("%v: %s", err, asked)
		}
		reply, err := got.Reply([]byte(`{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`))
		if err != nil || !json.Valid(reply) {
			t.Fatalf("%v: %s", err, reply)
		}
	})
}
