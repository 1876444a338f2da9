package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// A page makes a name of its own lead to this machine, and asks every door.
func TestOnlyKnownHosts(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Script{})
	h := open(t, []string{u.URL()}, func(c *gateway.Config) { c.Names = []string{"gateway.home", "Box"} })
	for _, c := range []struct {
		host string
		ok   bool
	}{
		{"127.0.0.1:8001", true},
		{"127.0.0.1:9000", true}, // a tunnel's end
		{"127.0.0.1", true},
		{"[::1]:8001", true},
		{"localhost:8001", true},
		{"LocalHost", true},
		{"192.168.1.20:8001", true},
		{"[fe80::1]", true},
		{"gateway.home:8001", true},
		{"GATEWAY.home", true},
		{"box", true},
		{"evil.example", false},
		{"evil.example:8001", false},
		{"127.0.0.1.evil.example:8001", false},
		{"localhost.evil.example", false},
		{"localhost.", false},
		{"gateway.home.evil.example", false},
		{"127.1", false}, // as a browser would never write it
		{"2130706433", false},
	} {
		for _, at := range []struct{ method, path, body string }{
			{http.MethodPost, "/v1/chat/completions", plainBody},
			{http.MethodPost, "/v1/responses", `{"model":"chat","input":"hi"}`},
			{http.MethodGet, "/v1/models", ""},
			{http.MethodGet, "/v1/models/chat", ""},
			{http.MethodGet, "/health", ""},
			{http.MethodGet, "/", ""},
			{http.MethodOptions, "/v1/chat/completions", ""},
		} {
			r := h.requestTo(t.Context(), at.path, at.body)
			r.Method, r.Host = at.method, c.host
			before := u.Taken()
			got := h.send(r)
			if got.err != nil {
				t.Errorf("%s %s at %s: %v", at.method, at.path, c.host, got.err)
				continue
			}
			if refused := got.status == http.StatusForbidden && strings.Contains(got.body, `"host_not_allowed"`); refused == c.ok {
				t.Errorf("%s %s at %s: %d %s", at.method, at.path, c.host, got.status, got.body)
			}
			if !c.ok && u.Taken() != before {
				t.Errorf("%s %s at %s reached the upstream", at.method, at.path, c.host)
			}
		}
	}
}

// Pages that a person allowed may call and read; a browser asks first.
func TestAllowedPages(t *testing.T) {
	t.Parallel()
	const page, other = "https://chat.example", "https://evil.example"
	u := serve(t, healthy)
	h := open(t, []string{u.url}, func(c *gateway.Config) { c.Origins = []string{page} })
	ask := func(origin string) answer {
		r := h.request(t.Context(), "", "Authorization", "", "Origin", origin, "Sec-Fetch-Site", "cross-site",
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,x-stainless-os",
			"Access-Control-Request-Private-Network", "true")
		r.Method = http.MethodOptions
		return h.send(r)
	}
	if got := ask(page); got.status != http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != page ||
		got.header.Get("Access-Control-Allow-Headers") != "authorization,content-type,x-stainless-os" ||
		!strings.Contains(got.header.Get("Access-Control-Allow-Methods"), "POST") ||
		got.header.Get("Access-Control-Allow-Private-Network") != "true" || got.header.Get("Vary") != "Origin" {
		t.Errorf("the question of an allowed page: %d %v", got.status, got.header)
	}
	if got := ask(other); got.status == http.StatusNoContent || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the question of another page: %d %v", got.status, got.header)
	}
	for name, body := range map[string]string{"JSON": plainBody, "stream": streamBody} {
		got := h.post(body, "Origin", page, "Sec-Fetch-Site", "cross-site")
		if got.status != http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != page || got.header.Get("Vary") != "Origin" ||
			got.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s for an allowed page: %d %v", name, got.status, got.header)
		}
		if got := h.post(body, "Origin", other); got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s for another page: %d %v", name, got.status, got.header)
		}
		if got := h.post(body); got.status != http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s for a program: %d %v", name, got.status, got.header)
		}
	}
	if got := h.post(plainBody, "Origin", page, "Authorization", ""); got.status != http.StatusUnauthorized || got.header.Get("Access-Control-Allow-Origin") != page {
		t.Errorf("without a key: %d %v; the page must be able to read why", got.status, got.header)
	}
}

func TestNamesAndOriginsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []gateway.Config{
		{Names: []string{""}},
		{Names: []string{"a b"}},
		{Names: []string{"host:80"}},
		{Names: []string{"http://host"}},
		{Names: []string{"a/b"}},
		{Origins: []string{"*"}},
		{Origins: []string{"null"}},
		{Origins: []string{"https://chat.example/"}},
		{Origins: []string{"chat.example"}},
		{Origins: []string{"https://"}},
		{Origins: []string{"https://Chat.example"}},
		{Origins: []string{"https://a@chat.example"}},
	} {
		if err := gateway.Validate(c); err == nil {
			t.Errorf("names %q and origins %q are taken", c.Names, c.Origins)
		}
	}
}

// Whatever a Host looks like, only addresses and known names are let in.
func FuzzHost(f *testing.F) {
	for _, host := range []string{
		"", "localhost", "LOCALHOST:80", "127.0.0.1:8001", "[::1]:1", "[::1", "::1", "gateway.home", "gateway.home.", "evil.example", "localhost.evil.example",
		"127.0.0.1.evil.example", "evil.example:127.0.0.1", "localhost:@evil.example", "evil.example#localhost", "[localhost]", "[evil]localhost", "127.1", "0x7f.1", "2130706433",
		"127.0.0.1\x00.evil.example", "localhost/evil", "fe80::1%evil.example", "[fe80::1%25evil]:1", "\u2460", "[", "]", ":", "127.0.0.1 evil.example",
	} {
		f.Add(host)
	}
	g := gateway.New(gateway.Options{})
	if err := g.Apply(gateway.Config{Names: []string{"gateway.home"}}); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = g.Close() })
	ours := regexp.MustCompile(`(?i)^\[?(localhost|gateway\.home|[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*(%.*)?)(\].*|:.*)?$`)
	f.Fuzz(func(t *testing.T, host string) {
		r := httptest.NewRequest("GET", "/v1/models", nil)
		r.Host = host
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		refused := strings.Contains(w.Body.String(), "host_not_allowed")
		if !refused && !ours.MatchString(host) {
			t.Errorf("Host %q is let in: %d %s", host, w.Code, w.Body)
		}
		if refused && (host == "localhost" || host == "127.0.0.1:1" || host == "[::1]:1") {
			t.Errorf("Host %q is refused", host)
		}
	})
}
