package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/server"
)

const rightLogin = `{"username":"ada","password":"enchantresses"}`

// The names by which the pages are called: known ones, and beyond loopback
// addresses.
func TestHosts(t *testing.T) {
	for _, at := range []struct {
		bound string
		hosts map[string]bool
	}{
		{"127.0.0.1:0", map[string]bool{
			"pages.example": true, "PAGES.example:443": true, "evil.example": false, "pages.example.evil.example": false,
			"127.0.0.1:1": false, "192.168.1.20": false, "pages.example@evil.example": false,
		}},
		{"0.0.0.0:0", map[string]bool{
			"pages.example": true, "pages.example:9000": true, "localhost:9000": true, "192.168.1.20:9000": true, "[fd00::1]:9000": true,
			"evil.example": false, "evil.example:9000": false, "127.0.0.1.evil.example": false, "127.1": false, "localhost.": false,
		}},
	} {
		h := openHouseIn(t, t.TempDir(), at.bound, func(o *server.Options) { o.Names = []string{"Pages.example"} })
		session := h.login(t)
		for host, ok := range at.hosts {
			for _, path := range []string{"/", "/rpc/Providers/List", "/session"} {
				method := http.MethodGet
				if strings.HasPrefix(path, "/rpc") {
					method = http.MethodPost
				}
				r := func(r *http.Request) { r.Host = host }
				reply, text := h.ask(t, method, path, "[]", session, r)
				// No session goes with a name that it wasn't begun under.
				if refused := reply.StatusCode == http.StatusForbidden || reply.StatusCode == http.StatusBadRequest; refused == ok {
					t.Errorf("bound to %s, %s %q got %d %s", at.bound, path, host, reply.StatusCode, text)
				}
			}
		}
	}
}

func TestOptionsThatCantBe(t *testing.T) {
	h := openHouse(t, nil)
	for code, o := range map[string]server.Options{
		"admin_password_short":  {Password: "enchantress"},
		"admin_name_invalid":    {Password: "enchantresses", Names: []string{"http://x"}},
		"trusted_proxy_invalid": {Password: "enchantresses", Proxies: []string{"10.0.0.0/33"}},
	} {
		o.App = h.app
		if _, err := server.New(t.Context(), listen(t), o); apperr.Code(err) != code {
			t.Errorf("got %v, want %s", err, code)
		}
	}
	for _, proxy := range []string{"", "*", "proxy.example", "10.0.0.1:80", "fe80::1%eth0", "10.0.0.0/8/8"} {
		o := server.Options{App: h.app, Password: "enchantresses", Proxies: []string{proxy}}
		if _, err := server.New(t.Context(), listen(t), o); apperr.Code(err) != "trusted_proxy_invalid" {
			t.Errorf("%q: %v", proxy, err)
		}
	}
	for _, name := range []string{"", "*", "a b", "x:80", "[::1]", "a/b", "u@x"} {
		o := server.Options{App: h.app, Password: "enchantresses", Names: []string{name}}
		if _, err := server.New(t.Context(), listen(t), o); apperr.Code(err) != "admin_name_invalid" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Tries are counted by the address that a trusted proxy saw last, and nobody
// else's word on that counts.
func TestTriesAreCountedByWhoMakesThem(t *testing.T) {
	for name, tc := range map[string]struct {
		proxies []string
		chain   func(n int) string // of the n-th try
		slowed  bool               // after five tries
	}{
		"NoProxyIsTrusted":            {nil, func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }, true},
		"AnotherProxyIsTrusted":       {[]string{"10.0.0.0/8"}, func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }, true},
		"ClientsOfATrustedProxy":      {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }, false},
		"WhatTheClientWroteItself":    {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("10.9.9.%d, 203.0.113.7", n) }, true},
		"TwoTrustedProxies":           {[]string{"127.0.0.1", "10.0.0.0/8"}, func(n int) string { return fmt.Sprintf("203.0.113.%d, 10.1.1.1", n) }, false},
		"OneNetworkOfIPv6":            {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("2001:db8::%d", n) }, true},
		"NetworksOfIPv6":              {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("2001:db8:0:%d::1", n) }, false},
		"IPv4InIPv6":                  {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("::ffff:203.0.113.%d", n) }, false},
		"NotAnAddress":                {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("client-%d", n) }, true},
		"NotAnAddressBehindOneThatIs": {[]string{"127.0.0.1"}, func(n int) string { return fmt.Sprintf("client-%d, 203.0.113.%d", n, n) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := openHouse(t, func(o *server.Options) { o.Proxies = tc.proxies })
			last := 0
			for n := range 6 { // as many users, since these are counted, too
				reply, _ := h.ask(t, http.MethodPost, "/login", fmt.Sprintf(`{"username":"user%d","password":"x"}`, n),
					header("X-Forwarded-For", tc.chain(n+1)))
				last = reply.StatusCode
			}
			if slowed := last == http.StatusTooManyRequests; slowed != tc.slowed {
				t.Errorf("the sixth try got %d", last)
			}
		})
	}
}

