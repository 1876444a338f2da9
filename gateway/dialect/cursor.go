package dialect

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// cursor walks over a JSON text once, as strict as encoding/json, and decodes
// only what it is asked for. It gives up on what is valid but unusual, and on
// what is no JSON: whoever uses it asks encoding/json then.
type cursor struct {
	b  []byte
	i  int
	up bool // it gave up
}

// deepest is how deep it follows.
const deepest = 64

// next passes white space and returns the byte that follows; 0: none does, or
// it gave up.
func (c *cursor) next() byte {
	for c.i < len(c.b) {
		switch b := c.b[c.i]; b {
		case ' ', '\n', '\t', '\r':
			c.i++
		default:
			return b
		}
	}
	return 0
}

func (c *cursor) giveUp() {
	c.up = true
	c.i = len(c.b)
}

// open passes the bracket that begins an object or an array.
func (c *cursor) open(bracket byte) bool {
	if c.next() != bracket {
		c.giveUp()
		return false
	}
	c.i++
	return true
}

// atKey moves to the quote of the next member's name; false: there is no more, or
// none that can be read.
func (c *cursor) atKey(first bool) bool {
	b := c.next()
	if b == '}' {
		c.i++
		return false
	}
	if !first {
		if b != ',' {
			c.giveUp()
			return false
		}
		c.i++
		b = c.next()
	}
	if b != '"' {
		c.giveUp()
	}
	return !c.up
}

// key moves to the next member's value and returns its name; nil: there is no
// more. It gives up on names that encoding/json might match without regard to
// case or by their escapes.
func (c *cursor) key(first bool) []byte {
	if !c.atKey(first) {
		return nil
	}
	from := c.i + 1
	for c.i = from; c.i < len(c.b) && c.b[c.i] != '"'; c.i++ {
		if b := c.b[c.i]; b < ' ' || b >= utf8.RuneSelf || b == '\\' || 'A' <= b && b <= 'Z' {
			c.giveUp()
			return nil
		}
	}
	if c.i >= len(c.b) {
		c.giveUp()
		return nil
	}
	name := c.b[from:c.i:c.i]
	c.i++
	if c.next() != ':' {
		c.giveUp()
		return nil
	}
	c.i++
	c.next()
	return name
}

// element moves to the next element.
func (c *cursor) element(first bool) bool {
	b := c.next()
	if b == ']' {
		c.i++
		return false
	}
	if !first {
		if b != ',' {
			c.giveUp()
			return false
		}
		c.i++
		c.next()
	}
	return c.i < len(c.b)
}

// value passes a value and returns it as it stands.
func (c *cursor) value(depth int) []byte {
	from := c.i
	switch b := c.next(); {
	case b == '"':
		c.inner()
	case b == '{' && depth < deepest:
		c.i++
		for name := c.anyKey(true); name; name = c.anyKey(false) {
			c.value(depth + 1)
		}
	case b == '[' && depth < deepest:
		c.i++
		for more := c.element(true); more; more = c.element(false) {
			c.value(depth + 1)
		}
	case b == 't':
		c.word("true")
	case b == 'f':
		c.word("false")
	case b == 'n':
		c.word("null")
	case b == '-' || '0' <= b && b <= '9':
		c.number()
	default:
		c.giveUp()
	}
	if c.up {
		return nil
	}
	return c.b[from:c.i:c.i]
}

// anyKey moves to the next member's value, whatever its name.
func (c *cursor) anyKey(first bool) bool {
	if !c.atKey(first) {
		return false
	}
	if c.inner(); c.up || c.next() != ':' {
		c.giveUp()
		return false
	}
	c.i++
	c.next()
	return true
}

func (c *cursor) word(word string) {
	if len(c.b)-c.i < len(word) || string(c.b[c.i:c.i+len(word)]) != word {
		c.giveUp()
		return
	}
	c.i += len(word)
}

func (c *cursor) number() {
	if c.b[c.i] == '-' {
		c.i++
	}
	if c.i < len(c.b) && c.b[c.i] == '0' {
		c.i++
	} else {
		c.digits()
	}
	if c.i < len(c.b) && c.b[c.i] == '.' {
		c.i++
		c.digits()
	}
	if c.i < len(c.b) && c.b[c.i]|0x20 == 'e' {
		c.i++
		if c.i < len(c.b) && (c.b[c.i] == '+' || c.b[c.i] == '-') {
			c.i++
		}
		c.digits()
	}
}

