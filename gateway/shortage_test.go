//go:build unix

package gateway_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"headgate/gateway"
)

// A call for which the system has no descriptor left is refused for a while, and
// no member is to blame for it.
func TestNoDescriptorForAnUpstream(t *testing.T) {
	c := gather(t, serve(t, healthy).url)
	client, control := dialled(t, c.door), dialled(t, c.stats)
	ask := func() answer { return client(asked(apiKey, len(plainBody)) + "\r\n" + plainBody) }
	ask().wantGood(t, false) // the connection is in
	c.holdings("/close")     // and no other one waits for the next call
	control("GET /squeeze HTTP/1.1\r\nHost: localhost\r\n\r\n")
	for range 3 { // more than a member may fail before it is passed over
		got := ask()
		if code, _ := got.envelope(t); got.status != 503 || code != "gateway_busy" || got.header.Get("Retry-After") == "" {
			t.Errorf("without a descriptor a call got %d %s (%v)", got.status, got.body, got.err)
		}
	}
	control("GET /loosen HTTP/1.1\r\nHost: localhost\r\n\r\n")
	ask().wantGood(t, false)
	if now := c.holdings("/"); now.Blamed != 0 || now.Calls[gateway.StateFailed] != 3 || now.Calls[gateway.StateOK] != 2 {
		t.Errorf("somebody is blamed, or a call is missing: %+v", now)
	}
}

// dialled returns what says a request over one and the same connection, and
// hears its answer.
func dialled(t *testing.T, address string) func(text string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	in := bufio.NewReader(conn)
	return func(text string) answer {
		if _, err := io.WriteString(conn, text); err != nil {
			return answer{err: err}
		}
		reply, err := http.ReadResponse(in, nil)
		if err != nil {
			return answer{err: err}
		}
		body, err := io.ReadAll(reply.Body)
		return answer{reply.StatusCode, reply.Header, string(body), err}
	}
}
