package gateway

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"headgate/gateway/http1"
)

// A compressed reply may become this many times larger, and this much anyway.
const (
	largestRatio  = 200
	freeInflation = 1 << 20
)

// decoded is the reply's body without its encoding. We ask for none; some
// servers compress all the same.
func decoded(reply *http1.Response) (io.Reader, error) {
	switch encoding := strings.ToLower(reply.Fields.Get("Content-Encoding")); encoding {
	case "", "identity":
		return reply.Body, nil
	case "gzip", "x-gzip":
		counted := &countingReader{from: reply.Body}
		inflated, err := gzip.NewReader(counted)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errEncoding, err)
		}
		return &ratioReader{from: inflated, compressed: counted}, nil
	default:
		return nil, fmt.Errorf("%w: %q", errEncoding, cut(encoding, 40))
	}
}

type countingReader struct {
	from io.Reader
	n    int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.n += int64(n)
	return n, err
}

// ratioReader stops a small reply from becoming a huge one.
type ratioReader struct {
	from       io.Reader
	compressed *countingReader
	n          int64
}

func (r *ratioReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.n += int64(n)
	if r.n > freeInflation+largestRatio*r.compressed.n {
		return 0, errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errEncoding, err)
	}
	return n, err
}

// replyKind is what a body looks like from its first character.
type replyKind int

const (
	replyEmpty replyKind = iota
	replyJSON
	replyEvents
	replyHTML
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// opening is a reply from its first bytes on, at which was looked.
type opening struct {
	buf  *[firstBytes]byte // pooled; nil once all of it was read
	at   int
	to   int
	rest io.Reader
}

// firstBytes is how much is read to look at.
const firstBytes = 4 << 10

// mostBlanks is an hour of one each millisecond.
const mostBlanks = 4 << 20

var openings = sync.Pool{New: func() any { return new([firstBytes]byte) }}

// sniff looks at the first bytes: servers are known to mislabel what they send.
// Blank lines before them, with which some keep a connection alive until the
// reply is there, are left out, as long as they are not more than mostBlanks.
func (o *opening) sniff(from io.Reader) (replyKind, error) {
	o.buf, o.at, o.to, o.rest = openings.Get().(*[firstBytes]byte), 0, 0, from
	for blanks := 0; ; {
		n, err := from.Read(o.buf[o.to:])
		o.to += n
		if blanks += n; blanks > mostBlanks {
			return replyEmpty, errTooLarge
		}
		text := bytes.TrimLeft(bytes.TrimPrefix(o.buf[:o.to], byteOrderMark), " \t\r\n")
		if len(text) > 0 && !bytes.HasPrefix(byteOrderMark, text) {
			return kindOf(text), nil
		}
		o.to = copy(o.buf[:], text)
		if errors.Is(err, io.EOF) {
			return replyEmpty, nil
		}
		if err != nil {
			return replyEmpty, err
		}
	}
}

func (o *opening) Read(p []byte) (int, error) {
	if o.buf == nil {
		return o.rest.Read(p)
	}
	n := copy(p, o.buf[o.at:o.to])
	if o.at += n; o.at == o.to {
		o.release()
	}
	return n, nil
}

func (o *opening) release() {
	if o.buf != nil {
		openings.Put(o.buf)
		o.buf = nil
	}
}

func kindOf(text []byte) replyKind {
	if len(text) == 0 {
		return replyEmpty
	}
	switch text[0] {
	case '<':
		return replyHTML
	case '{', '[', '"':
		return replyJSON
	case 'd', 'e', ':', 'i', 'r': // data, event, a comment, id, retry
		return replyEvents
	default:
		return replyJSON
	}
}

var noStore = []string{"no-store"}

// headerText is a name as a header's value can carry it.
func headerText(name string) []string {
	var b strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return []string{b.String()}
}
