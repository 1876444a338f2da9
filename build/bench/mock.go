package main

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"
)

const (
	streamChunks = 50
	pace         = 5 * time.Millisecond
	stampMark    = "t=" // before a chunk's time in Unix nanoseconds
	stampDigits  = 19
)

// serveMock answers chat requests as cheaply as can be: whatever it used, the
// gateways would not get. It writes replies to the connection by hand.
func serveMock(ln net.Listener) error {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		go (&mockConn{conn: conn, in: make([]byte, 0, 16<<10)}).serve()
	}
}

type mockConn struct {
	conn net.Conn
	in   []byte // what was read of the request
}

func (c *mockConn) serve() {
	defer func() { _ = c.conn.Close() }()
	for {
		asked, err := c.read()
		if err != nil {
			return
		}
		switch {
		case asked.list:
			_, err = c.conn.Write(mockModels)
		case asked.held:
			c.hold()
			return
		case asked.stream:
			err = c.stream(asked)
		default:
			_, err = c.conn.Write(mockReply)
		}
		if err != nil {
			return
		}
	}
}

// asked is what a request wants.
type asked struct{ list, stream, paced, held, usage bool }

// read takes in one request.
func (c *mockConn) read() (asked, error) {
	c.in = c.in[:0]
	head, err := c.until(func() int { return bytes.Index(c.in, headEnd) + 1 })
	if err != nil {
		return asked{}, err
	}
	head += len(headEnd) - 1
	length, chunked := framing(c.in[:head])
	if chunked {
		_, err = c.until(func() int {
			if bytes.HasSuffix(c.in, lastChunk) {
				return len(c.in)
			}
			return 0
		})
	} else {
		_, err = c.until(func() int {
			if len(c.in) >= head+length {
				return len(c.in)
			}
			return 0
		})
	}
	if err != nil {
		return asked{}, err
	}
	body := c.in[head:]
	start, end := body[:min(len(body), 2<<10)], body[max(0, len(body)-1<<10):]
	has := func(marks ...string) bool {
		for _, m := range marks {
			if bytes.Contains(start, []byte(m)) || bytes.Contains(end, []byte(m)) {
				return true
			}
		}
		return false
	}
	return asked{
		list:   c.in[0] == 'G',
		stream: has(`"stream":true`, `"stream": true`),
		usage:  has(`"include_usage":true`, `"include_usage": true`),
		paced:  has(pacedMark),
		held:   has(heldMark),
	}, nil
}

// until reads until found returns where something is.
func (c *mockConn) until(found func() int) (int, error) {
	for {
		if at := found(); at > 0 {
			return at, nil
		}
		if len(c.in) == cap(c.in) {
			c.in = append(c.in, make([]byte, cap(c.in))...)[:len(c.in)]
		}
		n, err := c.conn.Read(c.in[len(c.in):cap(c.in)])
		c.in = c.in[:len(c.in)+n]
		if err != nil {
			return 0, err
		}
	}
}

// stream sends each chunk in a write of its own, as providers do.
func (c *mockConn) stream(asked asked) error {
	if _, err := c.conn.Write(mockStreamHead); err != nil {
		return err
	}
	var made []byte
	for i, chunk := range mockChunks {
		if asked.paced {
			if i > 0 {
				time.Sleep(pace)
			}
			made = framed(made[:0], eventOf(stampMark+strconv.FormatInt(time.Now().UnixNano(), 10)+" "))
			chunk = made
		}
		if _, err := c.conn.Write(chunk); err != nil {
			return err
		}
	}
	end := mockEnd
	if asked.usage {
		end = mockEndWithUsage
	}
	_, err := c.conn.Write(end)
	return err
}

// hold begins a stream and says nothing more until the gateway leaves.
func (c *mockConn) hold() {
	if _, err := c.conn.Write(slices.Concat(mockStreamHead, mockChunks[0], mockChunks[1])); err != nil {
		return
	}
	_, _ = c.conn.Read(c.in[:1:1])
}

var (
	headEnd   = []byte("\r\n\r\n")
	lastChunk = []byte("0\r\n\r\n")
)

const commonHeader = "Date: Mon, 23 Nov 2026 08:00:00 GMT\r\nServer: upstream\r\nX-Request-Id: 5f1c0d7a9be34d6c\r\n" +
	"Openai-Processing-Ms: 412\r\nOpenai-Version: 2020-10-01\r\n" +
	"X-Ratelimit-Limit-Requests: 10000\r\nX-Ratelimit-Remaining-Requests: 9998\r\n" +
	"X-Ratelimit-Remaining-Tokens: 1999211\r\nStrict-Transport-Security: max-age=31536000\r\n"

var (
	mockReply        = mockWhole(mockAnswer())
	mockModels       = mockWhole(`{"object":"list","data":[{"id":"m1","object":"model","created":1790000000,"owned_by":"bench"}]}`)
	mockStreamHead   = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n" + commonHeader + "\r\n")
	mockChunks       = mockStream()
	mockEnd          = append(framed(nil, lastEvent+"data: [DONE]\n\n"), lastChunk...)
	mockEndWithUsage = append(framed(framed(framed(nil, lastEvent), usageEvent), "data: [DONE]\n\n"), lastChunk...)
)

const (
	eventHead  = `data: {"id":"chatcmpl-CkX2m0uq7Yb1","object":"chat.completion.chunk","created":1790000000,"model":"m1","service_tier":"default","system_fingerprint":"fp_2f1a9c","choices":`
	lastEvent  = eventHead + `[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}` + "\n\n"
	usageEvent = eventHead + `[],"usage":{"prompt_tokens":212,"completion_tokens":50,"total_tokens":262,"prompt_tokens_details":{"cached_tokens":128}}}` + "\n\n"
)

func eventOf(text string) string {
	return eventHead + `[{"index":0,"delta":{"content":` + strconv.Quote(text) + `},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"
}

// framed appends a chunk of HTTP.
func framed(to []byte, data string) []byte {
	to = strconv.AppendInt(to, int64(len(data)), 16)
	to = append(append(to, "\r\n"...), data...)
	return append(to, "\r\n"...)
}

func mockStream() [][]byte {
	list := [][]byte{framed(nil, eventHead+`[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}`+"\n\n")}
	for i := 1; i < streamChunks; i++ {
		list = append(list, framed(nil, eventOf(words[i%len(words)]+" ")))
	}
	return list
}

func mockAnswer() string {
	text := "Here is what I would change.\n\n"
	for i := 0; len(text) < 560; i++ {
		text += words[i%len(words)] + " "
	}
	return `{"id":"chatcmpl-CkX2m0uq7Yb1","object":"chat.completion","created":1790000000,"model":"m1","choices":[{"index":0,"message":{"role":"assistant","content":` +
		strconv.Quote(text) + `,"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":212,"completion_tokens":120,"total_tokens":332,"prompt_tokens_details":{"cached_tokens":128,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":64}},` +
		`"service_tier":"default","system_fingerprint":"fp_2f1a9c"}`
}

func mockWhole(body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s", len(body), commonHeader, body)
}
