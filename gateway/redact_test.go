package gateway_test

import (
	"bytes"
	"net/url"
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
