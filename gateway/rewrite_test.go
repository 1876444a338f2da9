package gateway

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestRewritten(t *testing.T) {
	for _, c := range []struct {
		name, body, want string
		ask              bool
	}{
		{name: "model only", body: ` {"a":1e400, "model" : "m\u0041" ,"b":"\/"} `, want: ` {"a":1e400, "model" : "up" ,"b":"\/"} `},
		{name: "nothing asked", body: `{"model":"m","stream_options":{"include_usage":false}}`, want: `{"model":"up","stream_options":{"include_usage":false}}`},
		{name: "no options", ask: true, body: `{"model":"m","a":[1] }`, want: `{"model":"up","a":[1] ,"stream_options":{"include_usage":true}}`},
		{name: "null options", ask: true, body: `{"model":"m","stream_options": null }`, want: `{"model":"up","stream_options": {"include_usage":true} }`},
		{name: "null options first", ask: true, body: `{"stream_options":null,"model":"m"}`, want: `{"stream_options":{"include_usage":true},"model":"up"}`},
		{name: "empty options", ask: true, body: `{"model":"m","stream_options":{ }}`, want: `{"model":"up","stream_options":{"include_usage":true }}`},
		{name: "other options", ask: true, body: `{"stream_options":{ "x":1},"model":"m"}`, want: `{"stream_options":{"include_usage":true, "x":1},"model":"up"}`},
		{name: "false", ask: true, body: `{"stream_options":{"include_usage":false,"x":1},"model":"m"}`, want: `{"stream_options":{"include_usage":true,"x":1},"model":"up"}`},
		{name: "null", ask: true, body: `{"model":"m","stream_options":{"x":1,"include_usage": null }}`, want: `{"model":"up","stream_options":{"x":1,"include_usage": true }}`},
		{name: "already true", ask: true, body: `{"model":"m","stream_options":{ "include_usage" : true}}`, want: `{"model":"up","stream_options":{ "include_usage" : true}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, fault := scanHead([]byte(c.body), "")
			if fault != nil {
				t.Fatalf("%+v", *fault)
			}
			if got := joined([]byte(c.body), h, []byte(`"up"`), c.ask); string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func joined(body []byte, h head, quotedModel []byte, ask bool) []byte {
	return bytes.Join(rewritten(nil, body, h, quotedModel, ask), nil)
}

func FuzzRewritten(f *testing.F) {
	for _, seed := range []string{
		`{"model":"m"}`, `{"model":"m","stream_options":{}}`, `{"stream_options":{"x":[1,2]},"model":"m"}`,
		`{"stream_options":null,"model":"m"}`, `{"model":"m","stream_options":{"include_usage":null,"y":1}}`, ` {"a":{"model":1}, "model":"\n\u0041"} `,
	} {
		f.Add([]byte(seed), "up\"stream\"", true)
		f.Add([]byte(seed), "é", false)
	}
	f.Fuzz(func(t *testing.T, body []byte, model string, ask bool) {
		h, fault := scanHead(body, "")
		if fault != nil {
			return
		}
		quoted, err := json.Marshal(model)
		if err != nil {
			t.Fatal(err)
		}
		if _, fault := scanHead([]byte(`{"model":`+string(quoted)+`}`), ""); fault != nil {
			return // the body that comes out is read again below
		}
		before := string(body)
		got := joined(body, h, quoted, ask)
		if string(body) != before {
			t.Fatal("the body was changed")
		}
		want, is := decodedRaw(t, body), decodedRaw(t, got)
		want["model"] = json.RawMessage(quoted)
		if ask {
			options := map[string]json.RawMessage{}
			if raw, ok := want["stream_options"]; ok && string(raw) != "null" {
				options = decodedRaw(t, raw)
			}
			options["include_usage"] = json.RawMessage("true")
			if have := decodedRaw(t, is["stream_options"]); !reflect.DeepEqual(have, options) {
				t.Fatalf("%q: options %q", body, is["stream_options"])
			}
			delete(want, "stream_options")
			delete(is, "stream_options")
		}
		if !reflect.DeepEqual(is, want) {
			t.Fatalf("%q became %q", body, got)
		}
		// Taking out what was put in leaves the body as it was, byte for byte.
		after, fault := scanHead(got, "")
		if fault != nil {
			t.Fatalf("%q became %q: %s", body, got, fault.message)
		}
		if ask && !after.wantsUsage {
			t.Fatalf("%q became %q, which asks for no usage", body, got)
		}
		restored := joined(got, after, body[h.modelAt.from:h.modelAt.to], false)
		if ask && !h.wantsUsage {
			edit, with := usageEdit(body, h)
			i := edit.from
			if !strings.HasPrefix(string(restored[i:]), with) {
				t.Fatalf("%q became %q", body, got)
			}
			restored = []byte(string(restored[:i]) + before[edit.from:edit.to] + string(restored[i+len(with):]))
		}
		if string(restored) != before {
			t.Fatalf("%q became %q", body, got)
		}
	})
}

func decodedRaw(t *testing.T, object []byte) map[string]json.RawMessage {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		t.Fatalf("%q: %v", object, err)
	}
	return fields
}
