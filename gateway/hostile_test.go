package gateway_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// What an upstream may send that would cost the gateway memory or lead it elsewhere:
// it is cut off, the next member answers, and nothing of it stays.
func TestHostileUpstreams(t *testing.T) {
	elsewhere := serve(t, healthy)
	endless := func(piece string) func(v *visit) {
		piece = strings.Repeat(piece, 4096/len(piece)+1)
		return func(v *visit) {
			for sent := 0; sent < 256<<20; sent += len(piece) {
				if _, err := io.WriteString(v.conn, piece); err != nil {
					return
				}
			}
			t.Error("256 MiB were taken")
		}
	}
	after := func(head string, then func(v *visit)) func(v *visit) {
		return func(v *visit) {
			v.say(head)
			then(v)
		}
	}
	bomb := func(what string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for range 64 {
			_, _ = z.Write(bytes.Repeat([]byte(what), 1<<20/len(what)))
		}
		_ = z.Close()
		return b.String()
	}
	packed := bomb(" ")
	const ok, json = "HTTP/1.1 200 OK\r\n", "Content-Type: application/json\r\n"
	for name, behave := range map[string]func(v *visit){
		"redirect 301": redirect(301, elsewhere.url), "redirect 302": redirect(302, elsewhere.url), "redirect 303": redirect(303, elsewhere.url),
		"redirect 307": redirect(307, elsewhere.url), "redirect 308": redirect(308, elsewhere.url),
		"zip bomb":                func(v *visit) { v.reply(200, "application/json", packed, "Content-Encoding: gzip") },
		"zip bomb, stream":        func(v *visit) { v.reply(200, "text/event-stream", packed, "Content-Encoding: gzip") },
		"zip in a zip":            func(v *visit) { v.reply(200, "application/json", packed, "Content-Encoding: gzip, gzip") },
		"deflate":                 func(v *visit) { v.reply(200, "application/json", whole("good"), "Content-Encoding: deflate") },
		"brotli":                  func(v *visit) { v.reply(200, "application/json", whole("good"), "Content-Encoding: br") },
		"endless field":           after(ok+"X-Long: ", endless("a")),
		"endless fields":          after(ok, endless("X-Field: value\r\n")),
		"endless status":          after("HTTP/1.1 200 ", endless("OK")),
		"endless 1xx":             endless("HTTP/1.1 103 Early Hints\r\n\r\n"),
		"endless body":            after(ok+json+"\r\n", endless(`"`+strings.Repeat("a", 4000))),
		"huge length":             after(ok+json+"Content-Length: 99999999999\r\n\r\n", endless("[")),
		"huge chunk":              after(ok+json+"Transfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n", endless(" ")),
		"endless chunk extension": after(ok+json+"Transfer-Encoding: chunked\r\n\r\n5;", endless("x")),
		"endless trailer":         after(ok+json+"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", endless("X-Field: value\r\n")),
		"nothing but comments":    after(ok+"Content-Type: text/event-stream\r\n\r\ndata: ", endless("a")),
	} {
		for _, stream := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " for a stream"}[stream], func(t *testing.T) {
				u, good := serve(t, behave), serve(t, healthy)
				h := open(t, []string{u.url, good.url})
				room := h.MemoryLeft()
				runtime.GC()
				var before, now runtime.MemStats
				runtime.ReadMemStats(&before)
				h.post(map[bool]string{true: streamBody, false: plainBody}[stream]).wantGood(t, stream)
				runtime.ReadMemStats(&now)
				if grown := int64(now.HeapSys) - int64(before.HeapSys); grown > 300<<20 {
					t.Errorf("the heap grew by %d MiB", grown>>20)
				}
				call := h.ledger.await(t, 1)[0]
				if len(call.Attempts) != 2 {
					t.Errorf("attempts: %+v", call.Attempts)
				}
				if left := h.MemoryLeft(); left != room {
					t.Errorf("%d bytes are still held", room-left)
				}
			})
		}
	}
	if n := len(elsewhere.seen()); n != 0 {
		t.Errorf("%d requests followed a redirect", n)
	}
}

func redirect(status int, to string) func(v *visit) {
	return func(v *visit) { v.reply(status, "text/html", "", "Location: "+to+"/chat/completions") }
}

// What belongs to one connection, or to who is logged in somewhere, goes no further
// than that, in both directions.
func TestFieldsOfOneConnection(t *testing.T) {
	t.Parallel()
	theirs := []string{
		"Connection: close, X-Named", "X-Named: theirs", "Keep-Alive: timeout=5", "Proxy-Authenticate: Basic", "Proxy-Connection: close", "Upgrade: h2c",
		"Set-Cookie: a=b", "Set-Cookie2: a=b", "Www-Authenticate: Basic", "Authorization: Bearer x", "Clear-Site-Data: *", "Refresh: 0; url=http://evil.example",
		"Location: http://evil.example", "Content-Disposition: attachment", "Strict-Transport-Security: max-age=1", "Access-Control-Allow-Credentials: true",
	}
	u := serve(t, func(v *visit) { v.reply(200, "application/json", whole("good"), theirs...) })
	h := open(t, []string{u.url})
	ours := []string{
		"X-Named", "1", "Te", "trailers", "Proxy-Authorization", "Basic eA==", "Proxy-Connection", "keep-alive", "Cookie", "s=1",
		"X-Api-Key", apiKey, "Api-Key", apiKey, "X-Goog-Api-Key", apiKey, "X-Real-Ip", "10.0.0.1", "Forwarded", "for=10.0.0.1", "Via", "1.1 x",
		"Referer", "http://page.example", "Accept-Encoding", "gzip, br", "Range", "bytes=0-1", "Expect", "",
	}
	got := h.post(plainBody, ours...)
	got.wantGood(t, false)
	for _, line := range theirs {
		name, _, _ := strings.Cut(line, ":")
		if v := got.header.Get(name); v != "" && name != "Connection" {
			t.Errorf("the client got %s: %s", name, v)
		}
	}
	sent := u.seen()[0].Header
	for i := 0; i < len(ours); i += 2 {
		if v := sent.Get(ours[i]); v != "" && ours[i] != "Accept-Encoding" {
			t.Errorf("the provider got %s: %s", ours[i], v)
		}
	}
	if sent.Get("Accept-Encoding") != "identity" || strings.Contains(strings.Join(values(sent), "\n"), apiKey) {
		t.Errorf("the provider got %v", sent)
	}
}

func values(h http.Header) (all []string) {
	for _, list := range h {
		all = append(all, list...)
	}
	return all
}
