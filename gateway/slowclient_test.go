package gateway_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
)

// windows are what the two ends of these tests' own sockets keep, so that what is
// left over is the gateway's.
const windows = 64 << 10

// tired is as long as a client of these tests may take for a piece.
const tired = 300 * time.Millisecond

// lavish answers with this much text, and tells how much of it went out.
func lavish(size int, sent *atomic.Int64, gone chan<- struct{}) func(*visit) {
	return func(v *visit) {
		_ = v.conn.SetWriteBuffer(windows)
		if !v.stream() {
			v.reply(200, "application/json", whole(strings.Repeat("word ", size/5)))
			return
		}
		v.begin()
		frame := "data: " + delta(strings.Repeat("word ", 800)) + "\n\n"
		for sent.Load() < int64(size) {
			n, err := fmt.Fprintf(v.conn, "%x\r\n%s\r\n", len(frame), frame)
			if sent.Add(int64(n)); err != nil {
				gone <- struct{}{}
				return
			}
		}
		v.chunk("data: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	}
}

// FLT-073: a client that stops to read is given up, which ends the upstream's
// work; until then little of the stream waits for it. Nobody is blamed, and what
// it got doesn't look complete.
func TestFLT073StreamNobodyReads(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	gone := make(chan struct{}, 1)
	h := open(t, []string{serve(t, lavish(1<<30, &sent, gone)).url})
	h.SetSlowness(patience, tired)
	w := h.wire()
	_ = w.conn.SetReadBuffer(windows)
	w.say(asked(apiKey, len(streamBody)) + "\r\n" + streamBody)
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("the upstream still writes")
	}
	call := h.ledger.await(t, 1)[0]
	if call.State != gateway.StateCanceled || call.Status != 499 || call.Message == "" {
		t.Errorf("recorded %+v", call)
	}
	if len(h.Health()) != 0 {
		t.Errorf("somebody is blamed: %+v", h.Health())
	}
	// 256 KiB here, what the client's own system took, and a piece in between.
	if most := int64(256<<10 + 4*windows + 64<<10); call.BytesOut > most {
		t.Errorf("%d bytes wait for a client that doesn't read, want at most %d", call.BytesOut, most)
	}
	if got := w.hear(); got.err == nil || strings.Contains(got.body, done) {
		t.Errorf("the reply looks complete (%v)", got.err)
	}
}

// A client that reads slowly, but reads, gets all of a reply that takes many
// times the limit; and so does the log.
func TestSlowButSteadyReader(t *testing.T) {
	t.Parallel()
	const size, limit = 3 << 20, 2 * tired
	for _, body := range []string{plainBody, streamBody} {
		var sent atomic.Int64
		h := open(t, []string{serve(t, lavish(size, &sent, make(chan struct{}, 1))).url})
		h.SetSlowness(patience, limit)
		w := h.wire()
		_ = w.conn.SetReadBuffer(windows)
		w.say(asked(apiKey, len(body)) + "\r\n" + body)
		begun := time.Now()
		w.in.Reset(&hesitant{from: w.conn, each: tired / 5})
		if got := w.hear(); got.status != 200 || got.err != nil || len(got.text()) < size*9/10 {
			t.Errorf("got %d with %d bytes of text (%v)", got.status, len(got.text()), got.err)
		}
		if took := time.Since(begun); took < 2*limit {
			t.Fatalf("read within %v: too fast to tell", took)
		}
		if call := h.ledger.await(t, 1)[0]; call.State != gateway.StateOK || call.BytesOut < size*9/10 {
			t.Errorf("recorded %+v", call)
		}
	}
}

// hesitant reads at most 64 KiB at a time, and waits in between.
type hesitant struct {
	from io.Reader
	each time.Duration
	n    int
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.n >= windows {
		time.Sleep(h.each)
		h.n = 0
	}
	n, err := h.from.Read(p)
	h.n += n
	return n, err
}

// Large replies that nobody reads hold so much memory and no more: the next
// large one is refused, small ones go on, and when those who don't read are given
// up there is room again.
func TestRepliesNobodyReadsAreBounded(t *testing.T) {
	t.Parallel()
	const size, memory = 3 << 20, 16 << 20
	u := serve(t, func(v *visit) {
		switch v.Header.Get("User-Agent") {
		case "large":
			v.reply(200, "application/json", whole(strings.Repeat("word ", size/5)))
		case "events":
			events := slices.Repeat([]string{delta(strings.Repeat("word ", size/100))}, 20)
			v.events(append(events, finish, done)...)
		default:
			healthy(v)
		}
	})
	h := open(t, []string{u.url})
	h.SetMemory(memory)
	h.SetSlowness(patience, time.Hour)
	var idle []*wire
	for len(idle) < 2 { // 2 × 3 MiB each, and as much again while a buffer grows
		w := h.wire()
		_ = w.conn.SetReadBuffer(windows)
		w.say(asked(apiKey, len(plainBody), "User-Agent: large") + "\r\n" + plainBody)
		idle = append(idle, w)
		if b, err := w.in.Peek(12); err != nil || string(b) != "HTTP/1.1 200" {
			t.Fatalf("the reply began with %q (%v)", b, err)
		}
	}
	for _, kind := range []string{"large", "events"} {
		got := h.post(plainBody, "User-Agent", kind)
		if got.status == 200 {
			t.Fatalf("%s: got all of it with %d bytes left", kind, h.MemoryLeft())
		}
		if code, _ := got.envelope(t); got.status != 503 || code != "gateway_busy" || got.header.Get("Retry-After") == "" {
			t.Errorf("one more reply (%s) got %d %.200s", kind, got.status, got.body)
		}
	}
	h.post(plainBody).wantGood(t, false)
	h.post(streamBody).wantGood(t, true)
	for _, w := range idle {
		_ = w.conn.Close()
	}
	for _, call := range h.ledger.await(t, 6) {
		if call.ErrorCode == "gateway_busy" && (call.State != gateway.StateFailed || call.Attempts[0].Outcome.Blames != gateway.BlamesNobody) {
			t.Errorf("recorded %+v", call)
		}
	}
	if len(h.Health()) != 0 {
		t.Errorf("somebody is blamed: %+v", h.Health())
	}
	if left := h.MemoryLeft(); left != memory {
		t.Errorf("%d of %d bytes are left when no call is running", left, memory)
	}
	if got := h.post(plainBody, "User-Agent", "large"); got.status != 200 {
		t.Errorf("afterwards a large one got %d", got.status)
	}
}
