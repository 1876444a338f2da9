package gateway_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// The parts of requests that may or may not be one.
const (
	toChat  = "POST /v1/chat/completions HTTP/1.1\r\n"
	toHere  = "Host: localhost\r\n"
	ofJSON  = "Content-Type: application/json\r\n"
	withKey = "Authorization: Bearer " + apiKey + "\r\n"
	call    = toChat + toHere + ofJSON + withKey
)

// chunked is plainBody as one chunk.
var chunked = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(plainBody), plainBody)

// hidden is a call that is good by itself: wherever it stands within another
// one, it must not be taken for one.
var hidden = asked(apiKey, len(plainBody)) + "\r\n" + plainBody

// sized is plainBody with its length.
var sized = fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(plainBody), plainBody)

// FLT-094: what a client says with a request's ends in doubt is answered once,
// reaches at most one member, and nothing after it is heard.
func TestFLT094Smuggling(t *testing.T) {
	carry := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(hidden), hidden) // hidden as a body
	for _, c := range []struct {
		name     string
		text     string
		statuses []int // of all replies; 0: hung up without one
		members  int   // requests that reached the member
		open     bool  // the connection is good for another request
	}{
		{"a call", call + sized, []int{200}, 1, true},
		{"a second one without a key", call + sized + toChat + toHere + ofJSON + sized, []int{200, 401}, 1, true},
		{"a second one with a key", call + sized + hidden, []int{200, 200}, 2, true},

		// Two lengths.
		{"a length, then chunks", call + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden, []int{200}, 1, false},
		{"chunks, then a length", call + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunked + hidden, []int{200}, 1, false},
		{"no chunk and a call in the length", call + fmt.Sprintf("Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n", 5+len(hidden)) + hidden, []int{400}, 0, false},
		{"two lengths", call + "Content-Length: 5\r\n" + sized + hidden, []int{400}, 0, false},
		{"the same length twice", call + fmt.Sprintf("Content-Length: %d\r\n", len(plainBody)) + sized, []int{200}, 1, true},
		{"a list of lengths", call + fmt.Sprintf("Content-Length: %d, %d\r\n\r\n", len(plainBody), len(plainBody)) + plainBody + hidden, []int{400}, 0, false},
		{"no length", call + "\r\n" + hidden, []int{400, 200}, 1, true},

		// Odd lengths.
		{"a sign", call + fmt.Sprintf("Content-Length: +%d\r\n\r\n", len(plainBody)) + plainBody + hidden, []int{400}, 0, false},
		{"a negative length", call + "Content-Length: -1\r\n\r\n" + hidden, []int{400}, 0, false},
		{"hexadecimal", call + "Content-Length: 0x3c\r\n\r\n" + plainBody + hidden, []int{400}, 0, false},
		{"a space within", call + "Content-Length: 6 0\r\n\r\n" + plainBody + hidden, []int{400}, 0, false},
		{"letters after it", call + "Content-Length: 60b\r\n\r\n" + plainBody + hidden, []int{400}, 0, false},
		{"a length that overflows", call + "Content-Length: 18446744073709551676\r\n\r\n" + plainBody + hidden, []int{400}, 0, false},
		{"an empty length", call + "Content-Length: \r\n\r\n" + hidden, []int{400}, 0, false},
		{"spaces around it", call + fmt.Sprintf("Content-Length: \t %d  \r\n\r\n", len(plainBody)) + plainBody, []int{200}, 1, true},
		{"a space before the colon", call + fmt.Sprintf("Content-Length : %d\r\n\r\n", len(plainBody)) + plainBody + hidden, []int{400}, 0, false},
		{"a longer length than the body", call + "Content-Length: 70000000\r\n\r\n" + hidden, []int{413}, 0, false},

		// Odd encodings.
		{"chunks", call + "Transfer-Encoding: chunked\r\n\r\n" + chunked + hidden, []int{200}, 1, false},
		{"Chunked", call + "transfer-encoding: CHUNKED\r\n\r\n" + chunked + hidden, []int{200}, 1, false},
		{"another encoding", call + "Transfer-Encoding: gzip\r\n\r\n" + chunked + hidden, []int{501}, 0, false},
		{"two encodings", call + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked + hidden, []int{501}, 0, false},
		{"chunked twice", call + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked + hidden, []int{501}, 0, false},
		{"chunks and none", call + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunked + hidden, []int{501}, 0, false},
		{"identity", call + "Transfer-Encoding: identity\r\n" + sized + hidden, []int{501}, 0, false},
		{"nearly chunked", call + "Transfer-Encoding: xchunked\r\n" + sized + hidden, []int{501}, 0, false},
		{"chunked with a parameter", call + "Transfer-Encoding: chunked;q=1\r\n" + sized + hidden, []int{501}, 0, false},
		{"chunked after a control character", call + "Transfer-Encoding: \x0bchunked\r\n" + sized + hidden, []int{400}, 0, false},
		{"an encoding with a space before the colon", call + "Transfer-Encoding : chunked\r\n" + sized + hidden, []int{400}, 0, false},
		{"an encoding on the next line", call + "Transfer-Encoding:\r\n chunked\r\n" + sized + hidden, []int{501}, 0, false},

		// Odd chunks.
		{"a chunk with an extension", call + "Transfer-Encoding: chunked\r\n\r\n" + strings.Replace(chunked, "\r\n", ";a=b;c=\"d\"\r\n", 1) + hidden, []int{200}, 1, false},
		{"a chunk with a long extension", call + "Transfer-Encoding: chunked\r\n\r\n" + strings.Replace(chunked, "\r\n", ";"+strings.Repeat("a", 20<<10)+"\r\n", 1) + hidden, []int{400}, 0, false},
		{"a chunk of junk", call + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + hidden, []int{400}, 0, false},
		{"a chunk that overflows", call + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n" + hidden, []int{400}, 0, false},
		{"a negative chunk", call + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + hidden, []int{400}, 0, false},
		{"a chunk with a prefix", call + "Transfer-Encoding: chunked\r\n\r\n0x" + chunked + hidden, []int{400}, 0, false},
		{"a chunk that ends with LF", call + "Transfer-Encoding: chunked\r\n\r\n" + strings.Replace(chunked, "\r\n", "\n", 1) + hidden, []int{400}, 0, false},
		{"a chunk that is longer", call + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + plainBody + "\r\n0\r\n\r\n" + hidden, []int{400}, 0, false},
		{"a trailer with a length", call + "Transfer-Encoding: chunked\r\n\r\n" + strings.TrimSuffix(chunked, "\r\n") + "Content-Length: 5\r\n\r\n" + hidden, []int{200}, 1, false},
		{"a trailer with a key", toChat + toHere + ofJSON + "Trailer: Authorization\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.TrimSuffix(chunked, "\r\n") + withKey + "\r\n" + hidden, []int{401}, 0, false},

		// Odd lines.
		{"a folded header", call + "X-A: b\r\n c\r\n" + sized + hidden, []int{400}, 0, false},
		{"a header that begins with a space", toChat + " " + toHere + ofJSON + withKey + sized + hidden, []int{400}, 0, false},
		{"LF alone", strings.ReplaceAll(call, "\r\n", "\n") + fmt.Sprintf("Content-Length: %d\n\n%s", len(plainBody), plainBody), []int{200}, 1, true},
		{"CR alone", call + "X-A: b\rContent-Length: 5\r\n" + sized + hidden, []int{400}, 0, false},
		{"a NUL in a value", call + "X-A: b\x00c\r\n" + sized + hidden, []int{400}, 0, false},
		{"a NUL in a name", call + "X-\x00A: b\r\n" + sized + hidden, []int{400}, 0, false},
		{"a line without a colon", call + "Content-Length 5\r\n" + sized + hidden, []int{400}, 0, false},
		{"no name", call + ": 5\r\n" + sized + hidden, []int{400}, 0, false},
		{"two hosts", call + "Host: other\r\n" + sized + hidden, []int{400}, 0, false},
		{"no host", toChat + ofJSON + withKey + sized + hidden, []int{400}, 0, false},
		{"many headers", call + strings.Repeat("A: b\r\n", 9000) + sized, []int{200}, 1, true},
		{"many different headers", call + different(5000) + sized + hidden, []int{431}, 0, false},
		{"a long head", call + "X-A: " + strings.Repeat("a", 80<<10) + "\r\n" + sized + hidden, []int{431}, 0, false},

		// Odd targets.
		{"an absolute target", strings.Replace(call, "/v1", "http://localhost/v1", 1) + sized, []int{200}, 1, true},
		{"an absolute target elsewhere", strings.Replace(call, "/v1", "http://evil.example/v1", 1) + sized, []int{403}, 0, true},
		{"an absolute target with another host", strings.Replace(call, "/v1", "http://evil.example/v1", 1) + sized + hidden, []int{403, 200}, 1, true},
		{"an authority", "CONNECT localhost:80 HTTP/1.1\r\n" + toHere + withKey + "\r\n", []int{404}, 0, true},
		{"an authority with POST", "POST localhost:80 HTTP/1.1\r\n" + toHere + ofJSON + withKey + sized + hidden, []int{404, 200}, 1, true},
		{"an asterisk", "OPTIONS * HTTP/1.1\r\n" + toHere + withKey + "\r\n", []int{404}, 0, true},
		{"a path with dots", strings.Replace(call, "/v1", "/x/../v1", 1) + sized, []int{404}, 0, true},
		{"a NUL in the path", strings.Replace(call, "/v1", "/v1\x00", 1) + sized + hidden, []int{400}, 0, false},
		{"two spaces", strings.Replace(call, " /", "  /", 1) + sized + hidden, []int{400}, 0, false},
		{"a tab", strings.Replace(call, " /", "\t/", 1) + sized + hidden, []int{400}, 0, false},
		{"an odd method", strings.Replace(call, "POST", "P\"ST", 1) + sized + hidden, []int{400}, 0, false},

		// Other protocols.
		{"HTTP/1.0", strings.Replace(call, "1.1", "1.0", 1) + "Connection: keep-alive\r\n" + sized + hidden, []int{200}, 1, false},
		{"HTTP/1.0 with chunks", strings.Replace(call, "1.1", "1.0", 1) + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + hidden, []int{400}, 0, false},
		{"HTTP/0.9", "POST /v1/chat/completions\r\n" + sized + hidden, []int{400}, 0, false},
		{"HTTP/1.11", strings.Replace(call, "1.1", "1.11", 1) + sized + hidden, []int{400}, 0, false},
		{"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden, []int{505}, 0, false},
		{"HTTP/2 in words", strings.Replace(call, "1.1", "2.0", 1) + sized + hidden, []int{505}, 0, false},
		{"a wish for h2c", call + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n" + sized, []int{200}, 1, true},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + hidden, []int{400}, 0, false},
		{"an unknown expectation", call + "Expect: 200-ok\r\n" + sized + hidden, []int{417}, 0, false},

		// Calls within bodies that nobody reads.
		{"within a stranger's", toChat + toHere + ofJSON + carry, []int{401}, 0, true},
		{"within another type", toChat + toHere + withKey + "Content-Type: text/plain\r\n" + carry, []int{415}, 0, true},
		{"within a GET", "GET /v1/models HTTP/1.1\r\n" + toHere + withKey + carry, []int{200}, 0, true},
		{"within what isn't there", "POST /nothing HTTP/1.1\r\n" + toHere + withKey + carry, []int{404}, 0, true},
		{"within the wrong method", "POST /v1/models HTTP/1.1\r\n" + toHere + withKey + carry, []int{405}, 0, true},
		{"within an OPTIONS", "OPTIONS /v1/chat/completions HTTP/1.1\r\nOrigin: http://evil.example\r\n" + toHere + carry, []int{403}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, healthy)
			w := open(t, []string{u.url}).wire()
			go func() { _, _ = io.WriteString(w.conn, c.text) }() // some of it is never read
			var got []int
			for range c.statuses {
				a := w.hear()
				got = append(got, a.status)
				if a.status == 200 && a.err != nil {
					t.Errorf("the reply is cut: %v", a.err)
				}
			}
			if !slices.Equal(got, c.statuses) {
				t.Errorf("got %v, want %v", got, c.statuses)
			}
			if c.open {
				w.say("GET /health HTTP/1.1\r\n" + toHere + "\r\n")
				if after := w.hear(); after.status != 200 || after.body != `{"status":"ok"}` {
					t.Errorf("another request on the connection got %d %s (%v)", after.status, after.body, after.err)
				}
			} else if after, err := io.ReadAll(w.in); len(after) > 0 || isLate(err) {
				t.Errorf("the connection goes on: %q (%v)", after, err)
			}
			if n := len(u.seen()); n != c.members {
				t.Errorf("%d requests reached the member, want %d", n, c.members)
			}
		})
	}
}

func isLate(err error) bool {
	late, ok := err.(interface{ Timeout() bool })
	return ok && late.Timeout()
}

// different are so many headers with names of their own.
func different(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "A%d:b\r\n", i)
	}
	return b.String()
}

// A client that sends many calls at once has them answered one after the other,
// and holds nobody else up.
func TestPipeliningIsFair(t *testing.T) {
	t.Parallel()
	const many = 50
	hold := make(chan struct{})
	u := serve(t, func(v *visit) {
		if v.Header.Get("User-Agent") == "greedy" {
			<-hold
		}
		healthy(v)
	})
	h := open(t, []string{u.url})
	greedy := h.wire()
	greedy.say(strings.Repeat(asked(apiKey, len(plainBody), "User-Agent: greedy")+"\r\n"+plainBody, many))
	for late := time.Now().Add(patience); len(u.seen()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("nothing reached the member")
		}
	}
	for range 10 {
		other := h.wire()
		other.say(asked(apiKey, len(plainBody)) + "\r\n" + plainBody)
		other.hear().wantGood(t, false)
	}
	if n := len(u.seen()); n != 11 {
		t.Errorf("%d requests reached the member, want one of the greedy client's and ten of others", n)
	}
	close(hold)
	for range many {
		greedy.hear().wantGood(t, false)
	}
}
