package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

// Everything that a stranger can say of itself, over raw connections: what is right
// in every combination, and each wrong thing amid all of these. One wrong thing is
// enough: it reaches no upstream, and gets a reply that no web page may read and
// that tells nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	const page = "https://chat.example"
	type part struct {
		lines string
		bad   int  // the status that it is refused with; 0: it isn't
		shy   bool // good, but not without a key
	}
	hosts := []part{
		{lines: "Host: 127.0.0.1:8001"},
		{lines: "Host: localhost"},
		{lines: "Host: gateway.home", shy: true},
		{lines: "Host: evil.example", bad: 403},
		{lines: "Host: localhost.evil.example:8001", bad: 403},
		{lines: "Host: 127.1", bad: 403},
		{lines: "Host:", bad: 403},
		{lines: "Host: localhost\r\nX-Forwarded-Host: evil.example", shy: true},
	}
	origins := []part{
		{},
		{lines: "Origin: " + page},
		{lines: "Origin: https://evil.example", bad: 403},
		{lines: "Origin: null", bad: 403},
		{lines: "Origin: http://localhost:8001", bad: 403},
		{lines: "Origin: " + page + "\r\nOrigin: https://evil.example", bad: 403},
	}
	sites := []part{{}, {lines: "Sec-Fetch-Site: none"}, {lines: "Sec-Fetch-Site: cross-site", bad: 403}}
	types := []part{
		{lines: "Content-Type: application/json; charset=utf-8"},
		{lines: "Content-Type: text/plain", bad: 415},
		{lines: "Content-Type: application/x-www-form-urlencoded", bad: 415},
		{bad: 415},
	}
	keys := []part{
		{lines: "Authorization: Bearer " + apiKey},
		{lines: "Api-Key: " + apiKey + "\r\nAuthorization: bearer " + apiKey},
		{bad: 401}, // none: good for an open group
		{lines: "Authorization: Bearer wrong", bad: 401},
		{lines: "Authorization: " + apiKey, bad: 401},
		{lines: "Authorization: Basic aGctdGVzdA==", bad: 401},
		{lines: "Authorization: Bearer " + apiKey + "\r\nAuthorization: Bearer other", bad: 401},
		{lines: "Authorization: Bearer " + apiKey + "\r\nX-Api-Key: other", bad: 401},
		{lines: "X-Api-Key: " + apiKey + "\r\nX-Goog-Api-Key: other", bad: 401},
		{lines: "Cookie: key=" + apiKey + "\r\nProxy-Authorization: Bearer " + apiKey, bad: 401},
	}
	for _, keyless := range []bool{false, true} {
		t.Run(fmt.Sprintf("keyless %v", keyless), func(t *testing.T) {
			t.Parallel()
			u := serve(t, healthy)
			h := open(t, []string{u.url}, func(c *gateway.Config) {
				c.Names, c.Origins = []string{"gateway.home"}, []string{page}
				c.Groups[0].Keyless = keyless
			})
			w := h.wire()
			reached, good := 0, 0
			ask := func(first, body string, want int, parts ...part) {
				text := first + " HTTP/1.1\r\n"
				for _, p := range parts {
					if p.lines != "" {
						text += p.lines + "\r\n"
					}
				}
				_ = w.conn.SetDeadline(time.Now().Add(patience))
				w.say(text + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
				got := w.hear()
				if got.err != nil || got.header.Get("Connection") == "close" {
					w = h.wire()
				}
				if got.status != want {
					t.Errorf("got %d (%v), want %d:\n%s%s", got.status, got.err, want, text, got.body)
				}
				if want == http.StatusOK {
					good++
				} else if strings.Contains(got.body, "up1") || strings.Contains(got.body, providerKey) || strings.Contains(got.body, `"good"`) {
					t.Errorf("the refusal tells something:\n%s%s", text, got.body)
				}
				if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != "" && (allowed != page || want == 403) {
					t.Errorf("a page at %q may read:\n%s%s", allowed, text, got.body)
				}
				now := len(u.seen())
				if calls := now - reached; calls != 0 && (want != http.StatusOK || body == "") {
					t.Errorf("%d requests reached the member:\n%s", calls, text)
				}
				reached = now
			}
			for _, host := range hosts {
				for _, origin := range origins {
					for _, site := range sites {
						for _, key := range keys {
							refused := max(host.bad, origin.bad)
							if origin.lines == "" {
								refused = max(refused, site.bad)
							}
							if refused == 0 && (key.lines != "" || !keyless || host.shy) {
								refused = key.bad
							}
							if wrong(host.bad, origin.bad, site.bad, key.bad) > 1 {
								continue
							}
							for _, kind := range types {
								if wrong(host.bad, origin.bad, site.bad, key.bad, kind.bad) > 1 {
									continue
								}
								want := refused
								if want == 0 {
									want = kind.bad
								}
								if want == 0 {
									want = http.StatusOK
								}
								ask("POST /v1/chat/completions", plainBody, want, host, origin, site, kind, key)
							}
							want := refused
							if want == 0 {
								want = http.StatusOK
							}
							ask("GET /v1/models", "", want, host, origin, site, key)
						}
					}
				}
			}
			if good < 20 {
				t.Errorf("only %d requests were good: nothing is proven", good)
			}
			if keyless { // nothing was said of a key
				return
			}
			// A key in the URL is none.
			for _, first := range []string{
				"POST /v1/chat/completions?key=" + apiKey, "POST /v1/chat/completions?api_key=" + apiKey,
				"POST /v1/chat/completions?access_token=" + apiKey, "POST http://" + apiKey + "@localhost/v1/chat/completions",
				"POST http://x:" + apiKey + "@localhost/v1/chat/completions",
			} {
				ask(first, plainBody, 401, hosts[0], types[0])
			}
		})
	}
}

// wrong counts what is refused.
func wrong(statuses ...int) (n int) {
	for _, status := range statuses {
		if status != 0 {
			n++
		}
	}
	return n
}
