package gateway

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// maxDepth is how deep objects and arrays may nest, the outermost counted.
const maxDepth = 100

// Reasons that are told with what stands at the offset.
const (
	tooEarly   = "it ends too early"
	unexpected = "unexpected"
)

// jsonScanner walks over a JSON text as strictly as encoding/json without decoding it: a prompt of a megabyte must
// cost neither a copy nor an allocation.
type jsonScanner struct {
	b   []byte
	i   int    // the next byte to look at
	why string // what is wrong at i, "" while nothing is
}

func (s *jsonScanner) fail(why string) bool {
	if s.why == "" {
		s.why = why
	}
	return false
}

// unexpected fails at i, whatever stands there.
func (s *jsonScanner) unexpected() bool {
	if s.i >= len(s.b) {
		return s.fail(tooEarly)
	}
	return s.fail(unexpected)
}

// syntaxFault words the failure for the caller.
func (s *jsonScanner) syntaxFault() *headFault {
	why := s.why
	if why == unexpected {
		c := s.b[s.i]
		if c > ' ' && c < 0x7f {
			why = fmt.Sprintf("unexpected %q", rune(c))
		} else {
			why = fmt.Sprintf("unexpected byte 0x%02X", c)
		}
	}
	return &headFault{
		code:    "invalid_json",
		message: fmt.Sprintf("The request body is not valid JSON: %s, at byte %d.", why, s.i),
	}
}

// peek skips white space and returns the byte that follows, 0 at the end (a NUL is never valid there either).
func (s *jsonScanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\t', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// member moves to the value of an object's next member and returns its key without the quotes. It returns false
// past the closing brace and on a failure.
func (s *jsonScanner) member(first bool) (span, bool) {
	c := s.peek()
	if c == '}' {
		s.i++
		return span{}, false
	}
	if !first {
		if c != ',' {
			return span{}, s.unexpected()
		}
		s.i++
		c = s.peek()
	}
	if c != '"' {
		return span{}, s.unexpected()
	}
	key := span{from: s.i + 1}
	if !s.text() {
		return span{}, false
	}
	key.to = s.i - 1
	if s.peek() != ':' {
		return span{}, s.unexpected()
	}
	s.i++
	s.peek()
	return key, true
}

// element moves to an array's next element. It returns false past the closing bracket and on a failure.
func (s *jsonScanner) element(first bool) bool {
	c := s.peek()
	if c == ']' {
		s.i++
		return false
	}
	if !first {
		if c != ',' {
			return s.unexpected()
		}
		s.i++
		s.peek()
	}
	return true
}

// value passes the value that begins at i; depth is that of its surroundings.
func (s *jsonScanner) value(depth int) bool {
	if s.i >= len(s.b) {
		return s.fail(tooEarly)
	}
	switch c := s.b[s.i]; c {
	case '"':
		return s.text()
	case '{':
		if !s.enter(depth) {
			return false
		}
		for _, ok := s.member(true); ok; _, ok = s.member(false) {
			if !s.value(depth + 1) {
				return false
			}
		}
		return s.why == ""
	case '[':
		if !s.enter(depth) {
			return false
		}
		for ok := s.element(true); ok; ok = s.element(false) {
			if !s.value(depth + 1) {
				return false
			}
		}
		return s.why == ""
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c == '-' || isDigit(c) {
			return s.number()
		}
		return s.unexpected()
	}
}

// enter passes an opening brace or bracket.
func (s *jsonScanner) enter(depth int) bool {
	if depth >= maxDepth {
		return s.fail(fmt.Sprintf("it nests deeper than %d levels", maxDepth))
	}
	s.i++
	return true
}

func (s *jsonScanner) literal(word string) bool {
	for j := range len(word) {
		if s.i >= len(s.b) || s.b[s.i] != word[j] {
			return s.unexpected()
		}
		s.i++
	}
	return true
}

func (s *jsonScanner) number() bool {
	if s.b[s.i] == '-' {
		s.i++
	}
	if s.i < len(s.b) && s.b[s.i] == '0' {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			return false
		}
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		return s.digits()
	}
	return true
}

