package dialect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"headgate/gateway/dialect"
)

// choice is a chunk with a delta and more of its choice.
func choice(delta, more string) string {
	return fmt.Sprintf(`{"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":%s%s}]}`, delta, more)
}

func assembled(t *testing.T, chunks ...string) string {
	t.Helper()
	put := dialect.OpenAI.Assembler()
	for _, chunk := range chunks {
		if err := put.Add([]byte(chunk)); err != nil {
			t.Fatalf("%s: %v", chunk, err)
		}
	}
	reply, err := put.Reply()
	if err != nil {
		t.Fatal(err)
	}
	return string(reply)
}

func sameJSON(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("not JSON: %v: %s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What the chunks of a stream become as one message.
func TestAssemble(t *testing.T) {
	t.Parallel()
	const end = `,"finish_reason":"stop"`
	for name, c := range map[string]struct {
		chunks  []string
		message string
		more    string // of the choice
	}{
		"text": {
			[]string{choice(`{"role":"assistant","content":""}`, ""), choice(`{"content":"a"}`, ""), choice(`{"content":"b"}`, ""), choice(`{}`, end)},
			`{"role":"assistant","content":"ab"}`, "",
		},
		"a role in every piece": {
			[]string{choice(`{"role":"assistant","content":"a"}`, ""), choice(`{"role":"assistant","content":"b"}`, end)},
			`{"role":"assistant","content":"ab"}`, "",
		},
		"a character cut in two": {
			[]string{choice(`{"content":"\ud83d"}`, ""), choice(`{"content":"\ude00"}`, end)},
			`{"role":"assistant","content":"😀"}`, "",
		},
		"reasoning": {
			[]string{choice(`{"reasoning_content":"x"}`, ""), choice(`{"reasoning_content":"y","reasoning":"z"}`, ""), choice(`{"content":"a"}`, end)},
			`{"role":"assistant","content":"a","reasoning_content":"xy","reasoning":"z"}`, "",
		},
		"reasoning with its details": {
			[]string{
				choice(`{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"x","format":"f"}]}`, ""),
				choice(`{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"y","format":"f"},{"type":"reasoning.encrypted","index":1,"data":"AA=="}]}`, end),
			},
			`{"role":"assistant","content":null,"reasoning_details":[{"type":"reasoning.text","index":0,"text":"xy","format":"f"},{"type":"reasoning.encrypted","index":1,"data":"AA=="}]}`, "",
		},
		"content in parts": {
			[]string{choice(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]}]}`, ""), choice(`{"content":"a"}`, ""), choice(`{"content":"b"}`, end)},
			`{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]},{"type":"text","text":"ab"}]}`, "",
		},
		"content in parts after text": {
			[]string{choice(`{"content":"a"}`, ""), choice(`{"content":[{"type":"image","n":1}]}`, end)},
			`{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"image","n":1}]}`, "",
		},
		"refusal": {
			[]string{choice(`{"refusal":"I "}`, ""), choice(`{"refusal":"won't"}`, end)},
			`{"role":"assistant","content":null,"refusal":"I won't"}`, "",
		},
		"logprobs": {
			[]string{
				choice(`{"content":"a"}`, `,"logprobs":{"content":[{"token":"a","logprob":-0.50,"bytes":[97],"top_logprobs":[]}],"refusal":null}`),
				choice(`{"content":"b"}`, `,"logprobs":{"content":[{"token":"b","logprob":-1e-3}],"refusal":null}`),
				choice(`{}`, `,"logprobs":null`+end),
			},
			`{"role":"assistant","content":"ab"}`,
			`,"logprobs":{"content":[{"token":"a","logprob":-0.50,"bytes":[97],"top_logprobs":null},{"token":"b","logprob":-1e-3}],"refusal":null}`,
		},
		"sound": {
			[]string{
				choice(`{"audio":{"id":"au","data":"AQ==","transcript":"he"}}`, ""),
				choice(`{"audio":{"data":"AgM=","transcript":"llo"}}`, ""),
				choice(`{"audio":{"expires_at":9}}`, end),
			},
			`{"role":"assistant","content":null,"audio":{"id":"au","data":"AQID","transcript":"hello","expires_at":9}}`, "",
		},
		"annotations": {
			[]string{choice(`{"content":"a","annotations":[{"type":"url_citation","url_citation":{"url":"u1"}}]}`, ""), choice(`{"annotations":[{"type":"url_citation","url_citation":{"url":"u2"}}]}`, end)},
			`{"role":"assistant","content":"a","annotations":[{"type":"url_citation","url_citation":{"url":"u1"}},{"type":"url_citation","url_citation":{"url":"u2"}}]}`, "",
		},
		"tool calls": {
			[]string{
				choice(`{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":""},"extra_content":{"google":{"thought_signature":"s"}}}]}`, ""),
				choice(`{"tool_calls":[{"index":1,"id":"t2","type":"function","function":{"name":"g","arguments":"{"}}]}`, ""),
				choice(`{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}},{"index":1,"function":{"arguments":"}"}}]}`, ""),
				choice(`{"tool_calls":[{"index":0,"id":"t1","function":{"arguments":"1}"}}]}`, end),
			},
			`{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"s"}}},{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]}`, "",
		},
		"tool calls without an index": {
			[]string{choice(`{"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":{"a":1}}}]}`, end)},
			`{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}`, "",
		},
		"custom tool calls": {
			[]string{
				choice(`{"tool_calls":[{"index":0,"id":"t1","type":"custom","custom":{"name":"patch","input":"a"}}]}`, ""),
				choice(`{"tool_calls":[{"index":0,"custom":{"input":"b"}}]}`, end),
			},
			`{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"custom","custom":{"name":"patch","input":"ab"}}]}`, "",
		},
		"no tool calls, said often": {
			[]string{choice(`{"content":"a","tool_calls":[]}`, ""), choice(`{"tool_calls":null}`, end)},
			`{"role":"assistant","content":"a"}`, "",
		},
		"the old function call": {
			[]string{choice(`{"function_call":{"name":"f","arguments":"{"}}`, ""), choice(`{"function_call":{"arguments":"}"}}`, end)},
			`{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}`, "",
		},
		"what a server adds to the choice": {
			[]string{choice(`{"content":"a"}`, `,"content_filter_results":{}`), choice(`{}`, `,"content_filter_results":{"hate":{"filtered":false}},"native_finish_reason":"end_turn"`+end)},
			`{"role":"assistant","content":"a"}`, `,"content_filter_results":{"hate":{"filtered":false}},"native_finish_reason":"end_turn"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(c.more, "logprobs") {
				c.more += `,"logprobs":null`
			}
			sameJSON(t, assembled(t, c.chunks...), `{"id":"c1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":`+c.message+c.more+`}]}`)
		})
	}
}

// Several choices, and what stands beside them.
func TestAssembleWhole(t *testing.T) {
	t.Parallel()
	got := assembled(t,
		`{"id":"c1","model":"m","created":12345678901234567890,"system_fingerprint":null,"choices":[{"index":1,"delta":{"content":"B"}}]}`,
		`{"id":"c2","model":"m2","created":1,"system_fingerprint":"fp","citations":["u"],"choices":[{"index":0,"delta":{"content":"A"},"finish_reason":"length"}]}`,
		`{"id":"c1","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}`,
		`{"id":"c1","choices":[],"usage":{"prompt_tokens":1}}`)
	sameJSON(t, got, `{"id":"c1","model":"m","object":"chat.completion","created":12345678901234567890,"system_fingerprint":"fp","citations":["u"],"choices":[
		{"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"length","logprobs":null},
		{"index":1,"message":{"role":"assistant","content":"B"},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":1}}`)
	if !strings.Contains(got, `"created":12345678901234567890`) {
		t.Errorf("a number was written anew: %s", got)
	}
	put := dialect.OpenAI.Assembler()
	for _, bad := range []string{``, `[]`, `{"a":`, `"x"`} {
		if put.Add([]byte(bad)) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := put.Reply(); err == nil {
		t.Error("a reply of nothing")
	}
}