// Whoever tries from many addresses as many users meets a limit for all.
func TestTriesAreLimitedInAll(t *testing.T) {
	h := openHouse(t, func(o *server.Options) { o.Proxies = []string{"127.0.0.1"} })
	got := map[int]int{}
	for n := range 62 {
		reply, _ := h.ask(t, http.MethodPost, "/login", fmt.Sprintf(`{"username":"user%d","password":"x"}`, n),
			header("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n)))
		got[reply.StatusCode]++
	}
	if got[http.StatusUnauthorized] != 60 || got[http.StatusTooManyRequests] != 2 {
		t.Errorf("got %v", got)
	}
}

// An id that somebody planted isn't taken over, and a login ends the session
// before it.
func TestSessionsAreNotFixed(t *testing.T) {
	h := openHouse(t, nil)
	planted := header("Cookie", "__Host-headgate=PLANTEDPLANTEDPLANTEDPLANTEDPLANTED")
	reply, text := h.ask(t, http.MethodPost, "/login", rightLogin, planted)
	want(t, reply, text, http.StatusNoContent, "")
	if strings.Contains(reply.Header.Get("Set-Cookie"), "PLANTED") {
		t.Error("the planted id was taken over")
	}
	first := withCookies(reply)
	reply, text = h.ask(t, http.MethodGet, "/session", "", planted)
	want(t, reply, text, http.StatusUnauthorized, "login_required")
	reply, text = h.ask(t, http.MethodPost, "/login", rightLogin, first)
	want(t, reply, text, http.StatusNoContent, "")
	second := withCookies(reply)
	reply, text = h.ask(t, http.MethodGet, "/session", "", first)
	want(t, reply, text, http.StatusUnauthorized, "login_required")
	reply, _ = h.ask(t, http.MethodGet, "/session", "", second)
	want(t, reply, "", http.StatusOK, "")
}

// What a page of another site can make a browser send with a session does nothing:
// each way that it can send it, at each door.
func TestCrossSiteRequests(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	for _, path := range []string{"/rpc/Gateway/Stop", "/files?name=x", "/download/calls", "/password", "/logout", "/login"} {
		for _, c := range []struct {
			origin, site, kind string
			status             int
		}{
			{"https://evil.example", "cross-site", "text/plain", 403},
			{"https://evil.example", "", "application/json", 403},
			{"null", "", "application/json", 403},
			{"http://127.0.0.1:1", "same-site", "application/json", 403},
			{"", "cross-site", "application/x-www-form-urlencoded", 403},
			{"", "same-site", "multipart/form-data", 403},
			{"", "", "text/plain", 415},
			{"", "", "application/x-www-form-urlencoded", 415},
			{h.url, "same-origin", "text/plain", 415},
		} {
			if path == "/logout" && c.status == 415 {
				continue // it takes nothing
			}
			reply, text := h.ask(t, http.MethodPost, path, "[]", session, func(r *http.Request) {
				for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site, "Content-Type": c.kind} {
					if value != "" {
						r.Header.Set(name, value)
					}
				}
			})
			if reply.StatusCode != c.status || reply.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s with %+v got %d %s", path, c, reply.StatusCode, text)
			}
		}
	}
	reply, text := h.ask(t, http.MethodOptions, "/rpc/Gateway/Stop", "", session, header("Origin", "https://evil.example"),
		header("Access-Control-Request-Method", "POST"))
	want(t, reply, text, http.StatusForbidden, "origin_refused")
}

