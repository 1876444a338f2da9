package http1_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway/http1"
)

// patient bounds every wait; none takes this long when a test passes.
const patient = 20 * time.Second

// house is a Server on a real address.
type house struct {
	*http1.Server
	t    *testing.T
	at   string
	said *said
}

// said is what a server's log says.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func open(t *testing.T, h http.HandlerFunc, change ...func(*http1.ServerOptions)) *house {
	t.Helper()
	log := &said{}
	o := http1.ServerOptions{
		Handler: h, HeadTime: patient, IdleTime: patient, WriteTime: patient, HeadBytes: 16 << 10,
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &house{http1.NewServer(o), t, ln.Addr().String(), log}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// talker is somebody who says bytes to a server.
type talker struct {
	*net.TCPConn
	t  *testing.T
	in *bufio.Reader
}

func (s *house) talker() *talker {
	s.t.Helper()
	nc, err := net.Dial("tcp", s.at)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(patient))
	return &talker{nc.(*net.TCPConn), s.t, bufio.NewReader(nc)}
}

func (k *talker) say(text string) { _, _ = io.WriteString(k, text) }

// hear returns the next reply, to a request by method, and its body.
func (k *talker) hear(method string) (reply *http.Response, body string, err error) {
	reply, err = http.ReadResponse(k.in, &http.Request{Method: method})
	if err != nil {
		return &http.Response{}, "", err
	}
	all, err := io.ReadAll(reply.Body)
	return reply, string(all), err
}

// wantEnd fails unless the server has closed the connection.
func (k *talker) wantEnd() {
	k.t.Helper()
	if rest, err := io.ReadAll(k.in); len(rest) > 0 || isTimeout(err) {
		k.t.Errorf("the connection goes on: %q (%v)", rest, err)
	}
}

func isTimeout(err error) bool {
	late, ok := errors.AsType[net.Error](err)
	return ok && late.Timeout()
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// Each reply ends as its request's version and method prescribe, and what can be
// kept open is.
func TestReplies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 8<<10)
	write := func(texts ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for _, text := range texts {
				if n, err := io.WriteString(w, text); err != nil || n != len(text) {
					panic(fmt.Sprint(n, err))
				}
			}
		}
	}
	flush := func(w http.ResponseWriter) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
	}
	for _, c := range []struct {
		name, request string
		handler       http.HandlerFunc
		status        int
		length        int64 // -1: chunks, or the connection's end
		body          string
		closes        bool
	}{
		{"nothing", get, write(), 200, 0, "", false},
		{"a little", get, write("a", "", "bc"), 200, 3, "abc", false},
		{"much", get, write(long), 200, -1, long, false},
		{"a little, then much, then a little", get, write("a", long, "b"), 200, -1, "a" + long + "b", false},
		{"many pieces", get, write(strings.Split(strings.Repeat("x", 20000), "")...), 200, -1, strings.Repeat("x", 20000), false},
		{"HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", write("abc"), 200, 3, "", false},
		{"a close that the client asks for", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", write("abc"), 200, 3, "abc", true},
		{"HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", write("abc"), 200, 3, "abc", true},
		{"HTTP/1.0, much", "GET / HTTP/1.0\r\n\r\n", write(long), 200, -1, long, true},
		{"chunks in the request", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", write("abc"), 200, 3, "abc", true},
		{"a status", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			w.WriteHeader(500)
			_, _ = io.WriteString(w, "no")
		}, 404, 2, "no", false},
		{"an interim one", get, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103) }, 200, 0, "", false},
		{"no content", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			if _, err := io.WriteString(w, "no"); !errors.Is(err, http.ErrBodyNotAllowed) {
				panic(err)
			}
		}, 204, 0, "", false},
		{"not modified", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "7")
			w.WriteHeader(304)
		}, 304, 0, "", false},
		{"flushed", get, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			flush(w)
			flush(w)
			_, _ = io.WriteString(w, "b")
			flush(w)
			_, _ = io.WriteString(w, "c")
		}, 200, -1, "abc", false},
		{"flushed before anything", get, func(w http.ResponseWriter, _ *http.Request) {
			flush(w)
			_, _ = io.WriteString(w, "abc")
		}, 200, -1, "abc", false},
		{"HEAD, flushed", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			flush(w)
		}, 200, -1, "", false},
		{"a length", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
			flush(w)
			if _, err := io.WriteString(w, "d"); !errors.Is(err, http.ErrContentLength) {
				panic(err)
			}
		}, 200, 3, "abc", false},
		{"a long one", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(long)))
			_, _ = io.WriteString(w, long)
		}, 200, int64(len(long)), long, false},
		{"a close that the handler asks for", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, "abc")
		}, 200, 3, "abc", true},
		{"a small body that nobody read", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + long[:100000], write("abc"), 200, 3, "abc", false},
		{"a large body that nobody read", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n", write("abc"), 200, 3, "abc", true},
		{"a body that waits and that nobody read", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", write("abc"), 200, 3, "abc", true},
		{"a wish for what there isn't", "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", write("abc"), 200, 3, "abc", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.handler)
			k := s.talker()
			k.say(c.request)
			method, _, _ := strings.Cut(c.request, " ")
			reply, body, err := k.hear(method)
			if err != nil || reply.StatusCode != c.status || reply.ContentLength != c.length || body != c.body {
				t.Fatalf("got %d, %d bytes said, %.80q (%v)", reply.StatusCode, reply.ContentLength, body, err)
			}
			if reply.Header.Get("Date") == "" {
				t.Error("it has no date")
			}
			if said := reply.Close; said != c.closes {
				t.Errorf("it says that the connection ends: %v", said)
			}
			if c.closes {
				k.wantEnd()
				return
			}
			k.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if _, _, err := k.hear("GET"); err != nil {
				t.Errorf("another request: %v", err)
			}
			if s.said.String() != "" {
				t.Error(s.said)
			}
		})
	}
}

