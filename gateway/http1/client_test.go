package http1_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"headgate/gateway/http1"
)

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// What a server is sent, byte for byte, whatever the body's size and pieces.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("0123456789", 20_000)
	for name, pieces := range map[string][]string{
		"small":  {`{"model":`, `"m"`, `}`},
		"none":   nil,
		"middle": {large[:20_000], `"m"`, large[:5_000]},
		"large":  {large, `"m"`, large},
		"odd":    {large[:16_000], large[:16_000], large[:16_000]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			type sent struct{ line, host, a, length, body string }
			arrived := make(chan sent, 2)
			s := serve(t, nil, func(v *visit) {
				arrived <- sent{v.Method + " " + v.RequestURI, v.Host, v.Header.Get("X-A"), fmt.Sprint(v.ContentLength), v.read()}
				v.say(ok)
			})
			c := newClient(t)
			want := strings.Join(pieces, "")
			for range 2 {
				r := post(t, s.url, pieces...)
				r.Fields = append(r.Fields, http1.Field{Name: "content-length", Value: "7"}, http1.Field{Name: "Host", Value: "x"}, http1.Field{Name: "Transfer-Encoding", Value: "chunked"})
				if g := ask(t.Context(), c, r); g.err != nil || g.status != 200 || g.body != "ok" {
					t.Fatalf("got %+v", g)
				}
				host := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/v1/chat?a=b")
				if g := <-arrived; g != (sent{"POST /v1/chat?a=b", host, "1", fmt.Sprint(len(want)), want}) {
					t.Errorf("sent %.300v", g)
				}
			}
			if n := s.connections(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

// What can't be sent as it stands is not sent.
func TestRefusesToSend(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) { v.say(ok) })
	c := newClient(t)
	for name, spoil := range map[string]func(*http1.Request){
		"method":      func(r *http1.Request) { r.Method = "POST / HTTP/1.1\r\nX:" },
		"field name":  func(r *http1.Request) { r.Fields[0].Name = "X: 1\r\nY" },
		"field value": func(r *http1.Request) { r.Fields[0].Value = "1\r\nY: 2" },
		"NUL":         func(r *http1.Request) { r.Fields[0].Value = "1\x00" },
	} {
		r := post(t, s.url, "{}")
		spoil(r)
		if g := ask(t.Context(), c, r); g.err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if n := s.connections(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

// A connection carries another request only when the reply was read to its very
// end, may be followed by another one, and nothing came after it.
func TestKeeping(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says string
		keep bool
		err  bool
	}{
		"length":                {ok, true, false},
		"chunks":                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nT: u\r\n\r\n", true, false},
		"no body":               {"HTTP/1.1 204 No Content\r\n\r\n", true, false},
		"not modified":          {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true, false},
		"length 0":              {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, false},
		"interim":               {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok, true, false},
		"1.0":                   {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false, false},
		"1.0 that stays":        {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", true, false},
		"close":                 {"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", false, false},
		"bytes after":           {ok + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", false, false},
		"bytes after chunks":    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nx", false, false},
		"bytes after no body":   {"HTTP/1.1 204 No Content\r\n\r\nx", false, false},
		"another protocol":      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false, false},
		"length and chunks":     {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, true},
		"two lengths":           {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", false, true},
		"twice the same length": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", true, false},
		"folded":                {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok", false, true},
		"a space in a name":     {"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", false, true},
		"a NUL":                 {"HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Length: 2\r\n\r\nok", false, true},
		"a bare LF in chunks":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", false, true},
		"a chunk too long":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokk\r\n0\r\n\r\n", false, true},
		"a chunk of junk":       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n", false, true},
		"a huge chunk":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("f", 17) + "\r\nok", false, true},
		"another encoding":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false, true},
		"junk":                  {"SSH-2.0-OpenSSH\r\n\r\n", false, true},
		"a head without end":    {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 300<<10), false, true},
		"interim ones for ever": {strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", 20_000), false, true},
		"extensions for ever": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
			strings.Repeat("1;"+strings.Repeat("x", 3000)+"\r\no\r\n", 20), false, true},
		"a trailer without end": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + strings.Repeat("y", 20<<10), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, nil, func(v *visit) { v.read(); v.say(c.says) })
			client := newClient(t)
			for i := range 2 {
				g := ask(t.Context(), client, post(t, s.url, "{}"))
				if c.err != (g.err != nil) || c.err && !errors.Is(g.err, http1.ErrMalformed) {
					t.Errorf("got %.300v", g)
				}
				if !c.err && g.body != "ok" && g.body != "" {
					t.Errorf("body %q", g.body)
				}
				if reused := i == 1 && c.keep; g.trace.Reused != reused || g.trace.Connect > 0 == reused || !g.trace.Answered {
					t.Errorf("request %d: %+v", i, g.trace)
				}
			}
		})
	}
}

