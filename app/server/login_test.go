package server_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"headgate/app/server"
)

func TestLogin(t *testing.T) {
	h := openHouse(t, nil)
	reply, text := h.ask(t, http.MethodPost, "/login", `{"username":"ada","password":"enchantresses"}`)
	want(t, reply, text, http.StatusNoContent, "")
	cookie := reply.Header.Get("Set-Cookie")
	for _, part := range []string{"__Host-headgate=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie %q goes to other hosts", cookie)
	}
	session := withCookies(reply)
	reply, text = h.ask(t, http.MethodGet, "/session", "", session)
	if reply.StatusCode != 200 || text != `{"username":"ada","passwordGiven":true}` {
		t.Fatalf("session answered %d %s", reply.StatusCode, text)
	}
	reply, text = h.ask(t, http.MethodPost, "/logout", "{}", session)
	want(t, reply, text, http.StatusNoContent, "")
	reply, text = h.ask(t, http.MethodGet, "/session", "", session)
	want(t, reply, text, http.StatusUnauthorized, "login_required")
	if logged := h.log.String(); strings.Contains(logged, "enchantresses") {
		t.Error("the log tells the password")
	}
}

func TestLoginRefusals(t *testing.T) {
	h := openHouse(t, nil)
	for name, tc := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"WrongPassword": {`{"username":"ada","password":"x"}`, 401, "login_wrong"},
		"WrongUser":     {`{"username":"eve","password":"enchantresses"}`, 401, "login_wrong"},
		"NotJSON":       {`username=ada`, 400, "bad_arguments"},
		"MoreFields":    {`{"username":"ada","password":"enchantresses","admin":true}`, 400, "bad_arguments"},
		"TooLarge":      {`{"username":"` + strings.Repeat("a", 5000) + `"}`, 413, "body_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			reply, text := h.ask(t, http.MethodPost, "/login", tc.body)
			want(t, reply, text, tc.status, tc.code)
			if reply.Header.Get("Set-Cookie") != "" {
				t.Error("a cookie was given")
			}
		})
	}
	reply, text := h.ask(t, http.MethodPost, "/login", `{}`, header("Content-Type", "text/plain"))
	want(t, reply, text, http.StatusUnsupportedMediaType, "json_required")
}

func TestBruteForceIsSlowedDown(t *testing.T) {
	h := openHouse(t, nil)
	for range 8 { // what succeeds doesn't count
		h.login(t)
	}
	for n := range 5 {
		reply, text := h.ask(t, http.MethodPost, "/login", fmt.Sprintf(`{"username":"ada","password":"%d"}`, n))
		want(t, reply, text, http.StatusUnauthorized, "login_wrong")
	}
	reply, text := h.ask(t, http.MethodPost, "/login", `{"username":"ada","password":"enchantresses"}`)
	want(t, reply, text, http.StatusTooManyRequests, "login_throttled")
	wait, err := strconv.Atoi(reply.Header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After is %q", reply.Header.Get("Retry-After"))
	}
	reply, text = h.ask(t, http.MethodPost, "/login", `{"username":"another","password":"x"}`)
	want(t, reply, text, http.StatusTooManyRequests, "login_throttled")
}

func TestFirstPasswordIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	ask := func(t *testing.T, h *house, user, password string) *http.Response {
		reply, _ := h.ask(t, http.MethodPost, "/login", fmt.Sprintf(`{"username":%q,"password":%q}`, user, password))
		return reply
	}
	none := func(o *server.Options) { o.Username, o.Password = "", "" }
	var made string
	t.Run("FirstStart", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", none)
		made = h.server.MadePassword()
		if len(made) < 20 || h.server.Username() != "admin" {
			t.Fatalf("made %q for %q", made, h.server.Username())
		}
		if _, hash, err := h.app.Store.Admin(t.Context()); err != nil || !strings.HasPrefix(hash, "$argon2id$") || strings.Contains(hash, made) {
			t.Fatalf("stored %q (%v)", hash, err)
		}
		want(t, ask(t, h, "admin", made), "", http.StatusNoContent, "")
	})
	t.Run("SecondStart", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", none)
		if again := h.server.MadePassword(); again != "" {
			t.Fatalf("made another password %q", again)
		}
		want(t, ask(t, h, "admin", made), "", http.StatusNoContent, "")
	})
	t.Run("EnvironmentWins", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", nil)
		want(t, ask(t, h, "ada", "enchantresses"), "", http.StatusNoContent, "")
		if reply := ask(t, h, "admin", made); reply.StatusCode != http.StatusUnauthorized {
			t.Errorf("the stored password still opens: %d", reply.StatusCode)
		}
	})
	t.Run("AndIsNotStored", func(t *testing.T) {
		h := openHouseIn(t, dir, "127.0.0.1:0", none)
		want(t, ask(t, h, "admin", made), "", http.StatusNoContent, "")
	})
}