// A reply that its handler left in the midst doesn't look whole, and a panic is
// in the log.
func TestCutReplies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		logged  bool
	}{
		"too short": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, _ = io.WriteString(w, "abc")
		}, false},
		"aborted": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "abc")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, false},
		"a panic": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "abc")
			_ = http.NewResponseController(w).Flush()
			panic("what a mess")
		}, true},
		"a panic before anything": {func(http.ResponseWriter, *http.Request) { panic("what a mess") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.handler)
			k := s.talker()
			k.say(get + get)
			if _, body, err := k.hear("GET"); err == nil {
				t.Errorf("the reply looks whole: %q", body)
			}
			if logged := strings.Contains(s.said.String(), "what a mess"); logged != c.logged {
				t.Errorf("the log says %q", s.said)
			}
		})
	}
}

// Nothing of a request is there in the next one, and a handler's header can't
// begin a line.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		r.Pattern = "/a"
		w.Header().Set("X-Is", strings.TrimSpace(fmt.Sprintln(r.Host, r.Header, r.Form, r.URL, r.ContentLength, r.TransferEncoding)))
		if r.Header.Get("X-A") != "" {
			w.Header().Set("X-Evil", "a\r\nX-More: b")
			w.Header().Set("Bad Name", "c")
		}
	})
	k := s.talker()
	k.say("POST /a?b=c HTTP/1.1\r\nhost: one\r\nx-a: 1\r\nx-A: 2\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\nd=e" +
		"GET /a HTTP/1.1\r\nHost: two\r\n\r\n" + "GET http://three/a HTTP/1.1\r\nHost: two\r\n\r\n")
	reply, _, _ := k.hear("POST")
	want := "one map[Content-Length:[3] Content-Type:[application/x-www-form-urlencoded] X-A:[1 2]] map[b:[c] d:[e]] /a?b=c 3 []"
	if got := reply.Header.Get("X-Is"); got != want {
		t.Errorf("the first is %q, want %q", got, want)
	}
	if reply.Header.Get("X-Evil") != "a  X-More: b" || reply.Header.Get("X-More") != "" || len(reply.Header) != 4 {
		t.Errorf("its header is %q", reply.Header)
	}
	for _, want := range []string{"two map[] map[] /a 0 []", "three map[] map[] http://three/a 0 []"} {
		reply, _, _ = k.hear("GET")
		if got := reply.Header.Get("X-Is"); got != want || len(reply.Header) != 3 {
			t.Errorf("it is %q with %q, want %q", got, reply.Header, want)
		}
	}
}

// A client that is waited for is told so when its body is read, and not before.
func TestExpect(t *testing.T) {
	t.Parallel()
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %v", body, err)
	})
	k := s.talker()
	k.say("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	if reply, _, err := k.hear("POST"); reply.StatusCode != 100 {
		t.Fatalf("got %d (%v)", reply.StatusCode, err)
	}
	k.say("ok")
	if _, body, err := k.hear("POST"); body != "ok <nil>" {
		t.Errorf("got %q (%v)", body, err)
	}
}

// Bodies arrive whole or fail, however they are framed.
func TestBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 20<<10)
	for name, c := range map[string]struct{ said, want string }{
		"a length":         {fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(long), long), long + " <nil>"},
		"chunks":           {fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n1;a=b\r\nx\r\n0\r\nT: u\r\n\r\n", len(long), long), long + "x <nil>"},
		"wrong chunks":     {"Transfer-Encoding: chunked\r\n\r\nzz\r\n", " the message is not valid HTTP/1.1: a chunk's size is none"},
		"a cut length":     {"Content-Length: 10\r\n\r\nabc", "abc unexpected EOF"},
		"cut chunks":       {"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "abc unexpected EOF"},
		"no end of chunks": {"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				_, _ = fmt.Fprintf(w, "%s %v", body, err)
			})
			k := s.talker()
			go func() {
				k.say("POST / HTTP/1.1\r\nHost: x\r\n" + c.said)
				_ = k.CloseWrite()
			}()
			if _, body, err := k.hear("POST"); body != c.want {
				t.Errorf("got %.90q (%v)", body, err)
			}
		})
	}
}

