package gateway

import (
	"strings"
	"testing"
	"unicode/utf8"

	"headgate/gateway/dialect"
)

// However a text is cut into the events of a stream, the same keywords are found
// in it as in the whole.
func FuzzKeywordSplit(f *testing.F) {
	for _, seed := range []struct{ literal, pattern, text string }{
		{"quota exceeded", "", "Sorry: QUOTA EXCEEDED."},
		{"no 🎉 left", "", "There is no 🎉 left."},
		{"İstanbul", "", "in İSTANBUL"},
		{"ſ", "", "strasse ſ S"},
		{"aab", "", "aaaab"},
		{"", `^no\b.+left$`, "no money\nleft"},
		{"", `out of (credit|quota)s?$`, "You are out of quotas"},
		{"", `\bx+y?\b`, "wxx xx xxyz xxy"},
		{"none", `(?s)a.*b`, "a" + strings.Repeat("…", 300) + "b"},
	} {
		f.Add(seed.literal, seed.pattern, seed.text, []byte{0, 1, 2, 7}, true)
		f.Add(seed.literal, seed.pattern, seed.text, []byte{3}, false)
	}
	f.Fuzz(func(t *testing.T, literal, pattern, text string, cuts []byte, atOnce bool) {
		if !utf8.ValidString(text) || len(text) > patternTail {
			return // texts are decoded; longer matches may be missed, by contract
		}
		var keywords []Keyword
		for id, k := range []Keyword{{Text: literal}, {Text: pattern, Regex: true}} {
			k.ID = int64(id + 1)
			if _, err := compileKeyword(k); err == nil {
				keywords = append(keywords, k)
			}
		}
		all, err := compileKeywords(keywords)
		if err != nil {
			t.Fatal(err)
		}
		want := false
		for _, k := range keywords {
			spans, err := FindKeyword(k, text)
			want = want || err == nil && len(spans) > 0
		}
		scan := replyScan{set: all.of(1).reply}
		var found *Keyword
		for i, rest := 0, []rune(text); len(rest) > 0 && found == nil; i++ {
			n := len(rest)
			if len(cuts) > 0 {
				n = min(n, int(cuts[i%len(cuts)])%16)
			}
			found = scan.add([]dialect.ChoiceText{{Choice: 0, Text: string(rest[:n])}}, atOnce)
			rest = rest[n:]
			if n == 0 && len(cuts) > 0 {
				cuts = cuts[:len(cuts)-1] // so that it ends
				i = -1
			}
		}
		if found == nil {
			found = scan.end()
		}
		if whole := all.of(1).reply.find(text); (whole != nil) != (found != nil) {
			t.Fatalf("literal %q, pattern %q in %q, cut %v: found %v, in the whole %v", literal, pattern, text, cuts, found, whole)
		}
		if want && found == nil {
			t.Fatalf("literal %q, pattern %q: FindKeyword finds it in %q, the stream doesn't", literal, pattern, text)
		}
	})
}
