package gateway_test

import (
	"context"
	"strings"
	"testing"

	"headgate/gateway"
)

// A test of a provider says what is wrong with it, in the classes of the log.
func TestProbeFindsFaults(t *testing.T) {
	list := `{"object":"list","data":[{"id":"a"}]}`
	for _, c := range []struct {
		name   string
		behave func(*visit)
		model  string
		class  gateway.Class
		reason string
		models string
		asked  string // the paths
	}{
		{"a list", failing(200, list), "", gateway.ClassOK, "ok", "a", "/v1/models"},
		{"a web page", html(200), "", gateway.ClassMalformed, "html_reply", "", "/v1/models"},
		{"not JSON", failing(200, "hello"), "", gateway.ClassMalformed, "not_json", "", "/v1/models"},
		{"another JSON", failing(200, `{"hello":1}`), "", gateway.ClassMalformed, "not_json", "", "/v1/models"},
		{"nothing", failing(200, ""), "", gateway.ClassMalformed, "empty_reply", "", "/v1/models"},
		{"a web page of a wrong path", html(404), "", gateway.ClassModelUnavailable, "wrong_path", "", "/v1/models"},
		{"401", failing(401, errorBody("", "invalid_api_key", "no")), "m", gateway.ClassCredential, "bad_key", "", "/v1/models"},
		{"an error in a 200", failing(200, errorBody("", "invalid_api_key", "no")), "", gateway.ClassCredential, "bad_key", "", "/v1/models"},
		{"a redirect", failing(302, "", "Location: /elsewhere"), "", gateway.ClassTransient, "redirected", "", "/v1/models"},
		{"no list, but a chat", func(v *visit) {
			if v.URL.Path == "/v1/models" {
				html(404)(v)
				return
			}
			healthy(v)
		}, "m", gateway.ClassOK, "ok", "", "/v1/models /v1/chat/completions"},
		{"no list and no such model", failing(404, errorBody("", "model_not_found", "no such model")), "m", gateway.ClassModelUnavailable, "model_missing", "", "/v1/models /v1/chat/completions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, c.behave)
			h := open(t, nil)
			got := h.Probe(t.Context(), gateway.Provider{
				Name: "up", Dialect: "openai", BaseURL: u.url, Keys: []gateway.ProviderKey{{ID: 1, Secret: providerKey}},
			}, c.model)
			if got.Outcome.Class != c.class || got.Outcome.Reason != c.reason || strings.Join(got.Models, " ") != c.models || got.Latency <= 0 {
				t.Errorf("%+v, want class %q reason %q", got, c.class, c.reason)
			}
			if strings.Contains(got.Outcome.Message, providerKey) {
				t.Errorf("the key is in the message: %s", got.Outcome.Message)
			}
			var asked []string
			for _, v := range u.seen() {
				asked = append(asked, v.URL.Path)
			}
			if strings.Join(asked, " ") != c.asked {
				t.Errorf("asked %v, want %s", asked, c.asked)
			}
		})
	}
}

// Who closes the window of a test isn't shown a fault of the provider's.
func TestProbeCanceled(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	u := serve(t, func(v *visit) { close(arrived); v.stall() })
	h := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	got := h.Probe(ctx, gateway.Provider{Name: "up", Dialect: "openai", BaseURL: u.url}, "")
	if got.Outcome.Class != gateway.ClassCanceled {
		t.Errorf("%+v", got)
	}
}

// A provider that can't be asked at all is said to be so.
func TestProbeOfNonsense(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for _, p := range []gateway.Provider{
		{Dialect: "klingon", BaseURL: "http://127.0.0.1:1/v1"},
		{Dialect: "openai", BaseURL: "nonsense"},
	} {
		if got := h.Probe(t.Context(), p, ""); got.Outcome.Class == gateway.ClassOK || got.Outcome.Message == "" {
			t.Errorf("%+v: %+v", p, got)
		}
	}
}
