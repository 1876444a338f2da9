package gateway

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"sync"
)

const (
	maxEvent   = 16 << 20 // bytes one event may have, which bounds its lines too
	sseBuffer  = 4 << 10  // bytes a reader begins with: most streams wait most of the time
	sseBurst   = 16 << 10 // bytes up to which a read that fills the buffer makes it larger
	sseKept    = 64 << 10 // bytes of a buffer above which it isn't kept for the next stream
	sseMinRead = 1 << 10  // bytes of room below which the buffer is made larger before a read
	maxNames   = 64       // event names remembered, so that they need no allocation each time
	maxName    = 128      // bytes of a name worth remembering
	maxIdle    = 100      // reads in a row that may bring nothing
)

// errEventTooLong ends a stream with an event of more than 16 MiB.
var errEventTooLong = errors.New("an event of the stream is longer than 16 MiB")

// sseEvent is one event of a stream. Its slices hold until the next call of next.
type sseEvent struct {
	raw  []byte // as it arrived, through its blank line
	data []byte // the data lines, joined by \n; nil when there was none
	name string // the event field, "" when there was none
}

// sseReader splits a stream into events. Line ends may be LF, CR or CRLF, in any mixture. An event is returned as soon
// as the first byte that ends its blank line is there: the LF of a CRLF that arrives later is dropped, as are a byte
// order mark and further blank lines, since none of these means anything to a client.
type sseReader struct {
	r        io.Reader
	err      error  // what the last read ended with, told once the buffered events are
	buf      []byte // buf[from:to] is still to be returned
	from, to int
	line     int    // where the unfinished line begins
	at       int    // where the search for its end goes on
	found    int    // the end of the event at from, 0 while unknown
	first    int    // how long its first line is, 0 while unknown
	begun    bool   // past the byte order mark
	filled   bool   // the last read filled the buffer: there may be more
	joined   []byte // the data of an event with several data lines
	names    map[string]string
}

var sseReaders = sync.Pool{New: func() any {
	return &sseReader{names: make(map[string]string)}
}}

// newSSEReader returns a reader of the stream r.
func newSSEReader(r io.Reader) *sseReader {
	s := sseReaders.Get().(*sseReader)
	s.r = r
	return s
}

// release gives the reader's buffers to later streams. Neither the reader nor its last event may be used after it.
func (s *sseReader) release() {
	kept := sseReader{buf: s.buf, joined: s.joined[:0], names: s.names}
	if cap(kept.buf) > sseKept {
		kept.buf = nil
	}
	if cap(kept.joined) > sseKept {
		kept.joined = nil
	}
	*s = kept
	sseReaders.Put(s)
}

// next returns the stream's next event. A last event that lacks its blank line, or the end of its last line, is
// returned all the same, before io.EOF. A read error is returned as it is, after the events that were whole by then.
func (s *sseReader) next() (sseEvent, error) {
	for {
		if s.find() {
			raw := s.buf[s.from:s.found]
			first := s.first
			s.from, s.line, s.at, s.found, s.first = s.found, s.found, s.found, 0, 0
			return s.parse(raw, first), nil
		}
		if s.to-s.from > maxEvent {
			s.err = errEventTooLong
		}
		if s.err != nil {
			return sseEvent{}, s.err
		}
		s.read()
	}
}

// buffered reports whether another event can be returned without reading.
func (s *sseReader) buffered() bool { return s.find() }

// find looks for the end of the event at from and reports whether it is there.
func (s *sseReader) find() bool {
	if s.found > 0 {
		return true
	}
	if s.err == errEventTooLong || !s.begin() {
		return false
	}
	for s.at < s.to {
		end := s.at + lineLength(s.buf[s.at:s.to])
		if end == s.to {
			s.at = end
			break
		}
		blank := end == s.line
		if blank && s.buf[end] == '\n' && s.buf[end-1] == '\r' {
			blank = false // the other half of the line's CRLF
		}
		if s.line == s.from {
			s.first = end - s.from
		}
		s.line, s.at = end+1, end+1
		if blank {
			return s.finish(end)
		}
	}
	if s.err == io.EOF && s.to > s.from && s.to-s.from <= maxEvent {
		s.found = s.to
		return true
	}
	return false
}

