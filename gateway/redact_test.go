package gateway_test

import (
	"bytes"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"headgate/gateway"
)

// No piece of a secret is left in what is kept, however the text around it looks
// and wherever it is cut.
func FuzzBlot(f *testing.F) {
	const key = `sk-fuzz/0123"456&789`
	for _, s := range []string{"", "a", key, key[:9], key + key, `\` + key, url.QueryEscape(key), "sk-fuzz", "\u00fcber"} {
		f.Add(s, key, s, 16)
		f.Add(s, "abcabcabcabd", s, 5)
	}
	f.Fuzz(func(t *testing.T, before, secret, after string, limit int) {
		if len(secret) < 8 || len(secret) > 200 || limit < 0 || limit > 1<<12 {
			return
		}
		text := before + secret + after
		shown, isCut := gateway.Blot([]string{secret}, []byte(text), limit)
		if bytes.Contains(shown, []byte(secret)) {
			t.Errorf("%q shows the secret %q", shown, secret)
		}
		if len(shown) > limit {
			t.Errorf("%d bytes are shown, %d may be", len(shown), limit)
		}
		if !isCut && limit > len(text)+100 && !bytes.Contains(shown, []byte("[redacted]")) {
			t.Errorf("%q says nowhere that something was taken out of %q", shown, text)
		}
	})
}

// Many secrets are found as one is: wherever they stand, side by side, within one
// another and begun at the end, by what a plain search of each finds.
func TestManySecrets(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	text := func(least, most int) string {
		b := make([]byte, least+random.IntN(most-least+1))
		for i := range b {
			b[i] = "abc-"[random.IntN(4)]
		}
		return string(b)
	}
	for range 2000 {
		var hidden []string
		for range 1 + random.IntN(40) {
			hidden = append(hidden, text(6, 24))
		}
		in := text(0, 60)
		for range random.IntN(4) {
			secret := hidden[random.IntN(len(hidden))]
			in += secret + text(0, 8)
		}
		in += hidden[0][:random.IntN(len(hidden[0]))]
		want := make([]bool, len(in)) // the bytes that must go
		for _, secret := range hidden {
			for i := range len(in) {
				rest := in[i:]
				if strings.HasPrefix(rest, secret) || len(rest) >= 4 && len(rest) < len(secret) && strings.HasPrefix(secret, rest) {
					for n := range min(len(secret), len(rest)) {
						want[i+n] = true
					}
				}
			}
		}
		shown, _ := gateway.Blot(hidden, []byte(in), 1<<12)
		left := ""
		for i, gone := range want {
			if !gone {
				left += in[i : i+1]
			}
		}
		if got := strings.ReplaceAll(string(shown), "[redacted]", ""); got != left {
			t.Fatalf("%q of %q without %q, expected %q", shown, in, hidden, left)
		}
	}
}
