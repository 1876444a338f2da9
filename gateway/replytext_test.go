package gateway_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"headgate/gateway"
)

func TestReplyText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, reply, want string }{
		{"nothing", "", ""},
		{"a reply", whole("Hello, 世界"), "Hello, 世界"},
		{"escapes", `{"choices":[{"message":{"content":"a\nb \u4f59 \ud83c\udf89"}}]}`, "a\nb 余 🎉"},
		{"reasoning and a refusal", `{"choices":[{"message":{"reasoning_content":"think ","content":"say ","refusal":"no"}}]}`, "think say no"},
		{"parts", `{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}`, "ab"},
		{"two choices", `{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}`, "a\n\nb"},
		{"a stream", "data: " + role + "\n\ndata: " + delta("go") + "\n\n: ping\n\ndata: " + delta("od") + "\n\ndata: " + finish + "\n\ndata: [DONE]\n\n", "good"},
		{"a stream of two", `data: {"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}` + "\n\n" + `data: {"choices":[{"index":1,"delta":{"content":"b"}}]}`, "a\n\nbb"},
		{"a stream with an error", "data: " + delta("go") + "\n\ndata: {\"error\":{\"message\":\"broke off\"}}\n\n", "go\n\nbroke off"},
		{"a response", `{"id":"r","object":"response","error":null,"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"think "}]},{"type":"message","content":[{"type":"output_text","text":"say "},{"type":"refusal","refusal":"no"}]},{"type":"function_call","arguments":"{}"}],"instructions":"be brief"}`, "think say no"},
		{"a response that is cut", `{"object":"response","output":[{"type":"message","content":[{"type":"output_text","text":"sa`, "sa"},
		{"a stream of a response", "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"instructions\":\"be brief\"}}\n\n" + responseDelta("go") + responseDelta("od") + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[]}}\n\n", "good"},
		{"a stream of a response that failed", responseDelta("go") + "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"x\",\"message\":\"broke off\"}}}\n\n", "go\n\nbroke off"},
		{"a stream of a response that is cut", responseDelta("go") + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"o", "goo"},
		{"an error", `{"error":{"message":"no credit","type":"x","param":null,"code":null}}`, "no credit"},
		{"a web page", "<html>Sorry</html>", "<html>Sorry</html>"},
		{"words", "error: out of memory", "error: out of memory"},
		{"a list", "[1]", "[1]"},
		{"bytes", "\xff\xfe", "\uFFFD"},
		{"a mark first", "\xef\xbb\xbf" + whole("good"), "good"},
		{"cut in the text", `{"choices":[{"message":{"content":"half of i`, "half of i"},
		{"cut in an escape", `{"choices":[{"message":{"content":"half\u4f5`, "half"},
		{"cut in a pair", `{"choices":[{"message":{"content":"half\ud83c\udf`, "half"},
		{"a lone half", `{"choices":[{"message":{"content":"half\ud83c!`, "half\uFFFD!"},
		{"cut in a character", "{\"choices\":[{\"message\":{\"content\":\"half \xe4\xb8", "half "},
		{"cut after a backslash", `{"choices":[{"message":{"content":"half\`, "half"},
		{"cut in a number", `{"created":17,"choices":[{"message":{"content":"half"},"index":1`, "half"},
		{"cut in a name", `{"choices":[{"message":{"content":"half"},"finish_re`, "half"},
		{"cut in a word", `{"choices":[{"message":{"content":"half"},"logprobs":nul`, "half"},
		{"a stream that is cut", "data: " + delta("go") + "\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"o", "goo"},
	} {
		if got := gateway.ReplyText([]byte(c.reply)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A reply that is cut anywhere says the beginning of what the whole one says.
func TestReplyTextOfAnyCut(t *testing.T) {
	t.Parallel()
	const text = "say \"no\"\n\\ — 余额不足 🎉🎉 {[\\u0041]}, }"
	escaped := strings.NewReplacer("余", `\u4f59`, "🎉", `\ud83c\udf89`).Replace(whole(text))
	for _, reply := range []string{
		whole(text), escaped,
		"data: " + role + "\n\ndata: " + delta(text[:20]) + "\n\ndata: " + delta(text[20:]) + "\n\ndata: " + finish + "\n\ndata: [DONE]\n\n",
	} {
		want, grown := gateway.ReplyText([]byte(reply)), 0
		if len([]rune(want)) < 20 {
			t.Fatalf("the whole says %q", want)
		}
		for cut := len("data:"); cut <= len(reply); cut++ {
			got := gateway.ReplyText([]byte(reply[:cut]))
			if !strings.HasPrefix(want, got) || len(got) < grown {
				t.Fatalf("cut at %d, %q: %q", cut, reply[:cut], got)
			}
			grown = len(got)
		}
		if grown != len(want) {
			t.Errorf("only %d bytes of %d", grown, len(want))
		}
	}
}

func FuzzReplyText(f *testing.F) {
	f.Add(whole("good"), 40)
	f.Add("data: "+delta("go")+"\n\ndata: [DONE]\n\n", 30)
	f.Add(`{"a":[1,{"b":tru`, 9)
	f.Add(`{"choices":[{"message":{"content":"\ud83c\u`, 41)
	f.Add(`]}{"`, 2)
	f.Fuzz(func(t *testing.T, reply string, cut int) {
		if got := gateway.ReplyText([]byte(reply)); !utf8.ValidString(got) {
			t.Errorf("%q: not UTF-8", got)
		}
		if cut >= 0 && cut < len(reply) {
			gateway.ReplyText([]byte(reply[:cut]))
		}
	})
}

func FuzzFindKeyword(f *testing.F) {
	f.Add("quota", "No QUOTA left", false)
	f.Add("i", "İstanbul İ", false)
	f.Add(`\bno.+left$`, "no money\nleft", true)
	f.Fuzz(func(t *testing.T, keyword, text string, regex bool) {
		spans, err := gateway.FindKeyword(gateway.Keyword{Text: keyword, Regex: regex}, text)
		if err != nil {
			return
		}
		end := 0
		for _, s := range spans {
			if s[0] < end || s[1] <= s[0] || s[1] > len(text) {
				t.Fatalf("spans %v of %q in %q", spans, keyword, text)
			}
			end = s[1]
			if !regex && !strings.EqualFold(strings.ToLower(text[s[0]:s[1]]), strings.ToLower(keyword)) {
				t.Errorf("%q isn't %q", text[s[0]:s[1]], keyword)
			}
		}
		if !regex {
			found := strings.Contains(strings.ToLower(text), strings.ToLower(keyword))
			if found != (len(spans) > 0) {
				t.Errorf("%q in %q: %v", keyword, text, spans)
			}
		}
	})
}
