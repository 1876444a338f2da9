package dialect

import (
	"bytes"
	"encoding/json"
	"iter"
	"strconv"
	"unicode/utf8"
)

// JSON is taken apart and put together here by its bytes, so that strings,
// numbers and the order of keys arrive as they were sent. Texts are known to be
// valid JSON; what isn't has no members and no elements, or too few.

// members are the keys, decoded, and values of an object.
func members(object []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := blanks(object, 0)
		if i >= len(object) || object[i] != '{' {
			return
		}
		for i = blanks(object, i+1); i < len(object) && object[i] == '"'; {
			end := valueEnd(object, i)
			key := keyText(object[i:end])
			if i = blanks(object, end); i >= len(object) || object[i] != ':' {
				return
			}
			i = blanks(object, i+1)
			if end = valueEnd(object, i); end == i || !yield(key, object[i:end:end]) {
				return
			}
			if i = blanks(object, end); i >= len(object) || object[i] != ',' {
				return
			}
			i = blanks(object, i+1)
		}
	}
}

// elements are the elements of an array.
func elements(array []byte) iter.Seq2[int, json.RawMessage] {
	return func(yield func(int, json.RawMessage) bool) {
		i := blanks(array, 0)
		if i >= len(array) || array[i] != '[' {
			return
		}
		i = blanks(array, i+1)
		for n := 0; i < len(array); n++ {
			end := valueEnd(array, i)
			if end == i || !yield(n, array[i:end:end]) {
				return
			}
			if i = blanks(array, end); i >= len(array) || array[i] != ',' {
				return
			}
			i = blanks(array, i+1)
		}
	}
}

// objectOf is an object's members by key; of a key that stands there twice the
// last one counts.
func objectOf(raw []byte) rawObject {
	o := rawObject{}
	for key, value := range members(raw) {
		o[key] = value
	}
	return o
}

func keyText(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 && len(quoted) > 1 {
		return string(quoted[1 : len(quoted)-1])
	}
	return plain(quoted)
}

func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is the offset after the value that begins at i; i when none does.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = textEnd(b, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			for i < len(b) && !bytes.ContainsRune([]byte(",:]} \n\t\r"), rune(b[i])) {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// textEnd is the offset after the string that begins at i.
func textEnd(b []byte, i int) int {
	for i++; i < len(b); {
		next := bytes.IndexByte(b[i:], '"')
		if next < 0 {
			return len(b)
		}
		escapes := 0
		for at := i + next - 1; at >= i && b[at] == '\\'; at-- {
			escapes++
		}
		i += next + 1
		if escapes%2 == 0 {
			return i
		}
	}
	return len(b)
}

// inner is a JSON string without its quotes, with the escapes that it came with.
type inner []byte

// innerOf returns false when the value is no string.
func innerOf(raw []byte) (inner, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return nil, false
	}
	return inner(raw[1 : len(raw)-1 : len(raw)-1]), true
}

func (t inner) quoted() json.RawMessage {
	return append(append(append(make([]byte, 0, len(t)+2), '"'), t...), '"')
}

// text decodes it.
func (t inner) text() string { return plain(t.quoted()) }

// innerText writes a text.
func innerText(text string) inner { return appendEscaped(nil, text) }

const hexDigits = "0123456789abcdef"

func appendEscaped(b []byte, text string) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			b = utf8.AppendRune(b, r) // U+FFFD for what is no character
			i += size
			continue
		}
		i++
	}
	return b
}

// oneLine is a value without the white space around its parts: an event's data
// has no line ends.
func oneLine(raw []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return json.RawMessage("null")
	}
	return b.Bytes()
}

// writer writes JSON. Names are plain ASCII.
type writer struct{ b []byte }

func (w *writer) comma() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' {
		w.b = append(w.b, ',')
	}
}

func (w *writer) name(name string) {
	w.comma()
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

// open begins an object or array, as a member when it has a name.
func (w *writer) open(name string, bracket byte) {
	if name != "" {
		w.name(name)
	} else {
		w.comma()
	}
	w.b = append(w.b, bracket)
}

func (w *writer) close(bracket byte) { w.b = append(w.b, bracket) }

func (w *writer) raw(name string, value []byte) {
	w.name(name)
	w.b = append(w.b, value...)
}

// rawIf leaves out what says nothing.
func (w *writer) rawIf(name string, value []byte) {
	if len(value) > 0 && string(value) != "null" {
		w.raw(name, value)
	}
}

func (w *writer) inner(name string, text inner) {
	w.name(name)
	w.b = append(append(append(w.b, '"'), text...), '"')
}

func (w *writer) text(name, text string) {
	w.name(name)
	w.b = append(appendEscaped(append(w.b, '"'), text), '"')
}

func (w *writer) number(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) element(value []byte) {
	w.comma()
	w.b = append(w.b, value...)
}
