package http1_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway/http1"
)

// played is a connection over which some bytes come, in pieces, and then its end.
type played struct {
	net.Conn
	rest  []byte
	piece int
}

func (p *played) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.piece)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *played) Write(b []byte) (int, error)     { return len(b), nil }
func (p *played) Close() error                    { return nil }
func (p *played) SetReadDeadline(time.Time) error { return nil }

// reading is what a reader made of some bytes.
type reading struct {
	status int
	header http.Header
	length int64
	body   string
	err    error
}

func readOurs(said []byte, method string, piece int) (r reading) {
	c := http1.New(http1.Options{
		Dial: func(context.Context, string, string) (net.Conn, error) { return &played{rest: said, piece: piece}, nil },
	})
	reply, err := c.Do(context.Background(), &http1.Request{Method: method, Target: somewhere}, nil)
	if err != nil {
		return reading{err: err}
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	return reading{reply.Status, reply.Fields.Header(), reply.Length, string(body), err}
}

var somewhere = func() *http1.Target {
	t, _ := http1.NewTarget(must("http://localhost/"))
	return t
}()

func readTheirs(said []byte, method string) (r reading) {
	in := bufio.NewReaderSize(bytes.NewReader(said), 16<<10)
	for {
		reply, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return reading{err: err}
		}
		if reply.StatusCode >= 100 && reply.StatusCode < 200 && reply.StatusCode != 101 {
			continue
		}
		body, err := io.ReadAll(reply.Body)
		return reading{reply.StatusCode, reply.Header, reply.ContentLength, string(body), err}
	}
}

// headers as they compare: net/http drops those that it has acted upon.
func comparable(h http.Header) http.Header {
	h = maps.Clone(h)
	for _, name := range []string{"Transfer-Encoding", "Content-Length", "Connection", "Trailer", "Cache-Control"} {
		delete(h, name)
	}
	return h
}

// stricter names what is refused here and taken by net/http: what RFC 9112 lets a
// client refuse and what leaves a reply's length, or whose it is, open to doubt.
var stricter = map[string]*regexp.Regexp{
	"a folded line":                        regexp.MustCompile(`\n[ \t]`),
	"a space in a name":                    regexp.MustCompile(`\n[^:\n]* [^:\n]*:`),
	"another version than 1.x":             regexp.MustCompile(`(^|\n)HTTP/[^1]`),
	"a status below 100":                   regexp.MustCompile(`(^|\n)HTTP/1\.\d +[^1-9]`),
	"a control character after the status": regexp.MustCompile(`(^|\n)HTTP/1\.\d +\d\d\d [^\n]*[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f]`),
	"a length beside chunks":               regexp.MustCompile(`(?is)content-length.*transfer-encoding|transfer-encoding.*content-length`),
	"an encoding in HTTP/1.0":              regexp.MustCompile(`(?is)HTTP/1\.0.*transfer-encoding`),
	"a length of 19 digits":                regexp.MustCompile(`(?i)content-length:[ \t]*\d{19}`),
	"a chunk's size of 16 digits":          regexp.MustCompile(`(?i)[0-9a-f]{16}`),
	"a trailer with a bare LF":             regexp.MustCompile(`(?s)\r\n0+[^\n]*\r\n.*[^\r]\n`),
	"a trailer with a lone CR":             regexp.MustCompile(`(?s)\r\n0+[^\n]*\r\n.*\r[^\n]`),
}

// The replies that net/http takes are read here as there, however they are cut
// into pieces, but for those that stricter names; all others are refused.
func FuzzReply(f *testing.F) {
	for _, said := range []string{
		ok,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\nT: u\r\n\r\n",
		"HTTP/1.0 200\r\n\r\nuntil the end",
		"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\nA: b\nA:  c \ncontent-length: 3\n\nabcdef",
		"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n",
		"HTTP/1.1 101 Switch\r\n\r\nx",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\nConnection: close, x\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000a \t\r\n0123456789\r\n0\r\n\r\n",
		"HTTP/2.0 200 OK\r\n\r\n", "\r\n\r\n", "HTTP/1.1  200 OK\r\n: x\r\n\r\n",
	} {
		for _, method := range []bool{false, true} {
			f.Add([]byte(said), method, uint8(1))
			f.Add([]byte(said), method, uint8(200))
		}
	}
	f.Fuzz(func(t *testing.T, said []byte, head bool, piece uint8) {
		method := "POST"
		if head {
			method = "HEAD"
		}
		ours, theirs := readOurs(said, method, int(piece)+1), readTheirs(said, method)
		switch {
		case ours.err == nil && theirs.err != nil:
			t.Errorf("taken, though net/http says %v: %+v", theirs.err, ours)
		case ours.err != nil && theirs.err == nil:
			if !errors.Is(ours.err, http1.ErrMalformed) {
				t.Errorf("%v, though net/http reads %+v", ours.err, theirs)
			}
			for _, pattern := range stricter {
				if pattern.Match(said) {
					return
				}
			}
			t.Errorf("refused (%v), though net/http reads %+v", ours.err, theirs)
		case ours.err == nil:
			if ours.status != theirs.status || ours.body != theirs.body {
				t.Errorf("read as %+v, by net/http as %+v", ours, theirs)
			}
			a, b := comparable(ours.header), comparable(theirs.header)
			if !maps.EqualFunc(a, b, slices.Equal) {
				t.Errorf("header %v, by net/http %v", a, b)
			}
			if ours.status != 204 && ours.status != 304 && ours.status != 101 && ours.length != theirs.length && !(method == "HEAD" && ours.length == 0) {
				t.Errorf("length %d, by net/http %d", ours.length, theirs.length)
			}
		}
	})
}

// The same bytes in other pieces are the same reply.
func TestPieces(t *testing.T) {
	t.Parallel()
	said := []byte("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 9000) + "\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"5;a=b\r\nhello\r\n1000\r\n" + strings.Repeat("z", 4096) + "\r\n0\r\nT: u\r\n\r\n")
	for piece := 1; piece < 600; piece++ {
		r := readOurs(said, "POST", piece)
		if r.err != nil || r.body != "hello"+strings.Repeat("z", 4096) || len(r.header.Get("X")) != 9000 {
			t.Fatalf("in pieces of %d: %d bytes, %v", piece, len(r.body), r.err)
		}
	}
}