// begin passes what may stand before an event and reports whether one begins.
func (s *sseReader) begin() bool {
	if !s.begun {
		const mark = "\xEF\xBB\xBF"
		n := min(len(mark), s.to-s.from)
		if n < len(mark) && s.err == nil && string(s.buf[s.from:s.from+n]) == mark[:n] {
			return false
		}
		s.begun = true
		if string(s.buf[s.from:s.from+n]) == mark {
			s.from += n
		}
		s.line, s.at = s.from, s.from
	}
	if s.at == s.from {
		for s.from < s.to && (s.buf[s.from] == '\n' || s.buf[s.from] == '\r') {
			s.from++
		}
		s.line, s.at = s.from, s.from
	}
	return s.from < s.to
}

// finish notes the event whose blank line ends at end.
func (s *sseReader) finish(end int) bool {
	if end+1-s.from > maxEvent {
		s.err = errEventTooLong
		return false
	}
	s.found = end + 1
	if s.buf[end] == '\r' && s.found < s.to && s.buf[s.found] == '\n' {
		s.found++
	}
	return true
}

// read reads once, making room first. The slices of the event returned last are void after it.
func (s *sseReader) read() {
	if s.from == s.to {
		s.shift(s.buf)
		if cap(s.buf) > sseKept {
			s.buf = nil // a long event's, which would be held for as long as the stream waits
		}
	}
	burst := s.filled && cap(s.buf) < sseBurst
	if burst || cap(s.buf)-s.to < sseMinRead {
		room := s.buf
		// Moving is worth it only when it frees half of the room; else a long event would be moved over and over.
		if burst || s.from < cap(s.buf)/2 || cap(s.buf) == 0 {
			room = make([]byte, max(sseBuffer, 2*cap(s.buf)))
		}
		s.shift(room)
	}
	s.buf = s.buf[:cap(s.buf)]
	for range maxIdle {
		n, err := s.r.Read(s.buf[s.to:])
		s.to += n
		s.filled = s.to == len(s.buf)
		s.err = err
		if n > 0 || err != nil {
			return
		}
	}
	s.err = io.ErrNoProgress
}

// shift moves what is still to be returned to the head of room, which becomes the buffer.
func (s *sseReader) shift(room []byte) {
	copy(room, s.buf[s.from:s.to])
	s.buf = room
	s.to -= s.from
	s.line -= s.from
	s.at -= s.from
	s.from = 0
}

// parse reads an event's fields. The length of its first line is mostly known.
func (s *sseReader) parse(raw []byte, first int) sseEvent {
	event := sseEvent{raw: raw}
	for rest := raw; len(rest) > 0; first = 0 {
		n := first
		if n == 0 {
			n = lineLength(rest)
		}
		line := rest[:n]
		rest = rest[min(n+1, len(rest)):]
		if value, ok := fieldValue(line, "data"); ok {
			switch {
			case event.data == nil:
				event.data = value
				s.joined = s.joined[:0]
			case len(s.joined) == 0:
				s.joined = append(s.joined, event.data...)
				fallthrough
			default:
				s.joined = append(append(s.joined, '\n'), value...)
				event.data = s.joined
			}
		} else if value, ok := fieldValue(line, "event"); ok {
			event.name = s.intern(value)
		}
	}
	return event
}

// fieldValue returns the value of a line that holds the named field.
func fieldValue(line []byte, name string) ([]byte, bool) {
	if len(line) < len(name) || string(line[:len(name)]) != name {
		return nil, false
	}
	value := line[len(name):]
	if len(value) == 0 {
		return value, true
	}
	if value[0] != ':' {
		return nil, false
	}
	return bytes.TrimPrefix(value[1:], []byte(" ")), true
}

// intern returns name as a string, the same one each time.
func (s *sseReader) intern(name []byte) string {
	if known, ok := s.names[string(name)]; ok {
		return known
	}
	fresh := string(name)
	if len(fresh) <= maxName {
		if len(s.names) >= maxNames {
			clear(s.names)
		}
		s.names[fresh] = fresh
	}
	return fresh
}

// lineLength returns how many bytes of b come before its first CR or LF, all of them when there is none.
func lineLength(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		if found := zeroBytes(x^'\n'*eachByte) | zeroBytes(x^'\r'*eachByte); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b) && b[i] != '\n' && b[i] != '\r'; i++ {
	}
	return i
}
