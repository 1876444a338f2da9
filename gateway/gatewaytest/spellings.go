package gatewaytest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// Spellings are the ways in which a secret may stand in a text, each with words for
// it: as it is, within JSON and URLs, in hex, and in base64 wherever it begins in what
// was encoded. It is for tests that look for secrets where none may be.
func Spellings(secret string) map[string]string {
	lean := leanJSON(secret)
	html, _ := json.Marshal(secret) // a string: can't fail
	inHex := hex.EncodeToString([]byte(secret))
	all := map[string]string{}
	for how, spelled := range map[string]string{
		"in JSON": string(html[1 : len(html)-1]), "in lean JSON": lean, "in JSON, with slashes": strings.ReplaceAll(lean, "/", `\/`),
		"in JSON within JSON": leanJSON(lean), "in a query": url.QueryEscape(secret), "in a path": url.PathEscape(secret),
		"in hex": inHex, "in capital hex": strings.ToUpper(inHex),
	} {
		all[spelled] = how
	}
	for shift := range 3 {
		for how, encoding := range map[string]*base64.Encoding{"in base64": base64.RawStdEncoding, "in base64 of URLs": base64.RawURLEncoding} {
			whole := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			all[whole[(shift*8+5)/6:len(whole)-2]] = how
		}
	}
	all[secret] = "as it is"
	return all
}

// leanJSON is a text within JSON, with nothing escaped that needn't be.
func leanJSON(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string: can't fail
	return strings.TrimSuffix(b.String()[1:], "\"\n")
}
