package gatewaytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Body is a generated request body, and what a member must receive of it: the
// same bytes but for the model and, where a stream doesn't ask for its usage,
// the wish for that. Both are written side by side, so that what is wanted
// doesn't come from anything that is tested.
type Body struct {
	Sent, Wanted string
	Stream       bool
}

// NewBody makes up a chat request for a model that a member knows by another
// name. It loves what decoding and encoding would spoil: escapes, repeated and
// odd keys, numbers beyond any type, white space, lone surrogates, bytes that
// are no UTF-8, and up to 100 levels.
func NewBody(random *rand.Rand, model, upstream string) Body {
	w := &bodyWriter{Rand: random}
	var fields []func()
	add := func(name string, value func()) {
		fields = append(fields, func() {
			w.both(w.spell(name))
			w.space()
			w.both(":")
			w.space()
			value()
		})
	}
	add("model", func() { w.write(w.spell(model), `"`+upstream+`"`) })
	add("messages", func() { w.both("["); w.space(); w.message(); w.more(func() { w.message() }); w.both("]") })
	stream := random.IntN(2) == 0
	if stream {
		add("stream", func() { w.both("true") })
	} else if random.IntN(2) == 0 {
		add("stream", func() { w.both([]string{"false", "null"}[random.IntN(2)]) })
	}
	options := random.IntN(5)
	if options > 0 {
		add("stream_options", func() { w.options(options, stream) })
	}
	for range random.IntN(6) {
		name := w.otherName()
		for range 1 + random.IntN(2) { // a key may come twice
			add(name, func() { w.value(2) })
		}
	}
	random.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	w.space()
	w.both("{")
	w.space()
	for i, field := range fields {
		if i > 0 {
			w.both(",")
			w.space()
		}
		field()
		w.space()
	}
	if stream && options == 0 {
		w.write("", `,"stream_options":{"include_usage":true}`)
	}
	w.both("}")
	w.space()
	return Body{w.sent.String(), w.wanted.String(), stream}
}

type bodyWriter struct {
	*rand.Rand
	sent, wanted strings.Builder
}

func (w *bodyWriter) write(sent, wanted string) {
	w.sent.WriteString(sent)
	w.wanted.WriteString(wanted)
}

func (w *bodyWriter) both(text string) { w.write(text, text) }

func (w *bodyWriter) space() {
	for w.IntN(4) == 0 {
		w.both([]string{" ", "\t", "\n", "\r\n", "   "}[w.IntN(5)])
	}
}

// more goes on with a list, now and then.
func (w *bodyWriter) more(element func()) {
	for w.IntN(3) == 0 {
		w.space()
		w.both(",")
		w.space()
		element()
	}
	w.space()
}

// options writes stream_options in one of its forms; the first asks for usage.
func (w *bodyWriter) options(form int, stream bool) {
	add := func(text string) {
		if stream {
			w.write("", text)
		}
	}
	set := func(was string) {
		if stream {
			w.write(was, "true")
		} else {
			w.both(was)
		}
	}
	member := func(first bool, name string, value func()) {
		if !first {
			w.both(",")
			w.space()
		}
		w.both(w.spell(name))
		w.space()
		w.both(":")
		w.space()
		value()
		w.space()
	}
	switch form {
	case 1: // asked
		w.both("{")
		w.space()
		first := w.IntN(2) == 0
		if !first {
			member(true, "x", func() { w.value(3) })
		}
		member(first, "include_usage", func() { w.both("true") })
		w.both("}")
	case 2: // not there
		if stream && w.IntN(2) == 0 {
			w.write("null", `{"include_usage":true}`)
			return
		}
		w.both("{")
		add(`"include_usage":true`)
		w.space()
		w.both("}")
	case 3: // other options only
		w.both("{")
		add(`"include_usage":true,`)
		w.space()
		member(true, "include_obfuscation", func() { w.value(3) })
		w.both("}")
	default: // said to be something else
		w.both("{")
		w.space()
		member(true, "y", func() { w.value(3) })
		member(false, "include_usage", func() { set([]string{"false", "null", "0", `"true"`, "[]"}[w.IntN(5)]) })
		w.both("}")
	}
}

func (w *bodyWriter) message() {
	w.both("{")
	w.space()
	w.both(w.spell("role"))
	w.both(":")
	w.both(w.spell("user"))
	w.both(",")
	w.space()
	w.both(`"content":`)
	w.value(4)
	w.both("}")
}

// otherName is a key that is none of those that mean something.
func (w *bodyWriter) otherName() string {
	return []string{"MODEL", "Model", "models", "stream ", "seed", "temperature", "", "日本語", "a\"b\\c", "metadata", "tools", "😀", "max_tokens"}[w.IntN(13)]
}

// value writes any value at a depth.
func (w *bodyWriter) value(depth int) {
	kind := w.IntN(8)
	if depth > 90 && kind < 2 {
		kind += 2
	}
	switch kind {
	case 0:
		w.both("[")
		w.space()
		if w.IntN(4) > 0 {
			w.value(depth + 1)
			w.more(func() { w.value(depth + 1) })
		}
		w.both("]")
	case 1:
		w.both("{")
		w.space()
		if w.IntN(4) > 0 {
			field := func() {
				w.both(w.spell([]string{"model", "model", "stream_options", "x", "messages"}[w.IntN(5)]))
				w.space()
				w.both(":")
				w.value(depth + 1)
			}
			field()
			w.more(field)
		}
		w.both("}")
	case 2: // as deep as is allowed
		if w.IntN(50) > 0 {
			w.both("null")
			return
		}
		n := 100 - depth
		w.both(strings.Repeat(`[`, n) + strings.Repeat(`]`, n))
	case 3:
		w.both([]string{
			"0", "-0", "-0.0E-7", "1e400", "-1E+999", "123456789012345678901234567890", "0.1000000000000000055511151231257827",
			"9007199254740993", "1.0", "2.50", "18446744073709551616",
		}[w.IntN(11)])
	case 4:
		w.both([]string{"true", "false", "null"}[w.IntN(3)])
	case 5:
		if w.IntN(200) == 0 {
			w.both(`"` + strings.Repeat("long ", 20_000) + `"`)
			return
		}
		fallthrough
	default:
		w.both(w.text())
	}
}

// text is any JSON string.
func (w *bodyWriter) text() string {
	var b strings.Builder
	b.WriteByte('"')
	for range w.IntN(12) {
		b.WriteString([]string{
			"a", " ", "é", "世", "😀", `\"`, `\\`, `\/`, `\n`, `\u0000`, `\u0041`, `\ud83d\ude00`, `\ud800`, `\uDFFF`, "\xff", "\xc3",
			"\x7f", "{", "}", `\"model\":\"chat\"`, `<>&`, "\u2028", "stream_options", `\b\f\r\t`,
		}[w.IntN(24)])
	}
	b.WriteByte('"')
	return b.String()
}

// spell is a JSON string that decodes to text, with some of its characters
// escaped.
func (w *bodyWriter) spell(text string) string {
	escapes := w.IntN(3) == 0
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case escapes && r < 0x10000 && w.IntN(3) == 0:
			b.WriteString(fmt.Sprintf([]string{`\u%04x`, `\u%04X`}[w.IntN(2)], r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