// digits passes one digit or more.
func (c *cursor) digits() {
	from := c.i
	for c.i < len(c.b) && '0' <= c.b[c.i] && c.b[c.i] <= '9' {
		c.i++
	}
	if c.i == from {
		c.giveUp()
	}
}

// inner passes a string and returns what stands between its quotes; plain says
// that nothing in it is escaped.
func (c *cursor) inner() (text []byte, plain bool) {
	c.i++
	from := c.i
	plain = true
	for {
		c.i += unremarkable(c.b[min(c.i, len(c.b)):])
		if c.i >= len(c.b) {
			c.giveUp()
			return nil, false
		}
		switch b := c.b[c.i]; {
		case b == '"':
			text = c.b[from:c.i:c.i]
			c.i++
			return text, plain
		case b != '\\':
			c.giveUp() // a control character
			return nil, false
		}
		plain = false
		if !c.escape() {
			c.giveUp()
			return nil, false
		}
	}
}

// escape passes an escape.
func (c *cursor) escape() bool {
	const hex = len(`\u0000`)
	if c.i+1 >= len(c.b) {
		return false
	}
	switch c.b[c.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.i += 2
		return true
	case 'u':
		if c.i+hex > len(c.b) {
			return false
		}
		for _, b := range c.b[c.i+2 : c.i+hex] {
			if !('0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f') {
				return false
			}
		}
		c.i += hex
		return true
	default:
		return false
	}
}

// text passes a string and decodes it.
func (c *cursor) text() string {
	from := c.i
	inner, plain := c.inner()
	if c.up {
		return ""
	}
	return decoded(c.b[from:c.i], inner, plain)
}

// decoded is what encoding/json makes of a valid string, quoted and inner.
func decoded(quoted, inner []byte, plain bool) string {
	if !utf8.Valid(inner) {
		return slowly(quoted)
	}
	if plain {
		return string(inner)
	}
	out := make([]byte, 0, len(inner))
	for i := 0; i < len(inner); i++ {
		b := inner[i]
		if b == '\\' {
			i++
			switch inner[i] {
			case 'n':
				b = '\n'
			case 't':
				b = '\t'
			case 'r':
				b = '\r'
			case 'b':
				b = '\b'
			case 'f':
				b = '\f'
			case 'u':
				return slowly(quoted) // halves of pairs and the like
			default:
				b = inner[i]
			}
		}
		out = append(out, b)
	}
	return string(out)
}

func slowly(quoted []byte) string {
	var text string
	_ = json.Unmarshal(quoted, &text) // a valid string: can't fail
	return text
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// unremarkable is how many bytes at the head of b are neither quote nor
// backslash nor control character, looked at by eight.
func unremarkable(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, escape := x^'"'*eachByte, x^'\\'*eachByte
		found := ((quote-eachByte)&^quote | (escape-eachByte)&^escape | (x-' '*eachByte)&^x) & highBits
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' '; i++ {
	}
	return i
}

// isWhole tells whether nothing but white space is left, and nothing was given
// up.
func (c *cursor) isWhole() bool { return c.next() == 0 && c.i == len(c.b) && !c.up }

// countOf is a value as a number of tokens.
func countOf(value []byte) looseCount {
	const exact = 15 // digits that a float64 holds
	if len(value) > 0 && len(value) <= exact {
		n := int64(0)
		for i, b := range value {
			if b < '0' || b > '9' {
				break
			}
			n = n*10 + int64(b-'0')
			if i == len(value)-1 {
				return looseCount{N: n, Known: true}
			}
		}
	}
	var n looseCount
	_ = n.UnmarshalJSON(value) // never fails
	return n
}

// dollarsOf is a value as a price; nil: it is none.
func dollarsOf(value []byte) *float64 {
	if len(value) == 0 || value[0] != '-' && (value[0] < '0' || value[0] > '9') {
		return nil
	}
	dollars, err := strconv.ParseFloat(string(value), 64)
	if err != nil || dollars < 0 {
		return nil
	}
	return &dollars
}
