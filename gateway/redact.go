package gateway

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// secrets are what must never leave Headgate: a provider's keys, and those of
// its fixed headers that carry a credential, or may. Those of a call stand beside
// those of the configuration.
type secrets []*finder

const redacted = "[redacted]"

// shortestSecret keeps a key such as "x" from redacting every text, and
// shortestPiece is how much of a secret may be left where a text ends in it.
const (
	shortestSecret = 6
	shortestPiece  = 4
)

// secretWords are parts of the names of headers that carry credentials.
var secretWords = newAutomaton([]string{"auth", "key", "token", "secret", "cookie", "password"})

// secretsOfProvider returns a provider's keys, and the values of its headers that
// carry a credential by their name, or of all that may, which can be as plain a word
// as "enable".
func secretsOfProvider(in Provider, maybe bool) secrets {
	var s spellings
	for _, k := range in.Keys {
		s.add(k.Secret)
	}
	for _, h := range in.Headers {
		if maybe && h.Secret || namesSecret(h.Name) {
			s.add(h.Value)
			_, afterScheme, _ := strings.Cut(h.Value, " ")
			s.add(afterScheme)
		}
	}
	return s.secrets()
}

// namesSecret tells whether a header of that name may carry a credential.
func namesSecret(name string) bool {
	_, found := secretWords.scan(0, name)
	return found != noText
}

// spellings are secrets as they stand, and as they can stand within JSON and URLs.
type spellings [][]byte

func (s spellings) secrets() secrets { return secrets{newFinder(s)} }

func (s *spellings) add(secret string) {
	s.addOne(secret)
	if isPlain(secret) { // as nearly all are: spelled one way only
		return
	}
	quoted, _ := json.Marshal(secret) // a string: can't fail
	html := string(quoted[1 : len(quoted)-1])
	lean := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(html)
	for _, inner := range []string{html, lean} {
		s.addOne(inner)
		s.addOne(strings.ReplaceAll(inner, "/", `\/`))
	}
	s.addOne(url.QueryEscape(secret))
	s.addOne(url.PathEscape(secret))
}

func (s *spellings) addOne(secret string) {
	if len(secret) >= shortestSecret {
		*s = append(*s, []byte(secret))
	}
}

// isPlain tells texts of which neither JSON nor a URL escapes anything.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

func (s secrets) longest() (longest int) {
	for _, f := range s {
		longest = max(longest, f.longest())
	}
	return longest
}

// hide replaces all secrets in text. It returns text itself when there is none.
func (s secrets) hide(text []byte) []byte {
	var found []span
	for _, f := range s {
		found = f.spans(text, found)
	}
	if len(found) == 0 {
		return text
	}
	return without(make([]byte, 0, len(text)), text, merged(found))
}

// blot returns a copy of a text's beginning, at most limit bytes, without any
// secret or part of one; isCut says that there was more. text may be cut itself,
// but not within the first limit bytes and a secret's length.
func (s secrets) blot(text []byte, limit int) (shown []byte, isCut bool) {
	return s.blotTo(make([]byte, 0, min(len(text), limit)+len(redacted)), text, limit)
}

// blotTo is blot that appends to b.
func (s secrets) blotTo(b, text []byte, limit int) (shown []byte, isCut bool) {
	part, before := text[:min(len(text), limit+s.longest())], len(b)
	b = without(b, part, s.spans(part))
	isCut = len(part) < len(text) || len(b)-before > limit
	return b[:before+min(len(b)-before, limit)], isCut
}

// spans are where secrets stand in a text, whole or begun at its end, from first
// to last. Secrets that overlap have one span.
func (s secrets) spans(text []byte) (found []span) {
	for _, f := range s {
		found = f.spans(text, found)
		if begun := f.begun(text); begun < len(text) {
			found = append(found, span{begun, len(text)})
		}
	}
	return merged(found)
}

// merged sorts spans and makes one of those that overlap.
func merged(found []span) []span {
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := found[:0]
	for _, at := range found {
		if n := len(merged); n > 0 && at.from < merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, at.to)
			continue
		}
		merged = append(merged, at)
	}
	return merged
}

// without appends a text to b, with its spans redacted.
func without(b, text []byte, found []span) []byte {
	from := 0
	for _, at := range found {
		b = append(append(b, text[from:at.from]...), redacted...)
		from = at.to
	}
	return append(b, text[from:]...)
}