// The end of the connection ends a body that doesn't say its length, and cuts
// one that does.
func TestEnds(t *testing.T) {
	t.Parallel()
	for says, want := range map[string]error{
		"HTTP/1.1 200 OK\r\n\r\nok":                                             nil,
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok":                        io.ErrUnexpectedEOF,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok":          io.ErrUnexpectedEOF,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n": io.ErrUnexpectedEOF,
		"HTTP/1.1 200 OK\r\nContent":                                            io.ErrUnexpectedEOF,
		"HTTP/1.1 100 Continue\r\n\r\n":                                         io.ErrUnexpectedEOF,
		"":                                                                      io.EOF,
	} {
		s := serve(t, nil, func(v *visit) { v.read(); v.say(says); _ = v.conn.Close() })
		g := ask(t.Context(), newClient(t), post(t, s.url, "{}"))
		if !errors.Is(g.err, want) || want == nil && g.body != "ok" || g.trace.Answered != (says != "") {
			t.Errorf("%q: got %+v, want %v", says, g, want)
		}
	}
}

// A reply to HEAD has a length and no body.
func TestHead(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) { v.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") })
	c := newClient(t)
	for i := range 2 {
		r := post(t, s.url)
		r.Method = "HEAD"
		reply, err := c.Do(t.Context(), r, nil)
		if err != nil || reply.Length != 5 {
			t.Fatalf("request %d: %+v, %v", i, reply, err)
		}
		if body, err := io.ReadAll(reply.Body); len(body) != 0 || err != nil {
			t.Errorf("%q, %v", body, err)
		}
	}
	if s.connections() != 1 {
		t.Error("not kept")
	}
}

// URLs that only others can ask are refused.
func TestTargets(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"http://a/": true, "https://a:8443/x?y=z": true, "http://[::1]:80/": true, "http://A_b-c.d": true, "http://a:/": true,
		"ftp://a/": false, "http://": false, "http://bücher.example/": false, "http://[fe80::1%25eth0]/": false, "http://u:p@a/": false, "mailto:x": false,
	} {
		if got := canTarget(text); got != good {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A head may be large enough to be written aside, with nothing behind it.
func TestLargeHead(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(v *visit) { v.read(); v.say(ok) })
	r := &http1.Request{Method: "GET", Target: target(t, s.url), Fields: http1.Fields{{Name: "X-A", Value: strings.Repeat("x", 40<<10)}}}
	if g := ask(t.Context(), newClient(t), r); g.err != nil || g.body != "ok" {
		t.Errorf("got %+v", g)
	}
}

// Names compare without regard to case; setting one replaces all of it.
func TestFields(t *testing.T) {
	t.Parallel()
	f := http1.Fields{{Name: "a", Value: "1"}, {Name: "B", Value: "2"}, {Name: "A", Value: "3"}}
	if f.Get("A") != "1" || f.Get("b") != "2" || f.Get("c") != "" {
		t.Errorf("%+v", f)
	}
	if h := f.Header(); len(h["A"]) != 2 || len(http1.FieldsOf(h)) != 3 {
		t.Errorf("%+v", h)
	}
	if f = f.Set("A", "4"); len(f) != 2 || f.Get("a") != "4" {
		t.Errorf("%+v", f)
	}
}
