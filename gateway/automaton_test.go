package gateway

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// simply finds keywords as anybody would: the first in the list that the folded
// text holds.
func simply(folded []string, text string) int32 {
	text = strings.ToLower(text)
	for n, f := range folded {
		if strings.Contains(text, f) {
			return int32(n)
		}
	}
	return noText
}

func folded(keywords []string) (list []string) {
	for _, k := range keywords {
		if f := strings.ToLower(k); f != "" {
			list = append(list, f)
		}
	}
	return list
}

// compareAutomaton looks for keywords, a line each, in a text whole and in
// pieces of whole characters.
func compareAutomaton(t *testing.T, keywords, text string, cuts uint64) {
	list := folded(strings.Split(keywords, "\n"))
	a := newAutomaton(list)
	want := simply(list, text)
	if _, got := a.scan(0, text); got != want {
		t.Fatalf("in %q found %d, want %d of %q", text, got, want, list)
	}
	if !utf8.ValidString(text) {
		return // pieces would fall on other bytes
	}
	random := rand.New(rand.NewPCG(cuts, 1))
	at, got := int32(0), noText
	for rest := text; rest != ""; {
		n := min(len(rest), 1+random.IntN(7))
		for n < len(rest) && !utf8.RuneStart(rest[n]) {
			n++
		}
		var found int32
		at, found = a.scan(at, rest[:n])
		got = min(got, found)
		rest = rest[n:]
	}
	if got != want {
		t.Fatalf("in %q in pieces found %d, want %d of %q", text, got, want, list)
	}
}

func FuzzAutomaton(f *testing.F) {
	f.Add("he\nshe\nhis\nhers", "uSHErs", uint64(1))
	f.Add("quota exceeded\nexceeded\nQUOTA", "Quota  exceeded quot", uint64(2))
	f.Add("İstanbul\nK\nstraße\nΣΑΣ", "the İSTANBUL \u212a STRASSE STRAßE σας ΣΑς", uint64(3))
	f.Add("服務暫停\n服務", "抱歉，服務暂停服務暫停", uint64(4))
	f.Add("a\naa\naaa\nab", "aaaaaaab\xff\xfe", uint64(5))
	f.Add("\xff\n\xc3", "\xc3\xff caf\xc3", uint64(6))
	f.Add("one\ntwo", "", uint64(7))
	f.Fuzz(compareAutomaton)
}

// States that have no row of their own fall back one by one.
func TestAutomatonOfManyTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789 éß模型"
	runes := []rune(letters)
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(runes[random.IntN(len(runes))])
		}
		return b.String()
	}
	var list []string
	for range 2000 {
		list = append(list, word(2+random.IntN(40)))
	}
	a := newAutomaton(folded(list))
	if states := int32(len(a.ends)); states <= a.dense {
		t.Fatalf("all %d states have rows: nothing is tried here", states)
	}
	for range 2000 {
		text := word(random.IntN(30)) + list[random.IntN(len(list))][:1] + word(random.IntN(30)) + strings.ToUpper(list[random.IntN(len(list))]) + word(5)
		text = strings.ToValidUTF8(text, "")
		_, got := a.scan(0, text)
		if want := simply(folded(list), text); got != want {
			t.Fatalf("in %q found %d, want %d", text, got, want)
		}
	}
}

func TestCaselessScriptsHaveNoCase(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isCaseless(r) && unicode.ToLower(r) != r {
			t.Errorf("%U folds to %U", r, unicode.ToLower(r))
		}
	}
}

// BenchmarkKeywords looks for literals in a reply of 2 KB, at once and in the
// pieces of a stream:
//
//	go test -run '^$' -bench Keywords -count 6 ./gateway | benchstat -
func BenchmarkKeywords(b *testing.B) {
	text := strings.Repeat("Here is what I would change: the function returns early when nothing was found. 模型 ", 24)
	pieces := strings.SplitAfter(text, " ")
	for _, n := range []int{0, 1, 20, 200} {
		var set keywordSet
		for i := range n {
			text := fmt.Sprintf("%s code %d", []string{"quota exceeded", "your credit is used up", "服務暫停", "upstream busy", "please subscribe"}[i%5], i)
			set.add(&failureWord{keyword: Keyword{Text: text}})
		}
		ready := set.ready()
		b.Run(fmt.Sprintf("whole/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				ready.find(text)
			}
		})
		if ready == nil {
			continue
		}
		b.Run(fmt.Sprintf("pieces/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				scan := keywordScan{set: ready}
				for _, piece := range pieces {
					scan.add(piece, false)
				}
			}
		})
	}
}
