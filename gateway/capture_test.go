package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

func capturing(when gateway.CaptureWhen, bytes int) func(*gateway.Config) {
	return func(c *gateway.Config) { c.Capture = gateway.Capture{When: when, Bytes: bytes} }
}

// bodies are those of the only call.
func (h *house) bodies() *gateway.Bodies {
	h.t.Helper()
	return h.ledger.await(h.t, 1)[0].Bodies
}

// Bodies are recorded of the calls that they are wanted of.
func TestCaptureWhen(t *testing.T) {
	t.Parallel()
	good := gatewaytest.Script{}
	bad := gatewaytest.Always(gatewaytest.Behaviour{Status: 500})
	for _, c := range []struct {
		name   string
		first  gatewaytest.Script
		body   string
		header []string
		kept   map[gateway.CaptureWhen]bool
	}{
		{"a good call", good, plainBody, nil, map[gateway.CaptureWhen]bool{gateway.CaptureAlways: true}},
		{"a second attempt", bad, plainBody, nil, map[gateway.CaptureWhen]bool{gateway.CaptureAlways: true, gateway.CaptureErrors: true}},
		{"a cut stream", gatewaytest.Fault("FLT-011"), streamBody, nil, map[gateway.CaptureWhen]bool{gateway.CaptureAlways: true, gateway.CaptureErrors: true}},
		{"an unknown group", good, `{"model":"none","messages":[{}]}`, nil, map[gateway.CaptureWhen]bool{gateway.CaptureAlways: true, gateway.CaptureErrors: true}},
		{"no key", good, plainBody, []string{"Authorization", ""}, map[gateway.CaptureWhen]bool{gateway.CaptureAlways: true, gateway.CaptureErrors: true}},
	} {
		for _, when := range []gateway.CaptureWhen{"", gateway.CaptureNever, gateway.CaptureErrors, gateway.CaptureAlways} {
			up, second := gatewaytest.Start(t, c.first), gatewaytest.Start(t, good)
			h := open(t, []string{up.URL(), second.URL()}, capturing(when, 0))
			got := h.post(c.body, c.header...)
			b := h.bodies()
			if (b != nil) != c.kept[when] {
				t.Errorf("%s, %q: bodies %v", c.name, when, b)
				continue
			}
			if b == nil {
				continue
			}
			if string(b.Reply) != got.body || b.ReplyCut {
				t.Errorf("%s, %q: reply %q, the client got %q", c.name, when, b.Reply, got.body)
			}
			if read := c.name != "no key"; string(b.Request) != c.body && read || b.RequestCut == read {
				t.Errorf("%s, %q: request %q, cut %v", c.name, when, b.Request, b.RequestCut)
			}
		}
	}
}

// The header is kept without anything that may be a credential.
func TestCapturedHeader(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url}, capturing(gateway.CaptureAlways, 0))
	h.post(plainBody, "X-Title", "a title with "+apiKey, "Cookie", "session=1", "X-Auth-Token", "hidden", "Proxy-Authorization", "Basic x", "X-Long", strings.Repeat("long", 1000))
	header := map[string]string{}
	for _, line := range h.bodies().RequestHeader {
		header[line.Name] = line.Value
	}
	for _, name := range []string{"Authorization", "Cookie", "X-Auth-Token", "Proxy-Authorization", "X-Api-Key"} {
		if value, there := header[name]; there {
			t.Errorf("%s: %s", name, value)
		}
	}
	if header["Content-Type"] != "application/json" || header["X-Title"] != "a title with [redacted]" || len(header["X-Long"]) > 1100 {
		t.Errorf("header %v", header)
	}
}

// pieces fails when as much as eight bytes in a row of a secret are in text.
func pieces(t *testing.T, what, text string, hidden ...string) {
	t.Helper()
	for _, secret := range hidden {
		for i := 0; i+8 <= len(secret); i++ {
			if strings.Contains(text, secret[i:i+8]) {
				t.Fatalf("%s has %q of a secret: %s", what, secret[i:i+8], text)
			}
		}
	}
}

