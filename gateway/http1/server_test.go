package http1_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"headgate/gateway/http1"
)

// patience bounds every wait; none takes this long when it passes.
const patience = 10 * time.Second

// visit is one request that a server got, with the connection to answer on.
type visit struct {
	*http.Request
	conn net.Conn
	in   *bufio.Reader
	nth  int // 1: the first of its connection
}

func (v *visit) say(text string) { _, _ = io.WriteString(v.conn, text) }

// read takes the request's body in.
func (v *visit) read() string {
	body, _ := io.ReadAll(v.Body)
	return string(body)
}

// server is one made of raw connections.
type server struct {
	url   string
	mu    sync.Mutex
	taken int
}

func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// serve answers each request with behave. secure, when there, puts TLS on a
// connection.
func serve(t *testing.T, secure func(net.Conn) net.Conn, behave func(*visit)) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{url: "http://" + ln.Addr().String() + "/v1/chat?a=b"}
	if secure != nil {
		s.url = "https" + s.url[len("http"):]
	}
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.taken++
			s.mu.Unlock()
			wg.Go(func() {
				taken := conn
				defer context.AfterFunc(ctx, func() { _ = taken.Close() })()
				if secure != nil {
					conn = secure(conn)
				}
				defer func() { _ = conn.Close() }()
				in := bufio.NewReader(conn)
				for nth := 1; ; nth++ {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					behave(&visit{r, conn, in, nth})
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		stop()
		wg.Wait()
	})
	return s
}

func newClient(t *testing.T, change ...func(*http1.Options)) *http1.Client {
	t.Helper()
	o := http1.Options{Dial: new(net.Dialer).DialContext, IdlePerOrigin: 4, Idle: 8, IdleTime: time.Minute, TLSLimit: patience}
	for _, c := range change {
		c(&o)
	}
	c := http1.New(o)
	t.Cleanup(c.CloseIdle)
	return c
}

func canTarget(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	_, err = http1.NewTarget(u)
	return err == nil
}

func target(t testing.TB, text string) *http1.Target {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	made, err := http1.NewTarget(u)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func post(t testing.TB, to string, body ...string) *http1.Request {
	t.Helper()
	r := &http1.Request{Method: "POST", Target: target(t, to), Fields: http1.Fields{{Name: "X-A", Value: "1"}}}
	for _, piece := range body {
		r.Body = append(r.Body, []byte(piece))
	}
	return r
}

// got is what came of a request.
type got struct {
	status int
	fields http1.Fields
	body   string
	trace  http1.Trace
	err    error // of the head or the body
}

func ask(ctx context.Context, c *http1.Client, r *http1.Request) (g got) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := c.Do(ctx, r, &g.trace)
	if err != nil {
		g.err = err
		return g
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(reply.Body)
	g.status, g.fields, g.body, g.err = reply.Status, reply.Fields, string(body), err
	return g
}

func must(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}
