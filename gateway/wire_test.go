package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	tcp "headgate/gateway/door"
)

// wire is a client that says any bytes.
type wire struct {
	t    *testing.T
	conn *net.TCPConn
	in   *bufio.Reader
}

// wire connects to the house's real door.
func (h *house) wire() *wire {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.address())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &wire{h.t, conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// address is where the house's real door is, which it opens.
func (h *house) address() string {
	h.t.Helper()
	h.doorOnce.Do(func() {
		d, err := tcp.Listen("127.0.0.1:0", h.Gateway, tcp.Options{})
		if err != nil {
			h.t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- d.Serve() }()
		h.t.Cleanup(func() {
			_ = d.Close()
			<-served
		})
		h.doorAt = d.Addr().String()
	})
	return h.doorAt
}

func (w *wire) say(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.conn, text); err != nil {
		w.t.Fatal(err)
	}
}

// hear reads one reply.
func (w *wire) hear() answer {
	w.t.Helper()
	resp, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return answer{err: err}
	}
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body), err}
}

// asked is the head of a call, without the blank line.
func asked(key string, length int, headers ...string) string {
	return fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n%s",
		key, length, lines(headers))
}

// FLT-095: a client that waits to be told to send its body is told, unless its
// key is refused already.
func TestFLT095Expect(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	w := h.wire()
	w.say(asked(apiKey, len(plainBody), "Expect: 100-continue") + "\r\n")
	if got := w.hear(); got.status != http.StatusContinue {
		t.Fatalf("got %d (%v), want to be told to go on", got.status, got.err)
	}
	w.say(plainBody)
	w.hear().wantGood(t, false)
	h.ledger.await(t, 1) // which comes after the reply
	stranger := h.wire()
	stranger.say(asked("nonsense", len(plainBody), "Expect: 100-continue") + "\r\n")
	if got := stranger.hear(); got.status != http.StatusUnauthorized {
		t.Errorf("a stranger got %d (%v)", got.status, got.err)
	}
	calls := h.ledger.await(t, 2)
	if calls[0].State != gateway.StateOK || len(calls[0].Attempts) != 1 || calls[1].State != gateway.StateRefused || calls[1].Status != 401 || len(calls[1].Attempts) != 0 {
		t.Errorf("recorded %+v", calls)
	}
	if all := u.received(); len(all) != 1 || all[0].header.Get("Expect") != "" || len(h.Health()) != 0 {
		t.Errorf("the member received %+v, health %+v", all, h.Health())
	}
}

// FLT-095: calls that come all at once on a connection are answered in order.
func TestFLT095Pipelining(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.reply(200, "application/json", whole(v.Header.Get("User-Agent")))
	})
	h := open(t, []string{u.url})
	w := h.wire()
	var all strings.Builder
	for i := range 3 {
		all.WriteString(asked(apiKey, len(plainBody), fmt.Sprintf("User-Agent: tool-%d", i)) + "\r\n" + plainBody)
	}
	w.say(all.String())
	for i := range 3 {
		if got := w.hear(); got.status != 200 || got.text() != fmt.Sprintf("tool-%d", i) {
			t.Errorf("reply %d: %d %s (%v)", i, got.status, got.body, got.err)
		}
	}
	for i, call := range h.ledger.await(t, 3) {
		if call.State != gateway.StateOK || call.UserAgent != fmt.Sprintf("tool-%d", i) || len(call.Attempts) != 1 {
			t.Errorf("recorded %+v", call)
		}
	}
	if n := len(u.seen()); n != 3 || len(h.Health()) != 0 {
		t.Errorf("%d requests at the member, health %+v", n, h.Health())
	}
}

