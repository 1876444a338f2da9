package http1

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// ErrMalformed is a reply, or a request's body, that is not what HTTP/1.1 prescribes, or more of it
// than is taken.
var ErrMalformed = errors.New("the message is not valid HTTP/1.1")

// ErrStray is something that came over a kept connection and begins no reply: what
// follows an earlier one, for which nobody asked.
var ErrStray = errors.New("the kept connection carried bytes that belong to no reply")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// largestHead is how many bytes the heads before a reply's body may have, those
// of interim replies with them.
const largestHead = 256 << 10

// headEnd returns the length of the head at the beginning of b with its blank
// line, 0 while that hasn't come. Lines end with CRLF or, as net/http takes it,
// with LF. from is where to begin to look: a line's beginning, which is returned
// for the next time.
func headEnd(b []byte, from int) (end, next int) {
	for {
		n := bytes.IndexByte(b[from:], '\n')
		if n < 0 {
			return 0, from
		}
		line := b[from : from+n]
		from += n + 1
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			return from, from
		}
	}
}

// head is a reply's head.
type head struct {
	minor  int // of its version, HTTP/1.x
	status int
	fields Fields
	length int64 // -1: not said
	chunks bool
	stays  bool // the connection, after the body
}

// parse reads a head that ends with its blank line. Its texts hold for ever; room
// is used for the fields when it is large enough.
func (h *head) parse(b []byte, room Fields) error {
	text := string(b)
	line, text := cutLine(text)
	if err := h.parseStatus(line); err != nil {
		return err
	}
	h.fields, h.length = room[:0], -1
	var lasts, closes bool
	for {
		if line, text = cutLine(text); line == "" {
			break
		}
		f, err := parseField(line)
		if err != nil {
			return err
		}
		h.fields = append(h.fields, f)
		switch len(f.Name) {
		case len("Connection"):
			if is(f.Name, "Connection") {
				lasts, closes = lasts || hasToken(f.Value, "keep-alive"), closes || hasToken(f.Value, "close")
			}
		case len("Content-Length"):
			if is(f.Name, "Content-Length") {
				err = h.parseLength(f.Value)
			}
		case len("Transfer-Encoding"):
			if is(f.Name, "Transfer-Encoding") {
				err = h.parseEncoding(f.Value)
			}
		}
		if err != nil {
			return err
		}
	}
	if h.chunks && h.length >= 0 {
		return malformed("it has both a Content-Length and a Transfer-Encoding")
	}
	h.stays = !closes && (h.minor > 0 || lasts)
	return nil
}

func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// parseStatus reads a line such as "HTTP/1.1 200 OK".
func (h *head) parseStatus(line string) error {
	version, rest, found := strings.Cut(line, " ")
	if !found || len(version) != len("HTTP/1.1") || version[:7] != "HTTP/1." || !isDigit(version[7]) {
		return malformed("it begins with %q", cut(line))
	}
	code, reason, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if len(code) != 3 || code[0] < '1' || code[0] > '9' || !isDigit(code[1]) || !isDigit(code[2]) || !isFieldValue(reason) {
		return malformed("its status line is %q", cut(line))
	}
	h.minor = int(version[7] - '0')
	h.status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
	return nil
}

func parseField(line string) (Field, error) {
	name, value, found := strings.Cut(line, ":")
	if !found || !isToken(name) {
		return Field{}, malformed("a line of its head is %q", cut(line))
	}
	if value = strings.Trim(value, " \t"); !isFieldValue(value) {
		return Field{}, malformed("its field %s has a control character", cut(name))
	}
	return Field{name, value}, nil
}

// parseLength takes equal lengths as one, as net/http does.
func (h *head) parseLength(text string) error {
	if text == "" || len(text) > len("999999999999999999") {
		return malformed("its Content-Length is %q", cut(text))
	}
	var n int64
	for i := range len(text) {
		if !isDigit(text[i]) {
			return malformed("its Content-Length is %q", cut(text))
		}
		n = n*10 + int64(text[i]-'0')
	}
	if h.length >= 0 && h.length != n {
		return malformed("it has two lengths")
	}
	h.length = n
	return nil
}

func (h *head) parseEncoding(text string) error {
	if h.chunks || h.minor == 0 || !strings.EqualFold(text, "chunked") {
		return malformed("its Transfer-Encoding is %q", cut(text))
	}
	h.chunks = true
	return nil
}

// hasBody tells whether a body follows.
func (h *head) hasBody(method string) bool {
	return method != "HEAD" && h.status >= 200 && h.status != 204 && h.status != 304
}

// isInterim tells whether another head follows. With 101 the protocol would end.
func (h *head) isInterim() bool { return h.status < 200 && h.status >= 100 && h.status != 101 }

// hasToken looks for a token in a list such as "keep-alive, close".
func hasToken(list, token string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if is(strings.Trim(item, " \t"), token) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// tokenBytes are what names of methods and fields are made of.
var tokenBytes = func() (is [256]bool) {
	for c := range 128 {
		is[c] = isAlphanumeric(byte(c)) || strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0
	}
	return is
}()

func isToken(s string) bool {
	for i := range len(s) {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return s != ""
}

func isFieldByte(c byte) bool { return c >= ' ' && c != 0x7f || c == '\t' }

func isFieldValue(s string) bool {
	for i := range len(s) {
		if !isFieldByte(s[i]) {
			return false
		}
	}
	return true
}

// cut is as much of a text as an error shows.
func cut(text string) string { return text[:min(len(text), 60)] }
