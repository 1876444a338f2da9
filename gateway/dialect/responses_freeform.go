package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
)

// freeform takes the text out of the arguments {"input":"…"} with which a model
// calls a tool of free text, while they grow.
type freeform struct {
	arguments []byte // decoded
	seen      int    // bytes of them that were looked at
	state     freeformState
	input     inner
}

type freeformState int

const (
	freeformBefore freeformState = iota // the text hasn't begun
	freeformInside
	freeformAfter
	freeformOther // the arguments have another form
)

// add takes more of the arguments, and returns what they add to the text.
func (f *freeform) add(arguments string) inner {
	f.arguments = append(f.arguments, arguments...)
	if f.state == freeformBefore {
		f.begin()
	}
	if f.state != freeformInside {
		return nil
	}
	before := len(f.input)
	for f.seen < len(f.arguments) {
		rest := f.arguments[f.seen:]
		size := 1
		switch c := rest[0]; {
		case c == '"':
			f.state = freeformAfter
			return f.input[before:]
		case c == '\\':
			escape := escapeIn(rest)
			if escape == nil {
				return f.input[before:] // the rest of it is to come
			}
			if size = len(escape); size == 1 {
				escape = []byte(`\\`) // none: models forget to double it
			}
			f.input = append(f.input, escape...)
		case c < ' ':
			f.input = appendEscaped(f.input, string(c)) // as they do to escape line ends
		default:
			f.input = append(f.input, c)
		}
		f.seen += size
	}
	return f.input[before:]
}

// begin looks for the text's beginning.
func (f *freeform) begin() {
	i := 0
	for _, token := range []string{"{", `"input"`, ":", `"`} {
		i = blanks(f.arguments, i)
		rest := f.arguments[i:]
		if len(rest) < len(token) {
			if !bytes.HasPrefix([]byte(token), rest) {
				f.state = freeformOther
			}
			return
		}
		if !bytes.HasPrefix(rest, []byte(token)) {
			f.state = freeformOther
			return
		}
		i += len(token)
	}
	f.state, f.seen = freeformInside, i
}

// escapeIn is the escape that b begins with, or the two that make one character;
// only the backslash where it begins none, nil when not all of it is there.
func escapeIn(b []byte) []byte {
	const unicode = len(`\u0000`)
	switch {
	case len(b) < 2:
		return nil
	case b[1] != 'u' && bytes.IndexByte([]byte(`"\/bfnrt`), b[1]) < 0:
		return b[:1]
	case b[1] != 'u':
		return b[:2]
	}
	for _, c := range b[2:min(unicode, len(b))] {
		if strings.IndexByte("0123456789abcdefABCDEF", c) < 0 {
			return b[:1]
		}
	}
	if len(b) < unicode {
		return nil
	}
	if high := b[2]|0x20 == 'd' && bytes.IndexByte([]byte("89abAB"), b[3]) >= 0; !high {
		return b[:unicode]
	}
	switch low := b[unicode:]; {
	case len(low) > 0 && low[0] != '\\', len(low) > 1 && low[1] != 'u':
		return b[:unicode] // half of a pair, as it was sent
	case len(low) < unicode:
		return nil
	case !json.Valid(inner(low[:unicode]).quoted()):
		return b[:unicode]
	}
	return b[:2*unicode]
}

// end is the whole text when no more arguments come. Models that don't keep to
// the form are taken at their word.
func (f *freeform) end() inner {
	switch f.state {
	case freeformInside, freeformAfter:
		return f.input
	}
	if input, ok := innerOf(objectOf(f.arguments)["input"]); ok && json.Valid(f.arguments) {
		return input
	}
	if text, ok := innerOf(f.arguments); ok && json.Valid(f.arguments) {
		return text
	}
	return innerText(string(f.arguments))
}

// whole tells whether the text came to its end.
func (f *freeform) whole() bool {
	return f.state == freeformAfter || f.state == freeformOther
}
