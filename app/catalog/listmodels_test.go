package catalog_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/gateway"
)

func price(p float64) *float64 { return &p }

func shown(p *float64) string {
	if p == nil {
		return "?"
	}
	return fmt.Sprint(*p)
}

func TestListModels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := h.provider("up", "sk-canary-0123456789")
	known := h.model(up.ID, "gpt-4.1")
	gone := h.model(up.ID, "gone")
	h.engine.answer = gateway.ProbeResult{
		Status: 200, Outcome: gateway.Outcome{Class: gateway.ClassOK}, Latency: 30 * time.Millisecond, Models: []string{"x"},
		Listed: []gateway.ListedModel{
			{Name: "zeta"},
			{Name: "gpt-4.1"},
			{Name: "Own", ContextTokens: 9, Price: gateway.Price{InputPerMillion: price(1), OutputPerMillion: price(0)}},
			{Name: "openai/gpt-4.1-mini", ContextTokens: 500, Price: gateway.Price{InputPerMillion: price(7), OutputPerMillion: price(8)}},
			{Name: "openai/gpt-4.1-nano", ContextTokens: 500},
			{Name: "gpt-4.1"}, // again
			{Name: "deepseek-chat:free"},
			{Name: "per-call", Price: gateway.Price{PerCall: price(0.5)}},
			{Name: "odd", ContextTokens: -1, Price: gateway.Price{InputPerMillion: price(-1), OutputPerMillion: price(2)}},
			{Name: " padded "},
			{Name: ""},
			{Name: strings.Repeat("x", 300)},
		},
	}
	in := catalog.ProviderInput{
		ID: up.ID, Dialect: up.Dialect, BaseURL: up.BaseURL, Enabled: true,
		Keys: []catalog.ProviderKeyInput{{ID: up.Keys[0].ID, Enabled: true}},
	}
	got := must[catalog.ModelListing](h)(h.ListModels(t.Context(), in))
	if !got.Probe.OK || got.Probe.LatencyMS != 30 || len(got.Probe.Models) != 0 {
		t.Errorf("the probe says %+v", got.Probe)
	}
	var lines []string
	for _, m := range got.Models {
		lines = append(lines, fmt.Sprintf("%s %d %d %s %s %s %s %s", m.Name, m.KnownID, m.ContextTokens,
			shown(m.InputPrice), shown(m.OutputPrice), shown(m.CachedInputPrice), shown(m.CallPrice), m.PriceSource))
	}
	want := []string{
		"deepseek-chat:free 0 1000000 ? ? ? ? ",
		fmt.Sprintf("gpt-4.1 %d 1047576 2 8 0.5 ? table", known.ID),
		"odd 0 0 ? ? ? ? ",
		"openai/gpt-4.1-mini 0 500 7 8 ? ? provider",
		"openai/gpt-4.1-nano 0 500 0.1 0.4 0.025 ? table",
		"Own 0 9 1 0 ? ? provider",
		"per-call 0 0 ? ? ? 0.5 provider",
		"zeta 0 0 ? ? ? ? ",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("listed\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if len(got.Vanished) != 1 || got.Vanished[0].ID != gone.ID {
		t.Errorf("vanished %+v", got.Vanished)
	}
	if probed := h.engine.probed[0]; probed.Keys[0].Secret != "sk-canary-0123456789" || h.engine.model != "" {
		t.Errorf("asked %+v for %q", probed, h.engine.model)
	}

	h.engine.answer = gateway.ProbeResult{Status: 401, Outcome: gateway.Outcome{Class: gateway.ClassCredential, Reason: "bad_key", Message: "no"}}
	got = must[catalog.ModelListing](h)(h.ListModels(t.Context(), in))
	if got.Probe.OK || got.Probe.Status != 401 || got.Probe.Reason != "bad_key" || got.Models == nil || len(got.Models)+len(got.Vanished) != 0 {
		t.Errorf("with a wrong key: %+v", got)
	}
	in.BaseURL = "https://elsewhere.example"
	if _, err := h.ListModels(t.Context(), in); apperr.Code(err) != "provider_keys_needed" {
		t.Errorf("a stored key would have gone elsewhere: %v", err)
	}
	in.BaseURL, in.Keys[0].Enabled = up.BaseURL, false
	if _, err := h.ListModels(t.Context(), in); apperr.Code(err) != "provider_keys_disabled" {
		t.Errorf("without a key that is on: %v", err)
	}
}

// realHouse is a catalog with the real engine and an upstream to ask.
func realHouse(t *testing.T, answer http.HandlerFunc) (*house, string) {
	t.Helper()
	h := newHouse(t)
	engine := gateway.New(gateway.Options{})
	t.Cleanup(func() { _ = engine.Close() })
	h.Catalog = catalog.New(catalog.Options{Store: &memory{}, Engine: engine, Bus: &event.Bus{}})
	upstream := httptest.NewServer(answer)
	t.Cleanup(upstream.Close)
	return h, upstream.URL
}

func TestListModelsOfARealServer(t *testing.T) {
	t.Parallel()
	h, address := realHouse(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/v1/models":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html><html><title>A relay's panel</title></html>"))
		case r.Header.Get("Authorization") != "Bearer sk-right":
			http.Error(w, `{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}`, http.StatusUnauthorized)
		default:
			_, _ = w.Write([]byte(`{"object":"list","data":[{"id":"b"},{"id":"a"}]}`))
		}
	})
	for _, c := range []struct {
		path, key string
		ok        bool
	}{
		{"", "sk-right", true},
		{"/", "sk-right", true},
		{"/v1", "sk-right", true},
		{"/v1/", "sk-right", true},
		{"/v1/chat/completions", "sk-right", true},
		{"/v1/models", "sk-right", true},
		{"/panel", "sk-right", false},
		{"/v1", "sk-wrong", false},
	} {
		got := must[catalog.ModelListing](h)(h.ListModels(t.Context(), catalog.ProviderInput{
			Dialect: "openai", BaseURL: address + c.path, Enabled: true,
			Keys: []catalog.ProviderKeyInput{{Secret: c.key, Enabled: true}},
		}))
		if got.Probe.OK != c.ok || c.ok && (len(got.Models) != 2 || got.Models[0].Name != "a") {
			t.Errorf("%s with %s: %+v", c.path, c.key, got)
		}
		if !c.ok && (got.Probe.Reason == "" || got.Probe.Class == "") {
			t.Errorf("%s with %s tells no reason: %+v", c.path, c.key, got.Probe)
		}
	}
}

func TestListTenThousandModels(t *testing.T) {
	t.Parallel()
	const many = 10_000
	var list strings.Builder
	list.WriteString(`{"data":[`)
	for i := range many {
		fmt.Fprintf(&list, `{"id":"vendor/model-%05d","object":"model","context_length":131072,"pricing":{"prompt":"0.000001","completion":"0.000002"}},`, i)
	}
	text := strings.TrimSuffix(list.String(), ",") + `]}`
	h, address := realHouse(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	began := time.Now()
	got := must[catalog.ModelListing](h)(h.ListModels(t.Context(), catalog.ProviderInput{Dialect: "openai", BaseURL: address, Enabled: true}))
	took := time.Since(began)
	if len(got.Models) != many || got.Models[0].PriceSource != "provider" || *got.Models[0].OutputPrice != 2 {
		t.Fatalf("%d models, %+v", len(got.Models), got.Probe)
	}
	t.Logf("%d models in %s", many, took)
	if took > 30*time.Second { // below 1 s on a machine with nothing else to do
		t.Errorf("that took %s", took)
	}
}
