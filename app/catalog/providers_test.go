package catalog_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"headgate/app/catalog"
	"headgate/gateway"
)

func TestProviderRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	existing := h.provider("taken", "sk-taken-0123456789")
	many := func(n int) (list []catalog.ProviderKeyInput) {
		for i := range n {
			list = append(list, catalog.ProviderKeyInput{Secret: "sk-" + strconv.Itoa(i)})
		}
		return list
	}
	for name, c := range map[string]struct {
		change func(*catalog.ProviderInput)
		code   string
	}{
		"no name":                {func(p *catalog.ProviderInput) { p.Name = "  " }, "name_invalid"},
		"101 characters":         {func(p *catalog.ProviderInput) { p.Name = strings.Repeat("名", 101) }, "name_invalid"},
		"control character":      {func(p *catalog.ProviderInput) { p.Name = "a\nb" }, "name_invalid"},
		"broken UTF-8":           {func(p *catalog.ProviderInput) { p.Name = "a\xff" }, "name_invalid"},
		"taken name":             {func(p *catalog.ProviderInput) { p.Name = " taken " }, "name_taken"},
		"unknown dialect":        {func(p *catalog.ProviderInput) { p.Dialect = "esperanto" }, "dialect_unknown"},
		"no dialect":             {func(p *catalog.ProviderInput) { p.Dialect = "" }, "dialect_unknown"},
		"no such provider":       {func(p *catalog.ProviderInput) { p.ID = 999 }, "provider_not_found"},
		"header name":            {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "a b"}} }, "header_invalid"},
		"no header name":         {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Value: "x"}} }, "header_invalid"},
		"header value":           {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "a", Value: "b\r\nc: d"}} }, "header_invalid"},
		"header beyond ASCII":    {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "a", Value: "ü"}} }, "header_invalid"},
		"credential header":      {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "authorization", Value: "x"}} }, "header_reserved"},
		"transport header":       {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "HOST", Value: "x"}} }, "header_reserved"},
		"header twice":           {func(p *catalog.ProviderInput) { p.Headers = []catalog.Header{{Name: "X-A"}, {Name: "x-a"}} }, "header_duplicate"},
		"51 headers":             {func(p *catalog.ProviderInput) { p.Headers = make([]catalog.Header, 51) }, "too_many"},
		"empty key":              {func(p *catalog.ProviderInput) { p.Keys = []catalog.ProviderKeyInput{{Secret: " "}} }, "provider_key_invalid"},
		"key with a space":       {func(p *catalog.ProviderInput) { p.Keys = []catalog.ProviderKeyInput{{Secret: "a b"}} }, "provider_key_invalid"},
		"key with a line break":  {func(p *catalog.ProviderInput) { p.Keys = []catalog.ProviderKeyInput{{Secret: "a\r\nb"}} }, "provider_key_invalid"},
		"key twice":              {func(p *catalog.ProviderInput) { p.Keys = []catalog.ProviderKeyInput{{Secret: "a"}, {Secret: "a"}} }, "provider_key_duplicate"},
		"key of another":         {func(p *catalog.ProviderInput) { p.Keys = []catalog.ProviderKeyInput{{ID: existing.Keys[0].ID}} }, "provider_key_not_found"},
		"101 keys":               {func(p *catalog.ProviderInput) { p.Keys = many(101) }, "too_many"},
		"base URL: none":         {func(p *catalog.ProviderInput) { p.BaseURL = "" }, "base_url_invalid"},
		"base URL: no scheme":    {func(p *catalog.ProviderInput) { p.BaseURL = "up.example/v1" }, "base_url_invalid"},
		"base URL: file":         {func(p *catalog.ProviderInput) { p.BaseURL = "file:///etc/passwd" }, "base_url_invalid"},
		"base URL: no host":      {func(p *catalog.ProviderInput) { p.BaseURL = "http:///v1" }, "base_url_invalid"},
		"base URL: userinfo":     {func(p *catalog.ProviderInput) { p.BaseURL = "http://u:p@up.example" }, "base_url_invalid"},
		"base URL: query":        {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example/v1?a=b" }, "base_url_invalid"},
		"base URL: empty query":  {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example/v1?" }, "base_url_invalid"},
		"base URL: fragment":     {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example/#x" }, "base_url_invalid"},
		"base URL: empty port":   {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example:/v1" }, "base_url_invalid"},
		"base URL: port 0":       {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example:0/v1" }, "base_url_invalid"},
		"base URL: port 65536":   {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example:65536" }, "base_url_invalid"},
		"base URL: long port":    {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example:99999999999999999999" }, "base_url_invalid"},
		"base URL: space":        {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example/a b" }, "base_url_invalid"},
		"base URL: control":      {func(p *catalog.ProviderInput) { p.BaseURL = "http://up.example/a\x00b" }, "base_url_invalid"},
		"base URL: backslash":    {func(p *catalog.ProviderInput) { p.BaseURL = `http://up.example\v1` }, "base_url_invalid"},
		"proxy: no scheme":       {func(p *catalog.ProviderInput) { p.Proxy = "127.0.0.1:8080" }, "proxy_invalid"},
		"proxy: no host":         {func(p *catalog.ProviderInput) { p.Proxy = "http://" }, "proxy_invalid"},
		"proxy: port alone":      {func(p *catalog.ProviderInput) { p.Proxy = "http://:8080" }, "proxy_invalid"},
		"proxy: ftp":             {func(p *catalog.ProviderInput) { p.Proxy = "ftp://127.0.0.1" }, "proxy_invalid"},
		"proxy: socks4":          {func(p *catalog.ProviderInput) { p.Proxy = "socks4://127.0.0.1:1080" }, "proxy_invalid"},
		"proxy: userinfo":        {func(p *catalog.ProviderInput) { p.Proxy = "http://u:p@127.0.0.1:8080" }, "proxy_invalid"},
		"proxy: path":            {func(p *catalog.ProviderInput) { p.Proxy = "http://127.0.0.1:8080/pac" }, "proxy_invalid"},
		"proxy: query":           {func(p *catalog.ProviderInput) { p.Proxy = "http://127.0.0.1:8080?a" }, "proxy_invalid"},
		"proxy: port 65536":      {func(p *catalog.ProviderInput) { p.Proxy = "http://127.0.0.1:65536" }, "proxy_invalid"},
		"proxy: line break":      {func(p *catalog.ProviderInput) { p.Proxy = "http://127.0.0.1\r\n:1" }, "proxy_invalid"},
		"connect negative":       {func(p *catalog.ProviderInput) { p.Timeouts.ConnectSeconds = -1 }, "setting_out_of_range"},
		"first token 3601":       {func(p *catalog.ProviderInput) { p.Timeouts.FirstTokenSeconds = 3601 }, "setting_out_of_range"},
		"stream idle 3601":       {func(p *catalog.ProviderInput) { p.Timeouts.StreamIdleSeconds = 3601 }, "setting_out_of_range"},
		"reply negative":         {func(p *catalog.ProviderInput) { p.Timeouts.ReplySeconds = -1 }, "setting_out_of_range"},
		"base URL: upper scheme": {func(p *catalog.ProviderInput) { p.BaseURL = "javascript:alert(1)" }, "base_url_invalid"},
	} {
		in := catalog.ProviderInput{Name: "new", Dialect: "openai", BaseURL: "http://127.0.0.1:9101/v1"}
		c.change(&in)
		h.unchangedBy(func() {
			if _, err := h.SaveProvider(t.Context(), in); err == nil {
				t.Errorf("%s: saved", name)
			} else {
				wantCode(t, err, c.code)
				if strings.Contains(err.Error(), "u:p@") {
					t.Errorf("%s: the error repeats a password: %v", name, err)
				}
			}
		})
	}
	for text, want := range map[string]string{
		" https://api.example.com/v1// ": "https://api.example.com/v1",
		"http://[::1]:11434":             "http://[::1]:11434",
		"http://localhost/":              "http://localhost",
		"http://bücher.example/a%20b":    "http://bücher.example/a%20b",
	} {
		p := must[catalog.Provider](h)(h.SaveProvider(t.Context(), catalog.ProviderInput{Name: text, Dialect: "openai", BaseURL: text}))
		if p.BaseURL != want || p.Headers == nil || p.Keys == nil || p.Models == nil {
			t.Errorf("%q is saved as %+v", text, p)
		}
	}
}

func TestProviderIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.provider("up", "sk-first-0123456789", "sk-second-0123456789")
	m := h.model(p.ID, "m1")
	saved := must[catalog.Provider](h)(h.SaveProvider(t.Context(), catalog.ProviderInput{
		ID: p.ID, Name: "renamed", Dialect: "openai", BaseURL: "https://UP.example:443/v2", Enabled: true,
		Headers: []catalog.Header{{Name: " X-A ", Value: " 1 "}},
		Keys: []catalog.ProviderKeyInput{
			{ID: p.Keys[1].ID, Enabled: true},
			{Secret: " sk-third-0123456789\n", Enabled: true},
			{ID: p.Keys[0].ID, Secret: "sk-replaced-0123456789", Enabled: false},
		},
	}))
	if saved.ID != p.ID || saved.Name != "renamed" || len(saved.Models) != 1 || saved.Models[0].ID != m.ID {
		t.Errorf("saved %+v", saved)
	}
	if want := catalog.NewHeader("X-A", "1"); !slices.Equal(saved.Headers, []catalog.Header{want}) {
		t.Errorf("headers %+v", saved.Headers)
	}
	var texts []string
	for _, k := range saved.Keys {
		texts = append(texts, k.Secret.Reveal())
	}
	if want := []string{"sk-second-0123456789", "sk-third-0123456789", "sk-replaced-0123456789"}; !slices.Equal(texts, want) {
		t.Errorf("the pool is %v", texts)
	}
	if saved.Keys[0].ID != p.Keys[1].ID || saved.Keys[2].ID != p.Keys[0].ID || saved.Keys[2].Enabled {
		t.Errorf("the pool is %+v", saved.Keys)
	}
	if n := len(h.engine.last().Providers[0].Keys); n != 2 {
		t.Errorf("the engine has %d keys", n)
	}
}

func TestMovedProviderNeedsItsKeysAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.provider("up", "sk-first-0123456789")
	input := func(baseURL, secret string) catalog.ProviderInput {
		return catalog.ProviderInput{
			ID: p.ID, Name: "up", Dialect: "openai", BaseURL: baseURL, Enabled: true,
			Keys: []catalog.ProviderKeyInput{{ID: p.Keys[0].ID, Secret: secret, Enabled: true}},
		}
	}
	for _, elsewhere := range []string{
		"https://evil.example/v1", "http://up.example/v1", "https://up.example:8443/v1", "https://up.example.evil/v1",
	} {
		h.unchangedBy(func() {
			_, err := h.SaveProvider(t.Context(), input(elsewhere, ""))
			wantCode(t, err, "provider_keys_needed")
			_, err = h.TestProvider(t.Context(), input(elsewhere, ""))
			wantCode(t, err, "provider_keys_needed")
		})
	}
	if len(h.engine.probed) != 0 {
		t.Error("a stored key was sent elsewhere")
	}
	moved := must[catalog.Provider](h)(h.SaveProvider(t.Context(), input("https://new.example/v1", "sk-again-0123456789")))
	if moved.Keys[0].Secret.Reveal() != "sk-again-0123456789" || moved.Keys[0].ID != p.Keys[0].ID {
		t.Errorf("moved %+v", moved)
	}
	without := input("https://other.example/v1", "")
	without.Keys = nil
	if moved = must[catalog.Provider](h)(h.SaveProvider(t.Context(), without)); len(moved.Keys) != 0 {
		t.Errorf("keys came along: %+v", moved.Keys)
	}
}

func TestProxyAndTimeouts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.provider("up", "sk-first-0123456789")
	in := catalog.ProviderInput{
		ID: p.ID, Name: "up", Dialect: "openai", BaseURL: p.BaseURL, Enabled: true,
		Timeouts: catalog.Timeouts{ConnectSeconds: 1, FirstTokenSeconds: 2, StreamIdleSeconds: 0, ReplySeconds: 3600},
		Keys:     []catalog.ProviderKeyInput{{ID: p.Keys[0].ID, Enabled: true}},
	}
	want := gateway.Timeouts{Connect: time.Second, FirstToken: 2 * time.Second, Reply: time.Hour}
	for text, kept := range map[string]string{
		"":                                "",
		" http://127.0.0.1:8080/ ":        "http://127.0.0.1:8080",
		"HTTPS://proxy.example":           "https://proxy.example",
		"socks5://[::1]:1080":             "socks5://[::1]:1080",
		"socks5h://proxy.example:1080":    "socks5h://proxy.example:1080",
		"http://another-proxy.example:80": "http://another-proxy.example:80",
	} {
		in.Proxy = text
		must[catalog.ProbeResult](h)(h.TestProvider(t.Context(), in))
		if probed := h.engine.probed[len(h.engine.probed)-1]; probed.Proxy != kept || probed.Timeouts != want {
			t.Errorf("%q: probed through %q within %+v", text, probed.Proxy, probed.Timeouts)
		}
		// Keys go to the same host, whoever carries them: they aren't asked for again.
		saved := must[catalog.Provider](h)(h.SaveProvider(t.Context(), in))
		if saved.Proxy != kept || saved.Timeouts != in.Timeouts || saved.Keys[0].Secret.Reveal() != "sk-first-0123456789" {
			t.Errorf("%q: saved %+v", text, saved)
		}
		if served := h.engine.last().Providers[0]; served.Proxy != kept || served.Timeouts != want {
			t.Errorf("%q: the engine has %q, %+v", text, served.Proxy, served.Timeouts)
		}
	}
}

func TestTestProvider(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.engine.answer = gateway.ProbeResult{
		Status: 401, Latency: 1500 * time.Millisecond, Models: []string{"a"},
		Outcome: gateway.Outcome{Class: gateway.ClassCredential, Reason: "bad_key", Message: "no"},
	}
	p := h.provider("up", "sk-first-0123456789", "sk-second-0123456789")
	h.model(p.ID, "m1")
	in := catalog.ProviderInput{
		ID: p.ID, Dialect: "openai", BaseURL: "https://up.example/other",
		Keys: []catalog.ProviderKeyInput{{ID: p.Keys[0].ID}, {ID: p.Keys[1].ID, Enabled: true}, {Secret: "sk-typed-0123456789", Enabled: true}},
	}
	h.unchangedBy(func() {
		got := must[catalog.ProbeResult](h)(h.TestProvider(t.Context(), in))
		if got.OK || got.Status != 401 || got.Class != "credential" || got.Reason != "bad_key" || got.Message != "no" ||
			got.LatencyMS != 1500 || !slices.Equal(got.Models, []string{"a"}) {
			t.Errorf("got %+v", got)
		}
	})
	probed := h.engine.probed[0]
	if probed.BaseURL != in.BaseURL || len(probed.Keys) != 2 || probed.Keys[0].Secret != "sk-second-0123456789" ||
		probed.Keys[1].Secret != "sk-typed-0123456789" || h.engine.model != "m1" {
		t.Errorf("probed %d keys with model %q", len(probed.Keys), h.engine.model)
	}
	h.engine.answer = gateway.ProbeResult{Status: 200, Outcome: gateway.Outcome{Class: gateway.ClassOK}}
	unsaved := catalog.ProviderInput{Dialect: "openai", BaseURL: "http://127.0.0.1:1"}
	if got := must[catalog.ProbeResult](h)(h.TestProvider(t.Context(), unsaved)); !got.OK || got.Models == nil {
		t.Errorf("unsaved: %+v", got)
	}
	in.Keys = []catalog.ProviderKeyInput{{ID: p.Keys[0].ID}}
	_, err := h.TestProvider(t.Context(), in)
	wantCode(t, err, "provider_keys_disabled")
	in.BaseURL = "nonsense"
	_, err = h.TestProvider(t.Context(), in)
	wantCode(t, err, "base_url_invalid")
}

func TestModelRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	p, other := h.provider("up"), h.provider("other")
	m := h.model(p.ID, "m1")
	h.model(p.ID, "m2")
	h.model(other.ID, "m1") // names are a provider's own
	price := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		in   catalog.Model
		code string
	}{
		"no provider":      {catalog.Model{Name: "x"}, "provider_not_found"},
		"no such provider": {catalog.Model{ProviderID: 99, Name: "x"}, "provider_not_found"},
		"no such model":    {catalog.Model{ID: 99, ProviderID: p.ID, Name: "x"}, "model_not_found"},
		"moved":            {catalog.Model{ID: m.ID, ProviderID: other.ID, Name: "x"}, "model_not_found"},
		"no name":          {catalog.Model{ProviderID: p.ID}, "model_name_invalid"},
		"spaces":           {catalog.Model{ProviderID: p.ID, Name: " x"}, "model_name_invalid"},
		"control":          {catalog.Model{ProviderID: p.ID, Name: "x\ty"}, "model_name_invalid"},
		"long":             {catalog.Model{ProviderID: p.ID, Name: strings.Repeat("x", 201)}, "model_name_invalid"},
		"taken":            {catalog.Model{ProviderID: p.ID, Name: "m1"}, "model_name_taken"},
		"taken by rename":  {catalog.Model{ID: m.ID, Name: "m2"}, "model_name_taken"},
		"negative price":   {catalog.Model{ProviderID: p.ID, Name: "x", InputPrice: price(-0.1)}, "price_invalid"},
		"infinite price":   {catalog.Model{ProviderID: p.ID, Name: "x", OutputPrice: price(math.Inf(1))}, "price_invalid"},
		"no number":        {catalog.Model{ProviderID: p.ID, Name: "x", CachedInputPrice: price(math.NaN())}, "price_invalid"},
		"absurd price":     {catalog.Model{ProviderID: p.ID, Name: "x", CallPrice: price(1e7)}, "price_invalid"},
		"negative context": {catalog.Model{ProviderID: p.ID, Name: "x", ContextTokens: -1}, "context_tokens_invalid"},
	} {
		h.unchangedBy(func() {
			if _, err := h.SaveModel(ctx, c.in); err == nil {
				t.Errorf("%s: saved", name)
			} else {
				wantCode(t, err, c.code)
			}
		})
	}
	m.Name, m.InputPrice, m.CallPrice, m.ProviderID, m.Enabled = "org/M1:free", price(0), price(0.25), 0, false
	if got := must[catalog.Model](h)(h.SaveModel(ctx, m)); got.ProviderID != p.ID || got.Enabled || *got.InputPrice != 0 {
		t.Errorf("saved %+v", got)
	}
	wantCode(t, h.DeleteModel(ctx, 99), "model_not_found")
	wantCode(t, h.DeleteProvider(ctx, 99), "provider_not_found")
	wantCode(t, h.SetProviderEnabled(ctx, 99, true), "provider_not_found")
}
