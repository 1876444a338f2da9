package dialect

import (
	"bytes"
	"encoding/json"
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
	from := f.seen
	for f.seen < len(f.arguments) {
		rest := f.arguments[f.seen:]
		if rest[0] == '"' {
			f.state = freeformAfter
			break
		}
		size := 1
		if rest[0] == '\\' {
			if size = escapeLength(rest); size == 0 {
				break // the rest of it is to come
			}
		}
		f.seen += size
	}
	added := inner(f.arguments[from:f.seen])
	f.input = append(f.input, added...)
	return added
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

// escapeLength is how long the escape is that b begins with, or the pair of them
// that makes one character; 0 when it isn't all there.
func escapeLength(b []byte) int {
	const unicode = len(`\u0000`)
	switch {
	case len(b) < 2:
		return 0
	case b[1] != 'u':
		return 2
	case len(b) < unicode:
		return 0
	}
	high := b[2]|0x20 == 'd' && bytes.IndexByte([]byte("89abAB"), b[3]) >= 0
	switch {
	case !high:
		return unicode
	case len(b) > unicode && b[unicode] != '\\', len(b) > unicode+1 && b[unicode+1] != 'u':
		return unicode // half of a pair, as it was sent
	case len(b) < 2*unicode:
		return 0
	}
	return 2 * unicode
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
