package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func at(body string, s span) string { return body[s.from:s.to] }

func TestScanHeadReadsWhatTheEngineNeeds(t *testing.T) {
	for _, c := range []struct {
		name, body, list      string
		model, quoted         string
		stream, usage         bool
		options, null, wanted string
	}{
		{name: "least", body: `{"model":"m"}`, model: "m", quoted: `"m"`},
		{name: "white space", body: " \t\r\n{ \"model\" : \"m\" } \n", model: "m", quoted: `"m"`},
		{name: "escaped key and model", body: `{"mod\u0065l":"g\u0070t-\/\ud83d\ude00"}`, model: "gpt-/😀", quoted: `"g\u0070t-\/\ud83d\ude00"`},
		{name: "lone surrogate", body: `{"model":"a\ud800b","x":"\udfff"}`, model: "a\uFFFDb", quoted: `"a\ud800b"`},
		{name: "MODEL is another field", body: `{"MODEL":1,"model":"m","Model":[]}`, model: "m", quoted: `"m"`},
		{name: "nested model is another field", body: `{"x":{"model":1,"model":2},"model":"m"}`, model: "m", quoted: `"m"`},
		{name: "list", body: `{"messages":[ {} ],"model":"m"}`, list: "messages", model: "m", quoted: `"m"`},
		{name: "other list", body: `{"messages":[],"input":[1],"model":"m"}`, list: "input", model: "m", quoted: `"m"`},
		{name: "stream", body: `{"model":"m","stream":true}`, model: "m", quoted: `"m"`, stream: true},
		{name: "stream false", body: `{"model":"m","stream":false}`, model: "m", quoted: `"m"`},
		{name: "stream null", body: `{"model":"m","stream":null}`, model: "m", quoted: `"m"`},
		{name: "usage asked", body: `{"stream_options":{"x":[1],"include_usage":true},"model":"m"}`, model: "m", quoted: `"m"`, options: `{"x":[1],"include_usage":true}`, usage: true, wanted: "true"},
		{name: "usage not asked", body: `{"stream_options":{"include_usage" : false },"model":"m"}`, model: "m", quoted: `"m"`, options: `{"include_usage" : false }`, wanted: "false"},
		{name: "usage odd", body: `{"stream_options":{"include_usage":"x"},"model":"m"}`, model: "m", quoted: `"m"`, options: `{"include_usage":"x"}`, wanted: `"x"`},
		{name: "options empty", body: `{"stream_options":{ },"model":"m"}`, model: "m", quoted: `"m"`, options: `{ }`},
		{name: "options null", body: `{"stream_options": null,"model":"m"}`, model: "m", quoted: `"m"`, null: "null"},
		{name: "big numbers", body: `{"model":"m","seed":123456789012345678901234567890,"x":1e400,"y":-0.0E-7}`, model: "m", quoted: `"m"`},
		{name: "longest model", body: `{"model":"` + strings.Repeat(`\u0061`, maxModelLength) + `"}`, model: strings.Repeat("a", maxModelLength), quoted: `"` + strings.Repeat(`\u0061`, maxModelLength) + `"`},
		{name: "deepest", body: `{"model":"m","x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, model: "m", quoted: `"m"`},
		{name: "invalid UTF-8", body: "{\"model\":\"m\",\"x\":\"\xff\"}", model: "m", quoted: `"m"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, fault := scanHead([]byte(c.body), c.list)
			if fault != nil {
				t.Fatalf("refused: %+v", *fault)
			}
			if h.model != c.model || at(c.body, h.modelAt) != c.quoted {
				t.Errorf("model %q at %q, want %q at %q", h.model, at(c.body, h.modelAt), c.model, c.quoted)
			}
			if h.stream != c.stream || h.wantsUsage != c.usage {
				t.Errorf("stream %v usage %v, want %v %v", h.stream, h.wantsUsage, c.stream, c.usage)
			}
			if at(c.body, h.options) != c.options || at(c.body, h.optionsNull) != c.null || at(c.body, h.usageAt) != c.wanted {
				t.Errorf("options %q, null %q, include_usage %q", at(c.body, h.options), at(c.body, h.optionsNull), at(c.body, h.usageAt))
			}
			if want := strings.LastIndexByte(c.body, '}'); h.end != want {
				t.Errorf("end %d, want %d", h.end, want)
			}
		})
	}
}

