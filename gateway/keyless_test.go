package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headgate/gateway"
)

const openBody = `{"model":"open","messages":[{"role":"user","content":"hi"}]}`

// withOpenGroup adds a group that needs no key to "chat", which does.
func withOpenGroup(c *gateway.Config) {
	c.Groups = append(c.Groups, gateway.Group{
		ID: 2, Name: "open", Policy: gateway.PolicyPriority, Keyless: true,
		Members: []gateway.Member{{ID: 9, ProviderID: 1, ModelID: 1}},
	})
}

// Programs on this machine may call a keyless group without a key, and nothing
// else; the log says how they came in.
func TestKeylessGroup(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url}, withOpenGroup)
	none := []string{"Authorization", ""}
	h.post(openBody, none...).wantGood(t, false)
	h.post(strings.Replace(openBody, `"model"`, `"stream":true,"model"`, 1), none...).wantGood(t, true)
	r := h.requestTo(t.Context(), "/v1/responses", `{"model":"open","input":"hi"}`, none...)
	if got := h.send(r); got.status != http.StatusOK {
		t.Errorf("responses: %d %s", got.status, got.body)
	}
	for _, call := range h.ledger.await(t, 3) {
		if call.APIKeyID != 0 || call.APIKeyName != gateway.NoKey || call.GroupID != 2 || call.State != gateway.StateOK {
			t.Errorf("recorded %+v", call)
		}
	}
	get := func(path string, headers ...string) answer {
		r := h.requestTo(t.Context(), path, "", headers...)
		r.Method = http.MethodGet
		return h.send(r)
	}
	if got := get("/v1/models", none...); got.status != 200 || !strings.Contains(got.body, `"open"`) || strings.Contains(got.body, `"chat"`) {
		t.Errorf("models without a key: %d %s", got.status, got.body)
	}
	if got := get("/v1/models"); got.status != 200 || !strings.Contains(got.body, `"chat"`) || strings.Contains(got.body, `"open"`) {
		t.Errorf("models of a key: %d %s", got.status, got.body)
	}
	if got := get("/v1/models/open", none...); got.status != 200 {
		t.Errorf("the open group: %d %s", got.status, got.body)
	}
	// Whether there is such a group, a stranger doesn't learn.
	closed, unknown := h.post(plainBody, none...), h.post(strings.Replace(plainBody, "chat", "none", 1), none...)
	if closed.status != 401 || unknown.status != 401 || strings.Replace(closed.body, "chat", "none", 1) != unknown.body {
		t.Errorf("a closed group: %d %s; none: %d %s", closed.status, closed.body, unknown.status, unknown.body)
	}
	if got := get("/v1/models/chat", none...); got.status != 401 {
		t.Errorf("the closed group: %d %s", got.status, got.body)
	}
	if n := len(u.seen()); n != 3 {
		t.Errorf("%d requests reached the member, want 3", n)
	}
	h.config.Groups[1].Keyless = false
	h.apply()
	if got := h.post(openBody, none...); got.status != 401 {
		t.Errorf("after it was closed: %d %s", got.status, got.body)
	}
}

// What isn't certainly a program on this machine without a key needs one.
func TestKeylessGroupIsOpenOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url}, withOpenGroup, func(c *gateway.Config) {
		c.Names, c.Origins = []string{"gateway.home"}, []string{"https://chat.example"}
	})
	for _, c := range []struct {
		from, host string
		headers    []string
		status     int
	}{
		{"127.0.0.1:5000", "127.0.0.1:8001", nil, 200},
		{"127.0.0.7:5000", "localhost", nil, 200},
		{"[::1]:5000", "[::1]:8001", nil, 200},
		{"[::ffff:127.0.0.1]:5000", "LOCALHOST:1", nil, 200},
		{"127.0.0.1:5000", "localhost", []string{"Origin", "https://chat.example"}, 200},
		{"127.0.0.1:5000", "localhost", []string{"Origin", "https://evil.example"}, 403},
		{"127.0.0.1:5000", "localhost", []string{"Origin", "null"}, 403},
		{"127.0.0.1:5000", "localhost", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"192.168.1.20:5000", "192.168.1.20:8001", nil, 401}, // this machine's own, perhaps, but not certainly
		{"192.168.1.20:5000", "127.0.0.1:8001", nil, 401},
		{"[fe80::1%eth0]:5000", "localhost", nil, 401},
		{"[2001:db8::1]:5000", "localhost", nil, 401},
		{"172.17.0.2:5000", "localhost", nil, 401},
		{"", "localhost", nil, 401},
		{"@", "localhost", nil, 401},
		{"127.0.0.1:5000", "gateway.home", nil, 401},
		{"127.0.0.1:5000", "192.168.1.20:8001", nil, 401},
		{"127.0.0.1:5000", "0.0.0.0:8001", nil, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Forwarded-For", ""}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Forwarded-Proto", "https"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Forwarded-Host", "localhost"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Forwarded", "for=127.0.0.1"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Via", "1.1 caddy"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Real-IP", "127.0.0.1"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"CF-Connecting-IP", "127.0.0.1"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Tailscale-User-Login", "ada"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Authorization", "Bearer wrong"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Authorization", "Bearer "}, 200},
		{"127.0.0.1:5000", "localhost", []string{"Authorization", "Basic YTpi"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Api-Key", ""}, 200},
		{"127.0.0.1:5000", "localhost", []string{"X-Api-Key", "", "Authorization", "Bearer wrong"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Authorization", "Bearer Bearer"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Api-Key", "Bearer"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"X-Goog-Api-Key", "wrong"}, 401},
		{"127.0.0.1:5000", "localhost", []string{"Authorization", "Bearer " + apiKey}, 404}, // it is for "chat" alone
	} {
		before := len(u.seen())
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, chatPath, strings.NewReader(openBody))
		r.RemoteAddr, r.Host = c.from, c.host
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(c.headers); i += 2 {
			r.Header.Set(c.headers[i], c.headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		reached := len(u.seen()) - before
		if w.Code != c.status || reached != map[bool]int{true: 1}[c.status == 200] {
			t.Errorf("from %q to %q with %q: %d, want %d; %d requests reached the member: %s", c.from, c.host, c.headers, w.Code, c.status, reached, w.Body)
		}
	}
}
