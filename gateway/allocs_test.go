//go:build !race

// The race detector empties pools at random, so these tests are of the run without
// it, which make test makes, too.

package gateway_test

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"headgate/gateway"
	tcp "headgate/gateway/door"
)

// What a request may allocate, in the whole process: the server and the engine, as
// the upstream and the client here allocate nothing. Times tell little on a busy
// machine; this tells the same on any. A new feature may raise a bound, with its
// reason in the commit; what lowers one lowers its number.
const (
	mostForJSON     = 20 // allocations
	mostForStream   = 23
	mostForEvent    = 0.25 // the fewer, the more of them come at once
	mostForPrompt   = 28
	mostPromptBytes = 9 << 10 // of 100 KiB: no copy outside the pools
)

func TestAllocations(t *testing.T) {
	bigPrompt := strings.Repeat(`a line of a prompt with \"quotes\" in it\n`, 2500)
	json := newLoop(t, "hi", false, 0)
	short, long := newLoop(t, "hi", true, 10), newLoop(t, "hi", true, 110)
	prompt := newLoop(t, bigPrompt, false, 0)

	check := func(what string, got, most float64) {
		t.Helper()
		t.Logf("%s: %.2f of %.2f", what, got, most)
		if got > most {
			t.Errorf("%s: %.2f, at most %.2f were agreed on", what, got, most)
		}
	}
	const runs = 200
	check("allocations for JSON", testing.AllocsPerRun(runs, json.call), mostForJSON)
	ofShort := testing.AllocsPerRun(runs, short.call)
	check("allocations for a stream of 10 events", ofShort, mostForStream)
	check("allocations for each further event", (testing.AllocsPerRun(runs, long.call)-ofShort)/100, mostForEvent)
	check("allocations for a prompt of 100 KB", testing.AllocsPerRun(runs, prompt.call), mostForPrompt)
	check("bytes for a prompt of 100 KB", bytesPerRun(runs, prompt.call), mostPromptBytes)
	// Buffers that the smaller one has used must not hide those that the large one needs.
	smaller := newLoop(t, bigPrompt[:30_000], false, 0)
	runtime.GC() // empties the pools,
	runtime.GC() // now that they were emptied of what was last used
	check("bytes for prompts of 30 and 100 KB by turns", bytesPerRun(runs, func() { smaller.call(); prompt.call() }), 2*mostPromptBytes)
}

// bytesPerRun is testing.AllocsPerRun for bytes.
func bytesPerRun(runs int, f func()) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(runs)
}

// loop is a gateway with its client and its upstream, which have all that they
// say and need from the beginning.
type loop struct {
	t       *testing.T
	conn    net.Conn
	request []byte
	buf     []byte
	end     []byte // of each reply
}

// newLoop makes a gateway whose upstream answers as a stream of so many events,
// or whole.
func newLoop(t *testing.T, prompt string, stream bool, events int) *loop {
	t.Helper()
	l := &loop{t: t, buf: make([]byte, 256<<10), end: []byte("}")}
	body := whole("good")
	reply := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if stream {
		l.end = []byte("0\r\n\r\n")
		reply = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
		for i := range events {
			event := "data: " + delta("word "+strconv.Itoa(i)) + "\n\n"
			reply = fmt.Appendf(reply, "%x\r\n%s\r\n", len(event), event)
		}
		last := "data: " + finish + "\n\ndata: " + usage + "\n\ndata: [DONE]\n\n"
		reply = fmt.Appendf(reply, "%x\r\n%s\r\n0\r\n\r\n", len(last), last)
	}
	upstream := sayAlways(t, reply)
	g := gateway.New(gateway.Options{})
	t.Cleanup(func() { _ = g.Close() })
	if err := g.Apply(configOf([]string{upstream, upstream}, func(c *gateway.Config) {
		c.Capture = gateway.Capture{When: gateway.CaptureErrors} // as the app has it
	})); err != nil {
		t.Fatal(err)
	}
	d, err := tcp.Listen("127.0.0.1:0", g, tcp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = d.Serve()
	}()
	t.Cleanup(func() {
		_ = d.Close()
		<-served
	})
	address := d.Addr().String()
	if l.conn, err = net.Dial("tcp", address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.conn.Close() })
	asked := fmt.Sprintf(`{"model":"chat","stream":%t,"messages":[{"role":"user","content":"%s"}]}`, stream, prompt)
	l.request = fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: %s\r\nUser-Agent: OpenAI/Python 2.8.1\r\n"+
		"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", address, apiKey, len(asked), asked)
	return l
}

// call sends the request and reads its reply to the end.
func (l *loop) call() {
	if _, err := l.conn.Write(l.request); err != nil {
		l.t.Fatal(err)
	}
	for n := 0; ; {
		got, err := l.conn.Read(l.buf[n:])
		if n += got; err != nil {
			l.t.Fatalf("%v after %s", err, l.buf[:n])
		}
		if bytes.HasSuffix(l.buf[:n], l.end) {
			if !bytes.HasPrefix(l.buf, []byte("HTTP/1.1 200 ")) {
				l.t.Fatalf("got %s", l.buf[:n])
			}
			return
		}
	}
}

// sayAlways is an upstream that gives one reply to each request.
func sayAlways(t *testing.T, reply []byte) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = conn.Close() }()
				answerAlways(conn, reply)
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		all.Wait() // the gateway was closed before
	})
	return "http://" + ln.Addr().String() + "/v1"
}

// answerAlways takes a request for whole when its JSON has come to its end.
func answerAlways(conn net.Conn, reply []byte) {
	buf := make([]byte, 256<<10)
	for n := 0; ; {
		got, err := conn.Read(buf[n:])
		if err != nil {
			return
		}
		if n += got; !bytes.HasSuffix(buf[:n], []byte("}]}")) && !bytes.HasSuffix(buf[:n], []byte("}}")) {
			continue
		}
		n = 0
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}
