package gateway

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"headgate/gateway/dialect"
)

// ReplyText returns what a reply says, as keywords are looked for in it: the
// decoded text of a whole reply or of a stream, cut or not. Several choices
// stand one after the other with a blank line between, as does an error's
// message. Anything that is neither a reply nor a stream is returned as it is.
func ReplyText(reply []byte) string {
	text := bytes.TrimLeft(bytes.TrimPrefix(reply, byteOrderMark), " \t\r\n")
	isReply := false
	// What clients are answered in. A reply says nothing in the other one.
	for _, d := range []*dialect.Dialect{dialect.OpenAI, dialect.Responses} {
		var said paragraphs
		ok := false
		switch kindOf(text) {
		case replyEvents:
			ok = said.addStream(d, text)
		case replyJSON:
			ok = said.addReply(d, text)
		}
		if words := said.String(); words != "" {
			return strings.ToValidUTF8(words, "\uFFFD")
		}
		isReply = isReply || ok
	}
	if isReply {
		return ""
	}
	return strings.ToValidUTF8(string(reply), "\uFFFD")
}

// paragraphs are the texts of a reply's choices, and of an error.
type paragraphs struct {
	choices []strings.Builder
	failure string
}

func (p *paragraphs) add(choice int, text string) {
	for len(p.choices) <= choice {
		p.choices = append(p.choices, strings.Builder{})
	}
	p.choices[choice].WriteString(text)
}

func (p *paragraphs) String() string {
	var all []string
	for i := range p.choices {
		if text := p.choices[i].String(); text != "" {
			all = append(all, text)
		}
	}
	if p.failure != "" {
		all = append(all, p.failure)
	}
	return strings.Join(all, "\n\n")
}

// addReply returns false when the body is no JSON object, not even a cut one.
func (p *paragraphs) addReply(d *dialect.Dialect, body []byte) bool {
	if !bytes.HasPrefix(body, []byte("{")) {
		return false
	}
	reply, err := d.ReadReply(body, true)
	if err != nil {
		body = mended(body)
		if reply, err = d.ReadReply(body, true); err != nil {
			return false
		}
	}
	for i, text := range reply.Texts {
		p.add(min(i, dialect.MostChoices-1), text)
	}
	if len(reply.Texts) == 0 {
		if failure, ok := d.ReadError(body); ok {
			p.failure = failure.Message
		}
	}
	return true
}

// addStream returns false when no event was in the stream.
func (p *paragraphs) addStream(d *dialect.Dialect, body []byte) bool {
	events := newSSEReader(bytes.NewReader(body))
	defer events.release()
	found := false
	var e dialect.Event
	for {
		event, err := events.next()
		if err != nil {
			return found
		}
		if event.data == nil {
			continue
		}
		found = true
		if d.ReadEvent(event.data, true, &e) != nil && d.ReadEvent(mended(event.data), true, &e) != nil {
			continue
		}
		for _, t := range e.Texts {
			p.add(t.Choice, t.Text)
		}
		if e.Error != nil {
			p.failure = e.Error.Message
		}
	}
}

// mended completes a JSON text that was cut anywhere: what was begun and can't
// be known is left out, what is open is closed.
func mended(text []byte) []byte {
	m := jsonMender{text: text}
	m.walk()
	whole := bytes.Clone(text[:m.safe])
	if m.open != 0 {
		whole = append(bytes.Clone(cutInString(text, m.open)), '"')
	}
	for i := len(m.nesting) - 1; i >= 0; i-- {
		whole = append(whole, m.nesting[i])
	}
	return whole
}

// jsonMender walks over a JSON text without judging it.
type jsonMender struct {
	text    []byte
	nesting []byte // what closes the open objects and arrays
	key     bool   // the next string is a key
	safe    int    // up to here the text can be closed
	open    int    // where the value begins that is a string without an end; 0: none is
}

func (m *jsonMender) walk() {
	for i := 0; i < len(m.text); i++ {
		switch c := m.text[i]; c {
		case '{', '[':
			m.nesting = append(m.nesting, c+2) // ASCII: the closing one stands two further
			m.key, m.safe = c == '{', i+1
		case '}', ']':
			if len(m.nesting) == 0 {
				return
			}
			m.nesting = m.nesting[:len(m.nesting)-1]
			m.key, m.safe = false, i+1
		case ',':
			m.key = len(m.nesting) > 0 && m.nesting[len(m.nesting)-1] == '}'
		case ':':
			m.key = false
		case '"':
			end, err := stringEnd(m.text, i)
			switch {
			case err == nil && !m.key:
				m.safe = end
			case err != nil && !m.key:
				m.open = i
			}
			i = end - 1
		case ' ', '\t', '\r', '\n':
		default: // a number, true, false or null: whole only if something follows
			for i+1 < len(m.text) && !bytes.ContainsRune([]byte(",]} \t\r\n"), rune(m.text[i+1])) {
				i++
			}
			if i+1 < len(m.text) {
				m.safe = i + 1
			}
		}
	}
}

var errNoEnd = errors.New("the string has no end")

// stringEnd returns the offset after the string that begins at from.
func stringEnd(text []byte, from int) (int, error) {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1, nil
		}
	}
	return len(text), errNoEnd
}

// cutInString returns text without the escape or the character that is cut at
// its end, within the string that begins at from.
func cutInString(text []byte, from int) []byte {
	const escape = len(`\u0000`)
	for i := from + 1; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		size := 2
		if i+1 < len(text) && text[i+1] == 'u' {
			size = escape
			if high := text[i+2:]; len(high) > 1 && high[0]|0x20 == 'd' && bytes.IndexByte([]byte("89aAbB"), high[1]) >= 0 {
				size = 2 * escape // half of a pair
				if len(high) > 4 && high[4] != '\\' {
					size = escape // of none
				}
			}
		}
		if i+size > len(text) {
			return text[:i]
		}
		i += size - 1
	}
	for cut := 0; cut < utf8.UTFMax-1; cut++ {
		if r, size := utf8.DecodeLastRune(text[from+1:]); r != utf8.RuneError || size != 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text
}