func TestCookieWithoutTLSBeyondLoopback(t *testing.T) {
	body := `{"username":"ada","password":"enchantresses"}`
	name := header("Host", "box.lan:8002")
	for trusted, prefix := range map[string]string{"": "headgate=", "127.0.0.0/8": "__Host-headgate="} {
		h := openHouseIn(t, t.TempDir(), "0.0.0.0:0", func(o *server.Options) {
			o.Names = []string{"Box.lan"}
			if trusted != "" {
				o.Proxies = []string{trusted}
			}
		})
		reply, text := h.ask(t, http.MethodPost, "/login", body, name)
		want(t, reply, text, http.StatusNoContent, "")
		if cookie := reply.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "headgate=") || strings.Contains(cookie, "Secure") {
			t.Errorf("plain HTTP got the cookie %q, which a browser drops", cookie)
		}
		plain := withCookies(reply)
		reply, _ = h.ask(t, http.MethodGet, "/session", "", name, plain)
		want(t, reply, "", http.StatusOK, "")

		reply, text = h.ask(t, http.MethodPost, "/login", body, name, header("X-Forwarded-Proto", "http, https"))
		want(t, reply, text, http.StatusNoContent, "")
		cookie := reply.Header.Get("Set-Cookie")
		if !strings.HasPrefix(cookie, prefix) || strings.Contains(cookie, "Secure") != (trusted != "") {
			t.Errorf("with trust in %q a proxy's word for TLS got the cookie %q", trusted, cookie)
		}
	}
}

func TestForeignPagesGetNothing(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	for name, tc := range map[string]struct {
		method, path string
		change       func(*http.Request)
		status       int
		code         string
	}{
		"OwnOrigin":        {http.MethodPost, "/rpc/Providers/List", header("Origin", h.url), 200, ""},
		"SameOriginFetch":  {http.MethodPost, "/rpc/Providers/List", header("Sec-Fetch-Site", "same-origin"), 200, ""},
		"Program":          {http.MethodPost, "/rpc/Providers/List", func(*http.Request) {}, 200, ""},
		"ForeignOrigin":    {http.MethodPost, "/rpc/Providers/List", header("Origin", "https://evil.example"), 403, "origin_refused"},
		"OtherPort":        {http.MethodPost, "/rpc/Providers/List", header("Origin", "http://127.0.0.1:1"), 403, "origin_refused"},
		"NullOrigin":       {http.MethodPost, "/rpc/Providers/List", header("Origin", "null"), 403, "origin_refused"},
		"CrossSiteFetch":   {http.MethodPost, "/rpc/Providers/List", header("Sec-Fetch-Site", "cross-site"), 403, "origin_refused"},
		"SameSiteFetch":    {http.MethodPost, "/rpc/Providers/List", header("Sec-Fetch-Site", "same-site"), 403, "origin_refused"},
		"ForeignLogin":     {http.MethodPost, "/login", header("Origin", "https://evil.example"), 403, "origin_refused"},
		"ForeignLogout":    {http.MethodPost, "/logout", header("Sec-Fetch-Site", "cross-site"), 403, "origin_refused"},
		"ForeignEvents":    {http.MethodGet, "/events", header("Sec-Fetch-Site", "cross-site"), 403, "origin_refused"},
		"ForeignHost":      {http.MethodPost, "/rpc/Providers/List", header("Host", "evil.example"), 403, "host_refused"},
		"ForeignHostPage":  {http.MethodGet, "/", header("Host", "evil.example:80"), 403, "host_refused"},
		"OtherPortsHost":   {http.MethodGet, "/", header("Host", "127.0.0.1:1"), 403, "host_refused"},
		"LocalhostIsOurs":  {http.MethodGet, "/", header("Host", strings.Replace(h.host, "127.0.0.1", "localhost", 1)), 200, ""},
		"LinkFromAnywhere": {http.MethodGet, "/", header("Sec-Fetch-Site", "cross-site"), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			reply, text := h.ask(t, tc.method, tc.path, "[]", session, tc.change)
			want(t, reply, text, tc.status, tc.code)
		})
	}
}