func TestScanHeadRefuses(t *testing.T) {
	deep := func(n int) string {
		return `{"model":"m","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	for _, c := range []struct{ name, body, param, code, says string }{
		{"empty", "", "", "invalid_json", "empty"},
		{"white space", " \n", "", "invalid_json", "empty"},
		{"array", `[{"model":"m"}]`, "", "invalid_json", "must be a JSON object"},
		{"text", `"m"`, "", "invalid_json", "must be a JSON object"},
		{"number", `7`, "", "invalid_json", "must be a JSON object"},
		{"null", `null`, "", "invalid_json", "must be a JSON object"},
		{"byte order mark", "\xEF\xBB\xBF{}", "", "invalid_json", "byte 0xEF, at byte 0"},
		{"cut", `{"model":"m"`, "", "invalid_json", "too early, at byte 12"},
		{"cut in a string", `{"model":"m`, "", "invalid_json", "too early, at byte 11"},
		{"cut in an escape", `{"model":"\u00`, "", "invalid_json", "too early"},
		{"cut before a value", `{"model":`, "", "invalid_json", "too early, at byte 9"},
		{"cut in a literal", `{"model":tr`, "", "invalid_json", "too early"},
		{"cut in a number", `{"model":-`, "", "invalid_json", "too early"},
		{"cut options", `{"model":"m","stream_options":{"include_usage":true`, "", "invalid_json", "too early"},
		{"trailing junk", `{"model":"m"} x`, "", "invalid_json", "unexpected 'x', at byte 14"},
		{"trailing object", `{"model":"m"}{}`, "", "invalid_json", "at byte 13"},
		{"trailing NUL", "{\"model\":\"m\"}\x00", "", "invalid_json", "byte 0x00"},
		{"trailing comma", `{"model":"m",}`, "", "invalid_json", "unexpected '}'"},
		{"trailing comma in an array", `{"model":"m","x":[1,]}`, "", "invalid_json", "unexpected ']'"},
		{"leading comma", `{,"model":"m"}`, "", "invalid_json", "unexpected ','"},
		{"no colon", `{"model" "m"}`, "", "invalid_json", `unexpected '"'`},
		{"bare key", `{model:"m"}`, "", "invalid_json", "unexpected 'm'"},
		{"wrong brackets", `{"model":"m","x":[}`, "", "invalid_json", "unexpected '}'"},
		{"leading zero", `{"model":"m","x":01}`, "", "invalid_json", "unexpected '1'"},
		{"plus", `{"model":"m","x":+1}`, "", "invalid_json", "unexpected '+'"},
		{"no fraction", `{"model":"m","x":1.}`, "", "invalid_json", "unexpected '}'"},
		{"no exponent", `{"model":"m","x":1e}`, "", "invalid_json", "unexpected '}'"},
		{"NaN", `{"model":"m","x":NaN}`, "", "invalid_json", "unexpected 'N'"},
		{"wrong literal", `{"model":"m","x":trux}`, "", "invalid_json", "unexpected 'x'"},
		{"raw control character", "{\"model\":\"a\nb\"}", "", "invalid_json", "control character inside a string, at byte 11"},
		{"unknown escape", `{"model":"\x"}`, "", "invalid_json", "unknown escape"},
		{"bad hex", `{"model":"\u00g0"}`, "", "invalid_json", "hexadecimal"},
		{"too deep", deep(100), "", "invalid_json", "deeper than 100"},
		{"far too deep", `{"model":` + strings.Repeat("[", 1<<20), "", "invalid_json", "deeper than 100"},
		{"too deep in options", `{"stream_options":{"x":` + strings.Repeat("[", 99) + `1`, "", "invalid_json", "deeper than 100"},
		{"syntax before fields", `{"model":1,"stream":"x"`, "", "invalid_json", "too early"},

		{"no model", `{}`, "model", "missing_required_parameter", "no 'model'"},
		{"MODEL only", `{"MODEL":"m"}`, "model", "missing_required_parameter", "no 'model'"},
		{"model null", `{"model":null}`, "model", "invalid_value", "must be a string"},
		{"model number", `{"model":4}`, "model", "invalid_value", "must be a string"},
		{"model object", `{"model":{}}`, "model", "invalid_value", "must be a string"},
		{"model empty", `{"model":""}`, "model", "invalid_value", "empty"},
		{"model long", `{"model":"` + strings.Repeat("a", maxModelLength+1) + `"}`, "model", "invalid_value", "longer than 2048"},
		{"model very long", `{"model":"` + strings.Repeat("a", 10*maxModelLength) + `"}`, "model", "invalid_value", "longer than 2048"},
		{"model with control characters", `{"model":"a\u0007b"}`, "model", "invalid_value", "control character"},
		{"model with a line end", `{"model":"a\nb"}`, "model", "invalid_value", "control character"},
		{"model with DEL", "{\"model\":\"a\x7fb\"}", "model", "invalid_value", "control character"},
		{"model twice", `{"model":"a","model":"a"}`, "model", "invalid_value", "more than once"},
		{"model twice, escaped", `{"model":"a","mod\u0065l":"b"}`, "model", "invalid_value", "more than once"},
		{"stream text", `{"model":"m","stream":"true"}`, "stream", "invalid_value", "true or false"},
		{"stream number", `{"model":"m","stream":1}`, "stream", "invalid_value", "true or false"},
		{"stream twice", `{"model":"m","stream":null,"\u0073tream":true}`, "stream", "invalid_value", "more than once"},
		{"options text", `{"model":"m","stream_options":"x"}`, "stream_options", "invalid_value", "must be an object"},
		{"options array", `{"model":"m","stream_options":[]}`, "stream_options", "invalid_value", "must be an object"},
		{"options twice", `{"model":"m","stream_options":null,"stream_options":{}}`, "stream_options", "invalid_value", "more than once"},
		{"include_usage twice", `{"model":"m","stream_options":{"include_usage":true,"include_usage":false}}`, "stream_options.include_usage", "invalid_value", "more than once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, fault := scanHead([]byte(c.body), "")
			wantFault(t, fault, c.param, c.code, c.says)
		})
	}
	for _, c := range []struct{ name, body, code, says string }{
		{"missing", `{"model":"m"}`, "missing_required_parameter", "no 'messages'"},
		{"null", `{"model":"m","messages":null}`, "invalid_value", "must be an array"},
		{"text", `{"model":"m","messages":"x"}`, "invalid_value", "must be an array"},
		{"empty", `{"model":"m","messages":[ ]}`, "invalid_value", "must not be empty"},
		{"twice", `{"model":"m","messages":[1],"messages":[1]}`, "invalid_value", "more than once"},
	} {
		t.Run("list "+c.name, func(t *testing.T) {
			_, fault := scanHead([]byte(c.body), "messages")
			wantFault(t, fault, "messages", c.code, c.says)
		})
	}
}

func wantFault(t *testing.T, fault *headFault, param, code, says string) {
	t.Helper()
	if fault == nil {
		t.Fatal("accepted")
	}
	if fault.param != param || fault.code != code || !strings.Contains(fault.message, says) {
		t.Errorf("fault %+v, want param %q, code %q, a message with %q", *fault, param, code, says)
	}
}

func TestScanHeadFindsWhatEndsAStringAtEveryOffset(t *testing.T) {
	for n := range 40 {
		body := fmt.Sprintf(`{"model":"m","x":"%s\"%s","y":"%s"}`, strings.Repeat("a", n), strings.Repeat("é", n), strings.Repeat("!", n))
		if _, fault := scanHead([]byte(body), ""); fault != nil {
			t.Errorf("%d: %+v", n, *fault)
		}
		broken := strings.Replace(body, "!", "\x1f", 1)
		if _, fault := scanHead([]byte(broken), ""); n > 0 && fault == nil {
			t.Errorf("%d: control character accepted", n)
		}
	}
}

func TestScanHeadAllocatesOnlyTheModel(t *testing.T) {
	body := []byte(prompt(10_000))
	if n := testing.AllocsPerRun(100, func() { scanHead(body, "messages") }); n > 1 {
		t.Errorf("%v allocations, want 1", n)
	}
}

// prompt returns a request body with a prompt of about n bytes.
func prompt(n int) string {
	line, _ := json.Marshal("The quick brown fox said \"so\",\nand jumps over the lazy dog, once, twice and then a third time.")
	text := strings.Repeat(string(line[1:len(line)-1]), n/len(line)+1)
	return `{"model":"gpt-5","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"` + text +
		`"}],"temperature":0.7,"stream":true,"stream_options":{"include_usage":true}}`
}

func BenchmarkScanHead(b *testing.B) {
	body := []byte(prompt(100_000))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fault := scanHead(body, "messages"); fault != nil {
			b.Fatal(fault.message)
		}
	}
}

