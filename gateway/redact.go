package gateway

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// secrets are what must never leave Headgate: a provider's keys, and those of
// its fixed headers that carry a credential, or may.
type secrets [][]byte

const redacted = "[redacted]"

// shortestSecret keeps a key such as "x" from redacting every text.
const shortestSecret = 6

// secretWords are parts of the names of headers that carry credentials.
var secretWords = []string{"auth", "key", "token", "secret", "cookie", "password"}

// secretsOfProvider returns a provider's keys, and the values of its headers that
// carry a credential by their name, or of all that may, which can be as plain a word
// as "enable".
func secretsOfProvider(in Provider, maybe bool) secrets {
	var s secrets
	for _, k := range in.Keys {
		s.addSpelled(k.Secret)
	}
	for _, h := range in.Headers {
		if maybe && h.Secret || namesSecret(h.Name) {
			s.addSpelled(h.Value)
			_, afterScheme, _ := strings.Cut(h.Value, " ")
			s.addSpelled(afterScheme)
		}
	}
	s.sort()
	return s
}

// namesSecret tells whether a header of that name may carry a credential.
func namesSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}

// sort puts the longest first: one that holds another must go whole.
func (s *secrets) sort() {
	slices.SortFunc(*s, func(a, b []byte) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), bytes.Compare(a, b))
	})
	*s = slices.CompactFunc(*s, bytes.Equal)
}

func (s *secrets) add(secret string) {
	if len(secret) >= shortestSecret {
		*s = append(*s, []byte(secret))
	}
}

// hide replaces all secrets in text. It returns text itself when there is none.
func (s secrets) hide(text []byte) []byte {
	for _, secret := range s {
		if bytes.Contains(text, secret) {
			text = bytes.ReplaceAll(text, secret, []byte(redacted))
		}
	}
	return text
}
