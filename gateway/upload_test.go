package gateway_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// padded is a request of about this many bytes.
func padded(size int) string {
	return fmt.Sprintf(`{"model":"chat","messages":[{"role":"user","content":%q}]}`, strings.Repeat("x", size))
}

// A body that stops, or that comes byte by byte, is not waited for, reaches
// nobody, and costs no memory until then, whatever its length is said to be.
func TestUploadsThatStop(t *testing.T) {
	t.Parallel()
	const memory = 64 << 20
	for name, act := range map[string]func(*wire){
		"a promise only": func(w *wire) { w.say(asked(apiKey, 60<<20) + "\r\n") },
		"a promise and a little": func(w *wire) {
			w.say(asked(apiKey, 60<<20) + "\r\n" + plainBody[:10])
		},
		"byte by byte": func(w *wire) {
			w.say(asked(apiKey, 60<<20) + "\r\n")
			go trickle(w, "x")
		},
		"chunk by chunk": func(w *wire) {
			w.say(strings.Replace(asked(apiKey, 0), "Content-Length: 0", "Transfer-Encoding: chunked", 1) + "\r\n")
			go trickle(w, "1\r\nx\r\n")
		},
		"a chunk that stops": func(w *wire) {
			w.say(strings.Replace(asked(apiKey, 0), "Content-Length: 0", "Transfer-Encoding: chunked", 1) + "\r\nffffff\r\nx")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, healthy)
			h := open(t, []string{u.url})
			h.SetSlowness(tired, patience)
			h.SetMemory(memory)
			const clients = 20
			all := make([]*wire, clients)
			for i := range all {
				all[i] = h.wire()
				act(all[i])
			}
			if least, left := int64(memory-clients*(256<<10)), h.MemoryLeft(); left < least {
				t.Errorf("%d bytes are held for what didn't come", memory-left)
			}
			for _, w := range all {
				got := w.hear()
				if got.err != nil {
					t.Fatal(got.err)
				}
				if code, _ := got.envelope(t); got.status != 408 || code != "request_timeout" {
					t.Fatalf("got %d %s (%v)", got.status, got.body, got.err)
				}
				if _, err := w.in.ReadByte(); err == nil {
					t.Error("the connection stays open")
				}
			}
			for _, call := range h.ledger.await(t, clients) {
				if call.State != gateway.StateRefused || call.Status != 408 {
					t.Fatalf("recorded %+v", call)
				}
			}
			if len(u.seen()) != 0 || len(h.Health()) != 0 || h.MemoryLeft() != memory {
				t.Errorf("%d requests upstream, health %+v, %d bytes left", len(u.seen()), h.Health(), h.MemoryLeft())
			}
		})
	}
}

func trickle(w *wire, piece string) {
	for {
		time.Sleep(tired / 20)
		if _, err := io.WriteString(w.conn, piece); err != nil {
			return
		}
	}
}

// A large body over a slow line arrives, as long as it goes on.
func TestSlowButSteadyUpload(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	const limit = 3 * time.Second // far from what a piece takes on a busy machine
	h.SetSlowness(limit, patience)
	body := padded(6 << 20)
	w := h.wire()
	_ = w.conn.SetDeadline(time.Now().Add(10 * limit))
	begun := time.Now()
	w.say(asked(apiKey, len(body)) + "\r\n")
	for rest := body; rest != ""; {
		piece := rest[:min(len(rest), 256<<10)]
		w.say(piece)
		rest = rest[len(piece):]
		time.Sleep(limit / 18)
	}
	w.hear().wantGood(t, false)
	if took := time.Since(begun); took < limit {
		t.Fatalf("sent within %v: too fast to tell", took)
	}
	if got := u.seen()[0]; len(got.Body) != len(body)+len(`"model-1"`)-len(`"chat"`) {
		t.Errorf("%d bytes arrived", len(got.Body))
	}
}

// Requests hold so much memory together and no more. One that there is no room
// for is told when to come again; small ones go on; and all of it is given back.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	const memory, size = 8 << 20, 2 << 20
	arrived, hold := make(chan struct{}, 10), make(chan struct{})
	u := serve(t, func(v *visit) {
		if len(v.Body) > size {
			arrived <- struct{}{}
			<-hold
		}
		healthy(v)
	})
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	h := open(t, []string{u.url})
	h.SetMemory(memory)
	large := padded(size)
	answered := make(chan answer, 1)
	go func() { answered <- h.post(large) }()
	<-arrived
	got := h.post(padded(memory / 2))
	if code, _ := got.envelope(t); got.status != 503 || code != "gateway_busy" || got.header.Get("Retry-After") != "1" {
		t.Errorf("one more large request got %d %.200s", got.status, got.body)
	}
	h.post(plainBody).wantGood(t, false)
	release()
	(<-answered).wantGood(t, false)
	h.post(large).wantGood(t, false)
	calls := h.ledger.await(t, 4)
	for _, call := range calls {
		if call.Status == 503 && (call.State != gateway.StateRefused || call.ErrorCode != "gateway_busy" || len(call.Attempts) != 0) {
			t.Errorf("recorded %+v", call)
		}
	}
	if left := h.MemoryLeft(); left != memory {
		t.Errorf("%d of %d bytes are left when no call is running", left, memory)
	}
}