// topLevel decodes an object's members with all their repetitions.
func topLevel(body []byte) (values map[string][]json.RawMessage, ok bool) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	values = make(map[string][]json.RawMessage)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, false
		}
		name, _ := key.(string)
		values[name] = append(values[name], value)
	}
	return values, true
}

func FuzzScanHead(f *testing.F) {
	for _, seed := range []string{
		`{"model":"m","messages":[1],"stream":true,"stream_options":{"include_usage":false}}`,
		`{"mod\u0065l":"a\ud83d\ude00\ud800\n","x":[1e5,-0.1,{"y":null}],"stream":null}`,
		`{"stream_options":null,"model":"\\\"","messages":[]} `, `{"model":"m","model":"n"}`, `[]`, `{"x":01}`, "{\"model\":\"\xff\"}",
		`{"model":"` + strings.Repeat("a", 2049) + `"}`, `{"model":"m","x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		h, fault := scanHead(body, "messages")
		fields, isObject := topLevel(body)
		valid := json.Valid(body) && isObject
		if fault != nil {
			if fault.message == "" {
				t.Fatal("a fault without words")
			}
			if broken := fault.code == "invalid_json"; broken == valid && !strings.Contains(fault.message, "deeper") {
				t.Fatalf("%q: %+v, valid for encoding/json: %v", body, *fault, valid)
			}
			if valid && fault.code != "invalid_json" {
				first := strings.SplitN(fault.param, ".", 2)[0]
				if fault.code == "missing_required_parameter" != (len(fields[first]) == 0) {
					t.Fatalf("%q: %+v", body, *fault)
				}
			}
			return
		}
		if !valid {
			t.Fatalf("%q accepted", body)
		}
		for _, name := range []string{"model", "stream", "stream_options", "messages"} {
			if len(fields[name]) > 1 {
				t.Fatalf("%q: repeated %s accepted", body, name)
			}
		}
		var decoded struct {
			model   string
			stream  bool
			list    []json.RawMessage
			options map[string]json.RawMessage
		}
		decode := func(name string, into any) bool {
			if len(fields[name]) == 0 {
				return false
			}
			if err := json.Unmarshal(fields[name][0], into); err != nil {
				t.Fatalf("%q: %s: %v", body, name, err)
			}
			return true
		}
		if !decode("model", &decoded.model) || decoded.model != h.model || h.model == "" || string(fields["model"][0]) != at(string(body), h.modelAt) {
			t.Fatalf("%q: model %q, want %q", body, h.model, decoded.model)
		}
		if decode("stream", &decoded.stream); decoded.stream != h.stream {
			t.Fatalf("%q: stream %v", body, h.stream)
		}
		if !decode("messages", &decoded.list) || len(decoded.list) == 0 {
			t.Fatalf("%q: list accepted", body)
		}
		decode("stream_options", &decoded.options)
		if usage := decoded.options["include_usage"]; string(usage) != at(string(body), h.usageAt) || h.wantsUsage != (string(usage) == "true") {
			t.Fatalf("%q: include_usage %q, want %q", body, at(string(body), h.usageAt), usage)
		}
		if body[h.end] != '}' || strings.Trim(string(body[h.end+1:]), " \t\r\n") != "" {
			t.Fatalf("%q: end %d", body, h.end)
		}
	})
}
