package gatewaytest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http2/hpack"
)

// HTTP2 is what an upstream behind DoorHTTP2 does to a request in place of
// answering it.
type HTTP2 string

// What can happen to a request over HTTP/2.
const (
	GoAway  HTTP2 = "goaway"  // the connection ends; the request was not looked at
	Refused HTTP2 = "refused" // REFUSED_STREAM
	Dead    HTTP2 = "dead"    // nothing comes any more, not even replies to pings
)

// Frames of HTTP/2 (RFC 9113).
const (
	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

	frameData     = 0
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	framePing     = 6
	frameGoAway   = 7
	frameWindow   = 8
	frameContinue = 9

	flagEnd        = 1 // of a stream; of SETTINGS and PING: a reply
	flagEndHeaders = 4
	flagPadded     = 8
	flagPriority   = 32

	refusedStream = 7
	largestFrame  = 16 << 10
)

// session is one HTTP/2 connection. It answers with Status, Header, text and
// form as scripted; faults of HTTP/1 framing mean nothing here.
type session struct {
	c       *conn
	decoder *hpack.Decoder
	mu      sync.Mutex // of writes
	streams map[uint32]*incoming
	dead    bool
}

type incoming struct {
	block []byte
	head  http.Header
	body  []byte
	ended bool
}

func (c *conn) serveHTTP2() {
	s := &session{c: c, decoder: hpack.NewDecoder(4096, nil), streams: map[uint32]*incoming{}}
	begin := make([]byte, len(preface))
	if _, err := io.ReadFull(c.Conn, begin); err != nil || string(begin) != preface {
		return
	}
	if s.write(frameSettings, 0, 0, nil) != nil || s.write(frameWindow, 0, 0, number(1<<30)) != nil {
		return
	}
	for s.read() == nil {
		continue
	}
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func (s *session) write(kind, flags byte, stream uint32, payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	frame := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	frame = append(binary.BigEndian.AppendUint32(frame, stream), payload...)
	_, err := s.c.Write(frame)
	return err
}

// read takes one frame and does what it asks for.
func (s *session) read() error {
	var head [9]byte
	if _, err := io.ReadFull(s.c.Conn, head[:]); err != nil {
		return err
	}
	payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(s.c.Conn, payload); err != nil {
		return err
	}
	if s.dead {
		return nil
	}
	kind, flags, id := head[3], head[4], binary.BigEndian.Uint32(head[5:])&(1<<31-1)
	switch {
	case kind == frameSettings && flags&flagEnd == 0:
		return s.write(frameSettings, flagEnd, 0, nil)
	case kind == framePing && flags&flagEnd == 0:
		return s.write(framePing, flagEnd, 0, payload)
	case kind == frameGoAway:
		return io.EOF
	case kind != frameHeaders && kind != frameContinue && kind != frameData:
		return nil
	}
	in := s.streams[id]
	if in == nil {
		in = &incoming{}
		s.streams[id] = in
	}
	if flags&flagEnd != 0 && kind != frameContinue {
		in.ended = true
	}
	payload, err := unpad(kind, flags, payload)
	if err != nil {
		return err
	}
	if kind == frameData {
		in.body = append(in.body, payload...)
	} else if in.block = append(in.block, payload...); flags&flagEndHeaders != 0 {
		if err := in.decode(s.decoder); err != nil {
			return err
		}
	}
	if !in.ended || in.head == nil {
		return nil
	}
	delete(s.streams, id)
	return s.answer(id, in)
}

func unpad(kind, flags byte, payload []byte) ([]byte, error) {
	front, back := 0, 0
	if flags&flagPadded != 0 && len(payload) > 0 {
		front, back = 1, int(payload[0])
	}
	if kind == frameHeaders && flags&flagPriority != 0 {
		front += 5
	}
	if kind == frameContinue {
		return payload, nil
	}
	if front+back > len(payload) {
		return nil, errors.New("a frame is padded by more than it has")
	}
	return payload[front : len(payload)-back], nil
}

func (in *incoming) decode(d *hpack.Decoder) error {
	fields, err := d.DecodeFull(in.block)
	if err != nil {
		return err
	}
	in.head = http.Header{}
	for _, f := range fields {
		if strings.HasPrefix(f.Name, ":") {
			in.head[f.Name] = []string{f.Value}
			continue
		}
		in.head.Add(f.Name, f.Value)
	}
	return nil
}

// answer notes the request and answers it, at once and whole.
func (s *session) answer(id uint32, in *incoming) error {
	pseudo := func(name string) string { return strings.Join(in.head[name], "") }
	r := &http.Request{Method: pseudo(":method"), RequestURI: pseudo(":path"), Host: pseudo(":authority"), Header: in.head}
	for _, name := range []string{":method", ":path", ":authority", ":scheme"} {
		delete(in.head, name)
	}
	q := newRequest(r, in.body)
	b, script := s.c.upstream.receive(q, s.c)
	end := End{Complete: true}
	defer func() { q.finish(end) }()
	switch b.HTTP2 {
	case GoAway:
		_ = s.write(frameGoAway, 0, 0, append(number(0), number(0)...))
		return errCut
	case Refused:
		return s.write(frameReset, 0, id, number(refusedStream))
	case Dead:
		s.dead = true
		return nil
	}
	reply := render(q, b, script)
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	fields := []hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(reply.status)}}
	for _, h := range reply.header {
		switch name := strings.ToLower(h.Name); name {
		case "connection", "transfer-encoding", "keep-alive", "upgrade": // of HTTP/1 only
		default:
			fields = append(fields, hpack.HeaderField{Name: name, Value: h.Value})
		}
	}
	for _, f := range fields {
		if err := e.WriteField(f); err != nil {
			return fmt.Errorf("encode %s: %w", f.Name, err)
		}
	}
	if err := s.write(frameHeaders, flagEndHeaders, id, block.Bytes()); err != nil {
		return err
	}
	for _, p := range reply.pieces {
		end.Events++
		end.Bytes += len(p.data)
		for rest := p.data; len(rest) > 0; {
			n := min(len(rest), largestFrame)
			if err := s.write(frameData, 0, id, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return s.write(frameData, flagEnd, id, nil)
}