func TestPasswordChange(t *testing.T) {
	dir := t.TempDir()
	none := func(o *server.Options) { o.Username, o.Password = "ada", "" }
	change := func(current, password string) string {
		return fmt.Sprintf(`{"current":%q,"password":%q}`, current, password)
	}
	const next = "a new password"
	t.Run("Change", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", none)
		login := fmt.Sprintf(`{"username":"ada","password":%q}`, h.server.MadePassword())
		enter := func() func(*http.Request) {
			reply, text := h.ask(t, http.MethodPost, "/login", login)
			want(t, reply, text, http.StatusNoContent, "")
			return withCookies(reply)
		}
		mine, others := enter(), enter()
		stream, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/events", nil)
		others(stream)
		events, err := http.DefaultTransport.RoundTrip(stream)
		if err != nil {
			t.Fatal(err)
		}
		defer events.Body.Close()
		for name, tc := range map[string]struct {
			body, code string
			status     int
		}{
			"Short":      {change(h.server.MadePassword(), "elevenchars"), "password_short", 400},
			"Wrong":      {change("x", next), "password_wrong", 403},
			"MoreFields": {`{"current":"x","password":"a new password","username":"eve"}`, "bad_arguments", 400},
		} {
			t.Run(name, func(t *testing.T) {
				reply, text := h.ask(t, http.MethodPost, "/password", tc.body, mine)
				want(t, reply, text, tc.status, tc.code)
			})
		}
		reply, text := h.ask(t, http.MethodPost, "/password", change(h.server.MadePassword(), next), mine)
		want(t, reply, text, http.StatusNoContent, "")
		fresh := withCookies(reply)
		for range 64 << 10 { // ends with the session, or the test does
			if _, err := events.Body.Read(make([]byte, 1<<10)); err != nil {
				break
			}
		}
		for name, tc := range map[string]struct {
			session func(*http.Request)
			status  int
		}{"Mine": {mine, 401}, "Others": {others, 401}, "Fresh": {fresh, 200}} {
			if reply, text := h.ask(t, http.MethodGet, "/session", "", tc.session); reply.StatusCode != tc.status {
				t.Errorf("%s: %d %s", name, reply.StatusCode, text)
			}
		}
		reply, text = h.ask(t, http.MethodPost, "/login", login)
		want(t, reply, text, http.StatusUnauthorized, "login_wrong")
		if logged := h.log.String(); strings.Contains(logged, next) || strings.Contains(logged, h.server.MadePassword()) {
			t.Error("the log tells a password")
		}
	})
	t.Run("Stays", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", none)
		reply, text := h.ask(t, http.MethodPost, "/login", fmt.Sprintf(`{"username":"ada","password":%q}`, next))
		want(t, reply, text, http.StatusNoContent, "")
		session := withCookies(reply)
		reply, text = h.ask(t, http.MethodGet, "/session", "", session)
		if text != `{"username":"ada","passwordGiven":false}` {
			t.Errorf("session: %d %s", reply.StatusCode, text)
		}
		for range 5 {
			reply, text = h.ask(t, http.MethodPost, "/password", change("x", next), session)
			want(t, reply, text, http.StatusForbidden, "password_wrong")
		}
		reply, text = h.ask(t, http.MethodPost, "/password", change(next, "another password"), session)
		want(t, reply, text, http.StatusTooManyRequests, "login_throttled")
	})
	t.Run("GivenOne", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", nil)
		reply, text := h.ask(t, http.MethodPost, "/password", change("enchantresses", next), h.login(t))
		want(t, reply, text, http.StatusBadRequest, "password_given")
	})
}
