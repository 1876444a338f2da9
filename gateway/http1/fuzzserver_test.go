package http1_test

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headgate/gateway/http1"
)

// caller is a connection that says some bytes, in pieces, and then its end, and
// keeps what it hears.
type caller struct {
	played
	mu     sync.Mutex
	heard  bytes.Buffer
	closed chan struct{}
	once   sync.Once
}

func (c *caller) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard.Write(b)
}

func (c *caller) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *caller) CloseWrite() error                { return nil }
func (c *caller) SetDeadline(time.Time) error      { return nil }
func (c *caller) SetWriteDeadline(time.Time) error { return nil }
func (c *caller) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (c *caller) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }

// oneCaller is a listener to which one comes.
type oneCaller struct {
	come chan net.Conn
	done chan struct{}
	once sync.Once
}

func (l *oneCaller) Accept() (net.Conn, error) {
	select {
	case c := <-l.come:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *oneCaller) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}
func (l *oneCaller) Addr() net.Addr { return &net.TCPAddr{} }

// answerer is what is compared: ours and net/http's.
type answerer interface {
	Serve(net.Listener) error
	Close() error
}

// asked is a request as a handler sees it.
type asked struct {
	method, host, target, path, query, body string
	minor                                   int
	length                                  int64
	header                                  http.Header
	failed                                  bool // the body did not come whole
}

// hears returns the requests that a server makes of what is said to it, and the
// statuses of its answers.
func hears(said []byte, piece int, build func(http.Handler) answerer) (all []asked, statuses []int) {
	var mu sync.Mutex
	s := build(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, asked{
			r.Method, strings.Clone(r.Host), r.RequestURI, r.URL.Path, r.URL.RawQuery, string(body),
			r.ProtoMinor, r.ContentLength, r.Header.Clone(), err != nil,
		})
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "heard")
	}))
	ln := &oneCaller{come: make(chan net.Conn, 1), done: make(chan struct{})}
	c := &caller{played: played{rest: said, piece: piece}, closed: make(chan struct{})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(ln)
	}()
	ln.come <- c
	<-c.closed
	_ = s.Close()
	_ = ln.Close()
	<-served
	c.mu.Lock()
	defer c.mu.Unlock()
	in := bufio.NewReader(&c.heard)
	for i := 0; ; i++ {
		method := http.MethodPost
		if i < len(all) {
			method = all[i].method
		}
		reply, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return all, statuses
		}
		_, _ = io.Copy(io.Discard, reply.Body)
		if reply.StatusCode == http.StatusContinue {
			i--
			continue
		}
		statuses = append(statuses, reply.StatusCode)
	}
}

func hearsOurs(said []byte, piece int) ([]asked, []int) {
	return hears(said, piece, func(h http.Handler) answerer {
		return http1.NewServer(http1.ServerOptions{
			Handler: h, HeadTime: time.Minute, IdleTime: time.Minute, WriteTime: time.Minute, HeadBytes: 1 << 20,
		})
	})
}

func hearsTheirs(said []byte, piece int) ([]asked, []int) {
	return hears(said, piece, func(h http.Handler) answerer {
		return &http.Server{
			DisableGeneralOptionsHandler: true, ErrorLog: silent,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) { // as here
					w.Header().Set("Connection", "close")
				}
				h.ServeHTTP(w, r)
			}),
		}
	})
}

// stricterServer names what is refused here and taken by net/http's server: what
// RFC 9112 lets or makes a server refuse.
var stricterServer = map[string]*regexp.Regexp{
	"a folded line":               regexp.MustCompile(`\n[ \t]`),
	"HTTP/2's preface":            regexp.MustCompile(`PRI \* HTTP/2\.0`),
	"an encoding in HTTP/1.0":     regexp.MustCompile(`(?is)HTTP/1\.0.*transfer-encoding`),
	"a length of 19 digits":       regexp.MustCompile(`(?i)content-length:[ \t]*\d{19}`),
	"a bad length beside chunks":  regexp.MustCompile(`(?is)content-length.*transfer-encoding|transfer-encoding.*content-length`),
	"a chunk's size of 16 digits": regexp.MustCompile(`(?i)[0-9a-f]{16}`),
	"a trailer with a bare LF":    regexp.MustCompile(`(?s)\r\n0+[^\n]*\r\n.*[^\r]\n`),
	"a trailer with a lone CR":    regexp.MustCompile(`(?s)\r\n0+[^\n]*\r\n.*\r[^\n]`),
	"an Expect among others":      regexp.MustCompile(`(?i)expect:`),
}

// The requests that net/http's server takes are taken here as there, however they
// are cut into pieces, but for those that stricterServer names; all others are
// refused, and what follows them is not heard.
func FuzzServer(f *testing.F) {
	for _, said := range []string{
		"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: y\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\nHost: y\r\n\r\n",
		"GET http://h/p HTTP/1.1\nhost: x\nA: b\nA:  c \naccept:*/*\n\n",
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na\r\nGET / HTTP/1.1\r\nHost: y\r\n\r\n",
		"CONNECT h:1 HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD / HTTP/1.1\r\nHost:\r\n\r\n",
		"GET / HTTP/2.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\n\r\n", "GET  HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: a, close\r\n\r\nGET",
		"GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET %zz HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		f.Add([]byte(said), uint8(0))
		f.Add([]byte(said), uint8(200))
	}
	f.Fuzz(func(t *testing.T, said []byte, piece uint8) {
		var ours, theirs []asked
		var oursSaid, theirsSaid []int
		synctest.Test(t, func(*testing.T) { // net/http lingers
			ours, oursSaid = hearsOurs(said, int(piece)+1)
			theirs, theirsSaid = hearsTheirs(said, int(piece)+1)
		})
		isStricter := func() bool {
			for _, pattern := range stricterServer {
				if pattern.Match(said) {
					return true
				}
			}
			return false
		}
		for i, our := range ours {
			if i >= len(theirs) {
				t.Fatalf("taken, though net/http doesn't: %+v (it answers %v)", our, theirsSaid)
			}
			their := theirs[i]
			a, b := compared(our), compared(their)
			if our.failed && !their.failed && isStricter() {
				return
			}
			if a.failed != b.failed || !a.failed && a.body != b.body || a.method != b.method || a.host != b.host || a.target != b.target ||
				a.path != b.path || a.query != b.query || a.minor != b.minor || a.length != b.length || !maps.EqualFunc(a.header, b.header, slices.Equal) {
				t.Fatalf("taken as\n%+v, by net/http as\n%+v", our, their)
			}
		}
		if len(ours) < len(theirs) && !isStricter() {
			t.Fatalf("answered %v, though net/http takes %+v (%v)", oursSaid, theirs[len(ours)], theirsSaid)
		}
		if len(ours) == len(theirs) && !isStricter() && !slices.Equal(answers(oursSaid), answers(theirsSaid)) {
			t.Fatalf("answered %v, by net/http %v", oursSaid, theirsSaid)
		}
	})
}

// answers leaves out refusals: a request that is cut off gets one or none, by chance.
func answers(statuses []int) []int {
	return slices.DeleteFunc(slices.Clone(statuses), func(status int) bool { return status >= 400 })
}

// compared leaves out what net/http makes up, or leaves standing.
func compared(a asked) asked {
	a.header = a.header.Clone()
	delete(a.header, "Cache-Control")
	delete(a.header, "Trailer")
	return a
}

var silent = log.New(io.Discard, "", 0)
