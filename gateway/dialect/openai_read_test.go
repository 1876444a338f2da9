package dialect

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

var (
	chunkText = `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"m1","service_tier":"default","system_fingerprint":"fp_2f1a9c","choices":[{"index":0,"delta":{"content":" the \"quoted\" word\n"},"logprobs":null,"finish_reason":null}],"usage":null}`
	replyText = `{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"m1","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		strings.Repeat(`Here is what I would change: \"this\" and that.\n`, 12) + `","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":212,"completion_tokens":120,"total_tokens":332,"prompt_tokens_details":{"cached_tokens":128,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":64}},"service_tier":"default"}`
)

// usual are texts that are read without encoding/json, with what else a reply or
// an event may hold.
var usual = []string{
	chunkText, replyText, `{}`, ` { "choices" : [ ] , "usage" : { "prompt_tokens" : 3 } } `,
	`{"choices":[{"index":1,"delta":{"reasoning_content":"a","reasoning":"b","content":"c","refusal":"d"},"finish_reason":"length"}]}`,
	`{"choices":[{"index":70,"delta":{"content":""},"finish_reason":""},{"index":-1,"delta":null},{"index":1.5,"delta":{"content":null}},{"index":"2"}]}`,
	`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\":"}}]}}]}`,
	`{"choices":[{"delta":{"tool_calls":[],"function_call":{},"audio":null}},{"message":{"tool_calls":[ ]}}]}`,
	`{"choices":null,"usage":{"prompt_tokens":1e2,"input_tokens":7,"completion_tokens":-1,"output_tokens":2,"prompt_tokens_details":null,"prompt_cache_hit_tokens":5,"cost":0.00012}}`,
	`{"choices":[],"usage":{"prompt_tokens":null,"completion_tokens":"9","cost":null}}`,
	`{"error":null,"choices":[{"delta":{"content":"héllo 模型 \/ \b\f\r\t"}}]}`,
	`{"type":"ping","depth":[[[[{"a":[true,false,null,-0.5e+10]}]]]]}`,
	`{"choices":[{"message":{"content":"😀 \u00e9 \ud83d\ude00 \ud83d x"},"finish_reason":"stop"}],"usage":{"cost":"free"}}`,
}

// unusual are texts that encoding/json reads, or refuses.
var unusual = []string{
	``, `x`, `[]`, `null`, `"a"`, `{`, `{"choices"`, `{"choices":[{`, `{"choices":[]}}`, `{"a":01}`, `{"a":1.}`, `{"a":tru}`, `{"a":"` + "\n" + `"}`,
	`{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\`, `{,}`, `{"a":1,}`, `[1,]`, `{"a":[1,]}`, `{"a" 1}`, "{\"choices\":[]}\x00", "{\"a\x00\":1}",
	`{"Choices":[{"delta":{"content":"a"}}]}`, `{"choiceſ":[{"delta":{"content":"a"}}]}`, `{"choices":[{"delta":{"\u0063ontent":"a"}}]}`,
	`{"choices":[{"delta":{"content":"a","content":"b"}}]}`, `{"choices":[{"delta":{"content":"a"}}],"choices":[{}]}`,
	`{"choices":[{"delta":{"content":[{"text":"a"},{"text":"b"}]}}]}`, `{"choices":[{"delta":"a"}]}`, `{"choices":{}}`, `{"choices":[null]}`,
	`{"usage":3}`, `{"usage":{"prompt_tokens_details":[]}}`, `{"error":{"message":"overloaded"}}`, `{"error":"x","choices":[]}`,
	`{"a":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}`, `{"choices":[{"finish_reason":["stop"]}]}`,
	`{"choices":[{"delta":{"content":"` + "\xff\xfe" + `"}}]}`, `{"choices":[{"delta":{},"delta":{"content":"x"}}]}`,
}

func TestReadersAgreeWithEncodingJSON(t *testing.T) {
	for _, text := range usual {
		if _, ok := replyByCursor([]byte(text), true); !ok && !strings.Contains(text, `"error":{`) {
			t.Errorf("a reply that is not unusual was given up: %s", text)
		}
		var e Event
		if !eventByCursor([]byte(text), true, &e) {
			t.Errorf("an event that is not unusual was given up: %s", text)
		}
	}
	for _, text := range append(usual, unusual...) {
		compareReaders(t, []byte(text))
		for cut := range len(text) {
			compareReaders(t, []byte(text[:cut]))
		}
	}
}

func FuzzReadersAgreeWithEncodingJSON(f *testing.F) {
	for _, text := range append(usual, unusual...) {
		f.Add([]byte(text))
	}
	f.Fuzz(compareReaders)
}

// compareReaders fails when the cursor reads a text otherwise than encoding/json,
// or takes one that isn't JSON.
func compareReaders(t *testing.T, text []byte) {
	if reply, ok := replyByCursor(text, true); ok {
		want, err := replyByJSON(text)
		if err != nil || !reflect.DeepEqual(reply, want) {
			t.Fatalf("reply %q\n got %s\nwant %s, %v", text, shown(reply), shown(want), err)
		}
	}
	for _, wantText := range []bool{true, false} {
		var got, want Event
		if !eventByCursor(text, wantText, &got) {
			continue
		}
		err := eventByJSON(text, &want)
		if !wantText {
			want.Texts = nil
		}
		if len(got.Texts) == 0 && len(want.Texts) == 0 {
			got.Texts, want.Texts = nil, nil
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("event %q, text %v\n got %s\nwant %s, %v", text, wantText, shown(got), shown(want), err)
		}
	}
}

func shown(v any) string {
	text, err := json.Marshal(v)
	return fmt.Sprint(string(text), err)
}

// BenchmarkReadEvent reads one event of a stream, with and without its text:
//
//	go test -run '^$' -bench 'Read' -count 6 ./gateway/dialect | benchstat -
func BenchmarkReadEvent(b *testing.B) {
	for name, text := range map[string]bool{"text": true, "no text": false} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(chunkText)))
			b.ReportAllocs()
			var e Event
			for b.Loop() {
				if err := OpenAI.ReadEvent([]byte(chunkText), text, &e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("by encoding json", func(b *testing.B) {
		b.SetBytes(int64(len(chunkText)))
		b.ReportAllocs()
		var e Event
		for b.Loop() {
			if err := eventByJSON([]byte(chunkText), &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReadReply reads a whole reply of 1 KB.
func BenchmarkReadReply(b *testing.B) {
	for name, read := range map[string]func([]byte) (Reply, error){
		"cursor":        func(body []byte) (Reply, error) { return readOpenAIReply(body, true) },
		"without texts": func(body []byte) (Reply, error) { return readOpenAIReply(body, false) },
		"encoding json": replyByJSON,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(replyText)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read([]byte(replyText)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