// digits passes one digit or more.
func (s *jsonScanner) digits() bool {
	if s.i >= len(s.b) || !isDigit(s.b[s.i]) {
		return s.unexpected()
	}
	for s.i < len(s.b) && isDigit(s.b[s.i]) {
		s.i++
	}
	return true
}

// text passes a string with its quotes.
func (s *jsonScanner) text() bool {
	b, i := s.b, s.i+1
	for {
		for quiet := 0; i+8 <= len(b); {
			found := special(binary.LittleEndian.Uint64(b[i:]))
			if found == 0 {
				i += 8
				if quiet++; quiet == 12 {
					i += plainBlocks(b[i:])
					quiet = 0
				}
				continue
			}
			quiet = 0
			i += bits.TrailingZeros64(found) / 8
			if b[i] != '\\' || i+1 >= len(b) || !shortEscapes[b[i+1]] {
				break
			}
			i += 2
		}
		if i >= len(b) {
			s.i = len(b)
			return s.fail(tooEarly)
		}
		switch b[i] {
		case '"':
			s.i = i + 1
			return true
		case '\\':
			s.i = i + 1
			if !s.escape() {
				return false
			}
			i = s.i
		default:
			if b[i] >= ' ' { // of the last few bytes
				i++
				continue
			}
			s.i = i
			return s.fail("a control character inside a string")
		}
	}
}

// escape passes what follows a backslash.
func (s *jsonScanner) escape() bool {
	if s.i >= len(s.b) {
		return s.fail(tooEarly)
	}
	switch s.b[s.i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i++
		return true
	case 'u':
		s.i++
		for range 4 {
			if s.i >= len(s.b) {
				return s.fail(tooEarly)
			}
			if hexDigit(s.b[s.i]) < 0 {
				return s.fail(`not a hexadecimal digit after \u`)
			}
			s.i++
		}
		return true
	}
	return s.fail("an unknown escape inside a string")
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// zeroBytes returns a word whose lowest set bit marks the lowest zero byte of x.
func zeroBytes(x uint64) uint64 { return (x - eachByte) &^ x & highBits }

// plainBlocks returns how many blocks of 32 bytes at the head of b need no attention within a JSON string, in bytes.
func plainBlocks(b []byte) int {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		p := b[i : i+32 : i+32]
		if special(binary.LittleEndian.Uint64(p))|special(binary.LittleEndian.Uint64(p[8:]))|
			special(binary.LittleEndian.Uint64(p[16:]))|special(binary.LittleEndian.Uint64(p[24:])) != 0 {
			break
		}
	}
	return i
}

// special returns a word whose lowest set bit marks the lowest byte of x that needs attention within a JSON string.
// Turning the second bit over makes the quote 0x20 and keeps control characters below it: one comparison for both.
func special(x uint64) uint64 {
	turned := x ^ 2*eachByte
	backslash := x ^ '\\'*eachByte
	return ((turned-0x21*eachByte)&^turned | (backslash-eachByte)&^backslash) & highBits
}

// shortEscapes are what may follow a backslash but for \u.
var shortEscapes = func() (set [256]bool) {
	for _, c := range []byte(`"\/bfnrt`) {
		set[c] = true
	}
	return set
}()

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// hexDigit returns the value of a hexadecimal digit, -1 when c is none.
func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// isKey reports whether a key, as it stands between its quotes, reads as name once its escapes are resolved. name is
// ASCII without quotes and backslashes, so of the escapes only \uXXXX can match.
func isKey(raw []byte, name string) bool {
	for j := range len(name) {
		switch {
		case len(raw) == 0:
			return false
		case raw[0] != '\\':
			if raw[0] != name[j] {
				return false
			}
			raw = raw[1:]
		default:
			if len(raw) < 6 || raw[1] != 'u' {
				return false
			}
			code := 0
			for _, c := range raw[2:6] {
				code = code<<4 | hexDigit(c)
			}
			if code != int(name[j]) {
				return false
			}
			raw = raw[6:]
		}
	}
	return len(raw) == 0
}
