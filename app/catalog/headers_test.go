package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
)

// withHeaders is a house with a provider of two headers, one of them a secret.
func withHeaders(t *testing.T, baseURL, proxy string) (*house, catalog.Provider) {
	t.Helper()
	h := newHouse(t)
	return h, must[catalog.Provider](h)(h.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: baseURL, Proxy: proxy, Enabled: true,
		Headers: []catalog.Header{{Name: "X-Title", Value: "me"}, {Name: "X-Gate", Value: "gate-canary-0123456789"}},
	}))
}

func asInput(p catalog.Provider) catalog.ProviderInput {
	in := catalog.ProviderInput{
		ID: p.ID, Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Proxy: p.Proxy, Enabled: p.Enabled, Headers: p.Headers,
	}
	for _, k := range p.Keys {
		in.Keys = append(in.Keys, catalog.ProviderKeyInput{ID: k.ID, Enabled: k.Enabled})
	}
	return in
}

// throughWindow is what a page gets, and sends back.
func throughWindow(t *testing.T, p catalog.Provider) catalog.Provider {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "canary") {
		t.Fatalf("a page gets a secret: %s", text)
	}
	var seen catalog.Provider
	if err := json.Unmarshal(text, &seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestSecretHeadersStayUnseen(t *testing.T) {
	t.Parallel()
	h, p := withHeaders(t, "https://up.example/v1", "")
	seen := throughWindow(t, p)
	if seen.Headers[0].Value != "me" || seen.Headers[0].Hint != "" || seen.Headers[1].Hint != "gate…6789" {
		t.Errorf("a page sees %+v", seen.Headers)
	}
	sent := func() string { return h.engine.last().Providers[0].Headers[1].Value }
	in := asInput(seen)
	in.Headers[1].Name = "x-gate" // the same name
	p = must[catalog.Provider](h)(h.SaveProvider(t.Context(), in))
	if sent() != "gate-canary-0123456789" {
		t.Errorf("kept, it is %q", sent())
	}
	in = asInput(throughWindow(t, p))
	in.Headers[1].Value = "another"
	p = must[catalog.Provider](h)(h.SaveProvider(t.Context(), in))
	if sent() != "another" {
		t.Errorf("replaced, it is %q", sent())
	}
	in = asInput(throughWindow(t, p))
	in.Headers[1].Name = "X-Shown"
	_, err := h.SaveProvider(t.Context(), in)
	wantCode(t, err, "header_value_needed")
	in.Headers[1].Name = "User-Agent" // would be shown from then on
	_, err = h.SaveProvider(t.Context(), in)
	wantCode(t, err, "header_value_needed")
}

// What reads a provider's secrets must be given them, not lead them away.
func TestProviderThatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	const http, https, proxy, other = "http://up.example/v1", "https://up.example/v1", "http://proxy.example:8080", "http://evil.example:8080"
	for name, c := range map[string]struct {
		baseURL, proxy, toURL, toProxy string
		asks                           bool
	}{
		"another host":         {https, "", "https://evil.example/v1", "", true},
		"in clear":             {https, "", http, "", true},
		"a path":               {https, "", "https://up.example/v2", "", false},
		"a proxy":              {http, "", http, proxy, true},
		"another proxy":        {http, proxy, http, other, true},
		"no proxy any more":    {http, proxy, http, "", false},
		"the same proxy":       {http, proxy, http, proxy + "/", false},
		"a proxy over TLS":     {https, "", https, proxy, false},
		"another one over TLS": {https, proxy, https, other, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, p := withHeaders(t, c.baseURL, c.proxy)
			in := asInput(p)
			in.BaseURL, in.Proxy = c.toURL, c.toProxy
			file := func(more string) []byte {
				return []byte(`{"version":1,"providers":[{"name":"up","base_url":"` + c.toURL + `","proxy":"` + c.toProxy + `"` + more + `}]}`)
			}
			wanted := func(err error, code string) {
				t.Helper()
				if got := apperr.Code(err); c.asks && got != code || !c.asks && err != nil {
					t.Errorf("got %v", err)
				}
			}
			_, err := h.TestProvider(t.Context(), in)
			wanted(err, "header_value_needed")
			_, err = h.PreviewImport(t.Context(), file(""))
			wanted(err, "import_refused")
			if c.asks && !strings.Contains(err.Error(), "providers[0].headers") {
				t.Errorf("the preview points at %v", err)
			}
			_, err = h.PreviewImport(t.Context(), file(`,"headers":[]`))
			wanted(err, "")

			in.Headers = nil
			in.Keys = []catalog.ProviderKeyInput{{Secret: "sk-first-0123456789", Enabled: true}}
			p = must[catalog.Provider](h)(h.SaveProvider(t.Context(), in)) // there now, with a key
			back := asInput(p)
			back.BaseURL, back.Proxy = "https://up.example:1/v1", ""
			_, err = h.SaveProvider(t.Context(), back)
			wantCode(t, err, "provider_keys_needed")
		})
	}
}