// A whole reply that becomes a stream and is put together again loses nothing.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"all": `{"id":"c1","object":"chat.completion","created":7,"model":"m","system_fingerprint":"fp","usage":{"prompt_tokens":3,"completion_tokens":2},"choices":[{"index":0,
			"message":{"role":"assistant","content":"a\n","refusal":null,"reasoning_content":"r","annotations":[{"type":"url_citation"}],
				"audio":{"id":"au","data":"AQID","transcript":"t","expires_at":9},
				"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"t2","type":"custom","custom":{"name":"g","input":"i"}}]},
			"logprobs":{"content":[{"token":"a","logprob":-1}],"refusal":null},"finish_reason":"tool_calls","native_finish_reason":"x"}]}`,
		"two choices": `{"id":"c1","object":"chat.completion","model":"m","choices":[
			{"index":0,"message":{"role":"assistant","content":"a"},"logprobs":null,"finish_reason":"stop"},
			{"index":1,"message":{"role":"assistant","content":null,"refusal":"no"},"logprobs":null,"finish_reason":"content_filter"}],"usage":{"total_tokens":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, err := dialect.OpenAI.EventsOf([]byte(reply), true)
			if err != nil {
				t.Fatal(err)
			}
			var chunks []string
			for _, event := range bytes.Split(bytes.TrimSpace(events), []byte("\n\n")) {
				chunks = append(chunks, strings.TrimPrefix(string(event), "data: "))
			}
			sameJSON(t, assembled(t, chunks...), reply)
		})
	}
}