// That a client has left ends the request's context within a second, also while
// another request of its waits.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*talker){
		"closed":      func(k *talker) { _ = k.Close() },
		"half closed": func(k *talker) { _ = k.CloseWrite() },
		"reset":       func(k *talker) { _ = k.SetLinger(0); _ = k.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			came, left := make(chan struct{}, 1), make(chan error, 1)
			s := open(t, func(_ http.ResponseWriter, r *http.Request) {
				came <- struct{}{}
				select {
				case <-r.Context().Done():
					left <- context.Cause(r.Context())
				case <-time.After(patient):
					left <- nil
				}
			})
			k := s.talker()
			k.say(get)
			<-came
			leave(k)
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("the context ended with %v", err)
			}
		})
	}
}

// A client that stays is let alone, however long a call lasts and whatever else
// it has said.
func TestStaying(t *testing.T) {
	t.Parallel()
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			_, _ = io.WriteString(w, "left")
		case <-time.After(time.Second):
			_, _ = io.WriteString(w, "stayed")
		}
	})
	k := s.talker()
	k.say(get + get)
	for range 2 {
		if _, body, err := k.hear("GET"); body != "stayed" {
			t.Errorf("got %q (%v)", body, err)
		}
	}
}

// A shutdown lets those finish who are being answered, tells them that it was the
// last reply, and hangs up on those who wait.
func TestShutdown(t *testing.T) {
	t.Parallel()
	came, goOn := make(chan struct{}, 1), make(chan struct{})
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stay" {
			came <- struct{}{}
			<-goOn
		}
		_, _ = io.WriteString(w, "whole")
	})
	idle, fresh, busy := s.talker(), s.talker(), s.talker()
	idle.say(get)
	if _, _, err := idle.hear("GET"); err != nil {
		t.Fatal(err)
	}
	busy.say("GET /stay HTTP/1.1\r\nHost: x\r\n\r\n" + get)
	<-came
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a call in flight: %v", err)
	}
	idle.wantEnd()
	fresh.wantEnd()
	if _, err := net.Dial("tcp", s.at); err == nil {
		t.Error("somebody was let in")
	}
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(context.WithoutCancel(t.Context())) }()
	close(goOn)
	if reply, body, err := busy.hear("GET"); body != "whole" || !reply.Close {
		t.Errorf("got %q, the last: %v (%v)", body, reply.Close, err)
	}
	busy.wantEnd()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Limits on time hold to the moment that was last set, be it earlier or later
// than the one before.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	const soon, later = 100 * time.Millisecond, 400 * time.Millisecond
	for name, c := range map[string]struct {
		limits []time.Duration // one after the other
		least  time.Duration
	}{
		"once":           {[]time.Duration{soon}, soon},
		"moved ahead":    {[]time.Duration{patient, soon}, soon},
		"moved back":     {[]time.Duration{soon, later}, later},
		"ahead and back": {[]time.Duration{later, soon, later}, later},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := make(chan error, 1)
			var took time.Duration
			s := open(t, func(w http.ResponseWriter, r *http.Request) {
				begun := time.Now()
				rc := http.NewResponseController(w)
				for _, limit := range c.limits {
					_ = rc.SetReadDeadline(begun.Add(limit))
				}
				_, err := io.ReadAll(r.Body)
				took = time.Since(begun)
				result <- err
			})
			k := s.talker()
			k.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
			if err := <-result; !isTimeout(err) || took < c.least {
				t.Errorf("after %v: %v", took, err)
			}
		})
	}
}

// A limit also ends what waits already, and no reply waits for ever for somebody
// who doesn't read.
func TestWriteTime(t *testing.T) {
	t.Parallel()
	const limit = 100 * time.Millisecond
	result := make(chan error, 1)
	handler := func(before func(*http.ResponseController)) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			before(http.NewResponseController(w))
			piece := bytes.Repeat([]byte("x"), 1<<20)
			for {
				if _, err := w.Write(piece); err != nil {
					result <- err
					return
				}
			}
		}
	}
	for _, s := range []*house{
		open(t, handler(func(*http.ResponseController) {}), func(o *http1.ServerOptions) { o.WriteTime = limit }),
		open(t, handler(func(rc *http.ResponseController) {
			_ = rc.SetWriteDeadline(time.Now().Add(time.Hour))
			time.AfterFunc(limit, func() { _ = rc.SetWriteDeadline(time.Now()) })
		})),
	} {
		s.talker().say(get)
		if err := <-result; !isTimeout(err) {
			t.Error(err)
		}
	}
}