// No secret is in what is kept, nor a part of one where it is cut.
func TestCaptureHidesSecrets(t *testing.T) {
	t.Parallel()
	const slashed, header, overlapping = `wJalr/XUtn+"FEMI"/K7MDENG`, "header-secret-42", providerKey + "-2-and-more"
	secrets := []string{providerKey + "-1", providerKey + "-2", apiKey, slashed, header, overlapping}
	mention := strings.Join(secrets, " and ")
	quoted, _ := json.Marshal(mention)
	body := fmt.Sprintf(`{"model":"chat","messages":[{"role":"user","content":%s,"slashed":%s}]}`, quoted, strings.ReplaceAll(string(quoted), "/", `\/`))
	u := serve(t, func(v *visit) { v.reply(200, "application/json", whole(mention)) })
	for limit := 1; limit < len(body)+40; limit += 3 {
		h := open(t, []string{u.url, u.url}, capturing(gateway.CaptureAlways, limit), func(c *gateway.Config) {
			c.Providers[1].Keys = append(c.Providers[1].Keys,
				gateway.ProviderKey{ID: 11, Secret: slashed}, gateway.ProviderKey{ID: 12, Secret: overlapping})
			c.Providers[1].Headers = []gateway.Header{{Name: "X-Secret", Value: header}}
		})
		h.post(body)
		b := h.bodies()
		pieces(t, fmt.Sprintf("the request, cut at %d,", limit), string(b.Request), append(secrets, `wJalr\/XUtn+\"FEMI\"\/K7MDENG`)...)
		pieces(t, fmt.Sprintf("the reply, cut at %d,", limit), string(b.Reply), secrets...)
		if len(b.Request) > limit || len(b.Reply) > limit {
			t.Fatalf("%d bytes and %d, the limit is %d", len(b.Request), len(b.Reply), limit)
		}
		if limit == 1 && (!b.RequestCut || !b.ReplyCut || len(b.Request) != 1) {
			t.Errorf("not cut: %+v", b)
		}
	}
}

// A body that just fits is whole, one byte more is cut.
func TestCaptureLimit(t *testing.T) {
	t.Parallel()
	reply := whole("good")
	for _, c := range []struct {
		limit               int
		requestCut, repyCut bool
	}{
		{len(plainBody), false, len(reply) > len(plainBody)},
		{len(plainBody) - 1, true, true},
		{len(reply), false, false},
		{len(reply) - 1, false, true},
		{0, false, false},
	} {
		h := open(t, []string{serve(t, healthy).url}, capturing(gateway.CaptureAlways, c.limit))
		h.post(plainBody)
		b := h.bodies()
		if b.RequestCut != c.requestCut || b.ReplyCut != c.repyCut {
			t.Errorf("limit %d: request cut %v, reply cut %v", c.limit, b.RequestCut, b.ReplyCut)
		}
		if !strings.HasPrefix(plainBody, string(b.Request)) || !strings.HasPrefix(reply, string(b.Reply)) {
			t.Errorf("limit %d: %+v", c.limit, b)
		}
	}
}

// A wrong key, too, stays out of the record, be it only in the body.
func TestCaptureHidesAWrongKey(t *testing.T) {
	t.Parallel()
	const wrong = "sk-somebody-elses-key-0123"
	for _, header := range []string{"Authorization", "X-Api-Key"} {
		h := open(t, []string{serve(t, healthy).url}, capturing(gateway.CaptureErrors, 0))
		value := wrong
		if header == "Authorization" {
			value = "Bearer " + wrong
		}
		got := h.post(`{"model":"`+wrong+`","messages":[{}]}`, "Authorization", "", header, value, "X-Title", wrong)
		if got.status != 401 {
			t.Errorf("got %d", got.status)
		}
		shown := fmt.Sprintf("%+v", *h.bodies())
		pieces(t, "the record", shown, wrong)
	}
}

// What a reply that broke off was, the error that ended it included, can be read
// in the record.
func TestCapturedStream(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("half of it") + "\n\n")
		v.reset()
	})
	h := open(t, []string{u.url}, capturing(gateway.CaptureErrors, 0))
	h.post(streamBody)
	if text := gateway.ReplyText(h.bodies().Reply); !strings.HasPrefix(text, "half of it\n\nThe reply broke off") {
		t.Errorf("%q", text)
	}
}

func TestCapturesThatAreNone(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]gateway.Capture{
		`capture.when: unknown value "sometimes"`: {When: "sometimes"},
		"capture.bytes: -1 is negative":           {When: gateway.CaptureAlways, Bytes: -1},
	} {
		if err := gateway.Validate(gateway.Config{Capture: c}); err == nil || err.Error() != says {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A header's value may be as plain a word as "enabled". It is kept out of errors and
// of what is stored; a reply that has the word arrives as it was sent.
func TestPlainHeaderValuesStayInReplies(t *testing.T) {
	t.Parallel()
	const word = "enabled"
	u := serve(t, func(v *visit) {
		if strings.Contains(string(v.Body), "fail") {
			v.reply(400, "application/json", `{"error":{"message":"no streaming, though X-Mode is `+word+`"}}`)
			return
		}
		v.reply(200, "application/json", whole("streaming is "+word))
	})
	h := open(t, []string{u.url}, func(c *gateway.Config) {
		c.Providers[0].Headers = []gateway.Header{{Name: "X-Mode", Value: word, Secret: true}}
	})
	if got := h.post(plainBody); got.text() != "streaming is "+word {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := h.post(strings.Replace(plainBody, "hi", "fail", 1)); got.status != 400 || strings.Contains(got.body, word) {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
