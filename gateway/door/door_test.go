package door_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway/door"
)

// patience bounds every wait; none takes this long when a test passes.
const patience = 20 * time.Second

// hall is an open door and what is behind it: GET /stay is answered once the
// hall lets go, everything else at once.
type hall struct {
	*door.Door
	t       *testing.T
	staying chan struct{} // one for each that stays
	letGo   chan struct{}
}

func open(t *testing.T, o door.Options, change ...func(*door.Door)) *hall {
	t.Helper()
	h := &hall{t: t, staying: make(chan struct{}, 1000), letGo: make(chan struct{})}
	var err error
	h.Door, err = door.Listen("127.0.0.1:0", http.HandlerFunc(h.answer), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(h.Door)
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve() }()
	t.Cleanup(func() {
		_ = h.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return h
}

func (h *hall) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/stay" {
		h.staying <- struct{}{}
		select {
		case <-h.letGo:
		case <-r.Context().Done():
		}
	}
	_, _ = io.WriteString(w, "hello")
}

// client is somebody at the door.
type client struct {
	net.Conn
	in *bufio.Reader
}

func (h *hall) client() *client {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &client{conn, bufio.NewReader(conn)}
}

func (c *client) say(text string) { _, _ = io.WriteString(c.Conn, text) }

// hear returns the status and the body of a reply; an error: there was none.
func (c *client) hear() (status int, body string, err error) {
	reply, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = reply.Body.Close() }()
	all, err := io.ReadAll(reply.Body)
	return reply.StatusCode, string(all), err
}

// ask says a request and hears its answer.
func (c *client) ask(path string) (status int, body string, err error) {
	c.say("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
	return c.hear()
}

// closed tells whether the other side has hung up.
func (c *client) closed() bool {
	_, err := c.in.ReadByte()
	return errors.Is(err, io.EOF) || err != nil && !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err)
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// Who finds the house full is told so, with words and a time, and gets in once
// there is room.
func TestFullHouse(t *testing.T) {
	t.Parallel()
	h := open(t, door.Options{Most: 2})
	first, second := h.client(), h.client()
	first.say("GET /stay HTTP/1.1\r\nHost: x\r\n\r\n")
	second.say("GET /stay HTTP/1.1\r\nHost: x\r\n\r\n")
	<-h.staying
	<-h.staying
	for range 100 { // more than are told at once
		third := h.client()
		status, body, err := third.ask("/")
		if err == nil && (status != 503 || !strings.Contains(body, "too_many_connections")) {
			t.Fatalf("got %d %s", status, body)
		}
		if !third.closed() {
			t.Fatal("the connection stays open")
		}
	}
	close(h.letGo)
	if status, _, err := first.hear(); status != 200 || err != nil {
		t.Errorf("who was inside got %d (%v)", status, err)
	}
	_ = first.Close()
	h.awaitRoom()
}

// awaitRoom returns once somebody new is let in.
func (h *hall) awaitRoom() {
	h.t.Helper()
	for late := time.Now().Add(patience); ; {
		c := h.client()
		status, _, err := c.ask("/")
		_ = c.Close()
		if status == 200 && err == nil {
			return
		}
		if time.Now().After(late) {
			h.t.Fatalf("nobody is let in any more: %d (%v)", status, err)
		}
	}
}

// Connections on which nothing goes on make room for those that want something.
func TestIdleMakeRoom(t *testing.T) {
	t.Parallel()
	h := open(t, door.Options{Most: 3})
	busy := h.client()
	busy.say("GET /stay HTTP/1.1\r\nHost: x\r\n\r\n")
	<-h.staying
	idle := []*client{h.client(), h.client()}
	for _, c := range idle {
		if status, _, err := c.ask("/"); status != 200 {
			t.Fatalf("got %d (%v)", status, err)
		}
	}
	h.awaitRoom()
	gone := make(chan bool, len(idle))
	for _, c := range idle {
		go func() { gone <- c.closed() }()
	}
	if !<-gone { // the other one may have been busy with its reply still
		t.Error("the idle connections stayed")
	}
	close(h.letGo)
	if status, _, err := busy.hear(); status != 200 || err != nil {
		t.Errorf("a call in flight got %d (%v)", status, err)
	}
}

// Who says nothing, or a byte now and then, is hung up on.
func TestSilence(t *testing.T) {
	t.Parallel()
	const limit = 200 * time.Millisecond
	h := open(t, door.Options{}, func(d *door.Door) { d.Hurry(limit, limit) })
	for name, act := range map[string]func(*client){
		"nothing":                func(*client) {},
		"half a head":            func(c *client) { c.say("GET / HTTP/1.1\r\nHost:") },
		"a head that never ends": func(c *client) { c.drip("GET / HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n") },
		"after a call":           func(c *client) { _, _, _ = c.ask("/") },
		"half a second call":     func(c *client) { _, _, _ = c.ask("/"); c.say("GET / HT") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now() // before the door sees anybody
			c := h.client()
			go act(c)
			_, _ = io.Copy(io.Discard, c.Conn)
			if took := time.Since(begun); took < limit || took >= patience {
				t.Errorf("hung up after %v, want soon after %v", took, limit)
			}
		})
	}
}

// drip says a beginning and then a piece again and again.
func (c *client) drip(begin, piece string) {
	c.say(begin)
	for {
		time.Sleep(10 * time.Millisecond)
		if _, err := io.WriteString(c.Conn, piece); err != nil {
			return
		}
	}
}

// A head has a size.
func TestLongHead(t *testing.T) {
	t.Parallel()
	h := open(t, door.Options{})
	c := h.client()
	go c.say("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 80<<10) + "\r\n\r\n")
	if status, _, err := c.hear(); status != 431 {
		t.Errorf("got %d (%v)", status, err)
	}
}

// After a request whose end somebody else may have seen elsewhere the connection
// is closed: what follows is not a request.
func TestDoubtfulEnds(t *testing.T) {
	t.Parallel()
	const next = "GET /stay HTTP/1.1\r\nHost: x\r\n\r\n"
	h := open(t, door.Options{})
	for name, text := range map[string]string{
		"chunks":                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunks and a length":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.0":              "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"HTTP/1.0 with chunks":  "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
		"chunks that are wrong": "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := h.client()
			c.say(text + next)
			if status, _, err := c.hear(); status == 0 {
				t.Fatal(err)
			}
			if !c.closed() {
				t.Error("the connection stays open")
			}
		})
	}
	select {
	case <-h.staying:
		t.Error("what followed was taken for a request")
	default:
	}
}

// The rest of a keep-alive connection is as usual.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	h := open(t, door.Options{})
	c := h.client()
	for range 3 {
		if status, body, err := c.ask("/"); status != 200 || body != "hello" {
			t.Fatalf("got %d %q (%v)", status, body, err)
		}
	}
	c.say("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, body, _ := c.hear(); body != "hello" {
		t.Error("OPTIONS * didn't reach the handler")
	}
}

func TestRoomFor(t *testing.T) {
	t.Parallel()
	for descriptors, want := range map[uint64]int{
		0: 16384, 1 << 30: 16384, 1 << 20: 16384, 65536: 16384,
		20000: 9392, 4096: 1696, 1024: 352, 256: 48, 64: 12, 2: 1,
	} {
		got := door.RoomFor(descriptors)
		if got != want {
			t.Errorf("%d descriptors leave room for %d, want %d", descriptors, got, want)
		}
		if descriptors > 2 && 2*uint64(got) >= descriptors && descriptors < 1<<17 {
			t.Errorf("%d connections and as many upstream don't fit %d descriptors", got, descriptors)
		}
	}
}