// FLT-095: a wish for another protocol is not granted and not passed on.
func TestFLT095Upgrade(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	w := h.wire()
	w.say(asked(apiKey, len(plainBody), "Connection: Upgrade", "Upgrade: websocket") + "\r\n" + plainBody)
	w.hear().wantGood(t, false)
	if sent := u.seen()[0].Header; sent.Get("Upgrade") != "" {
		t.Errorf("the provider got %v", sent)
	}
	if call := h.ledger.await(t, 1)[0]; call.State != gateway.StateOK || len(call.Attempts) != 1 || len(h.Health()) != 0 {
		t.Errorf("recorded %+v, health %+v", call, h.Health())
	}
}

// FLT-094: a body whose length is open to doubt reaches nobody.
func TestFLT094DoubtfulLengths(t *testing.T) {
	const head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + apiKey + "\r\n"
	for name, rest := range map[string]string{
		"two lengths":           "Content-Length: 5\r\nContent-Length: 60\r\n\r\n" + plainBody,
		"a chunk of junk":       "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + plainBody,
		"a negative length":     "Content-Length: -1\r\n\r\n" + plainBody,
		"another encoding":      "Transfer-Encoding: gzip\r\n\r\n" + plainBody,
		"a space in the header": "Content-Length : 60\r\n\r\n" + plainBody,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, healthy)
			w := open(t, []string{u.url}).wire()
			w.say(head + rest)
			if got := w.hear(); got.status < 400 || got.status > 501 {
				t.Errorf("got %d %s (%v)", got.status, got.body, got.err)
			}
			if len(u.seen()) != 0 {
				t.Error("it reached a member")
			}
		})
	}
}

// A client that is refused before its body has come doesn't hold the gateway up.
func TestRefusedBeforeUpload(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url})
	for _, head := range []string{
		asked("nonsense", 5000) + "\r\n{",
		"POST /v1/nonsense HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{",
		"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{",
	} {
		w := h.wire()
		w.say(head)
		if got := w.hear(); got.status < 400 {
			t.Errorf("%.30s: got %d (%v)", head, got.status, got.err)
		}
	}
}

// FLT-096: an upload that stands still doesn't hold up a stop.
func TestFLT096StopDuringUpload(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url})
	w := h.wire()
	w.say(asked(apiKey, 5000, "Expect: 100-continue") + "\r\n")
	if got := w.hear(); got.status != http.StatusContinue {
		t.Fatalf("got %d (%v), want to be told to go on", got.status, got.err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	if err := h.Drain(ctx); err == nil {
		t.Error("nothing was broken off")
	}
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("the stop took %v", d)
	}
	if call := h.ledger.await(t, 1)[0]; call.State != gateway.StateRefused || call.Status != 503 {
		t.Errorf("recorded %+v", call)
	}
	if got := w.hear(); got.status != 503 {
		t.Errorf("got %d (%v)", got.status, got.err)
	}
}

// FLT-096 and 073: a client that has stopped to read doesn't hold up a stop
// either, and what it got doesn't look complete.
func TestFLT096StopWhileNobodyReads(t *testing.T) {
	t.Parallel()
	full := make(chan struct{})
	u := serve(t, func(v *visit) {
		v.begin()
		frame := "data: " + delta(strings.Repeat("word ", 4000)) + "\n\n"
		for {
			_ = v.conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
			if _, err := fmt.Fprintf(v.conn, "%x\r\n%s\r\n", len(frame), frame); err != nil {
				close(full)
				_ = v.conn.SetWriteDeadline(time.Time{})
				v.stall()
				return
			}
		}
	})
	h := open(t, []string{u.url})
	w := h.wire()
	w.say(asked(apiKey, len(streamBody)) + "\r\n" + streamBody)
	<-full
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	_ = h.Drain(ctx)
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("the stop took %v", d)
	}
	call := h.ledger.await(t, 1)[0]
	if call.State == gateway.StateOK || len(h.Health()) != 0 {
		t.Errorf("recorded %q, health %+v", call.State, h.Health())
	}
	if got := w.hear(); got.err == nil || strings.Contains(got.body, done) {
		t.Errorf("the reply looks complete (%v)", got.err)
	}
}
