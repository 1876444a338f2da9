package gateway

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// failureWords are the failure keywords that count in one group.
type failureWords struct {
	reply  *keywordSet // looked for in what replies say
	errors *keywordSet // looked for in errors
}

// keywordSet finds failure keywords in text, whatever its case. A nil set finds
// nothing.
type keywordSet struct {
	literals []*Keyword
	folded   []string   // their texts
	looked   *automaton // for literals; nil: there are none
	patterns []*pattern
}

// failureWord is a keyword made ready for use.
type failureWord struct {
	keyword Keyword
	pattern *pattern // nil: a literal
}

func compileKeyword(k Keyword) (*failureWord, error) {
	if strings.TrimSpace(k.Text) == "" {
		return nil, fmt.Errorf("no text")
	}
	switch k.Scope {
	case "", ScopeBoth, ScopeReply, ScopeErrors:
	default:
		return nil, fmt.Errorf("unknown scope %q", k.Scope)
	}
	w := &failureWord{keyword: k}
	if k.Regex {
		var err error
		if w.pattern, err = compilePattern(k.Text); err != nil {
			return nil, err
		}
		w.pattern.keyword = &w.keyword
	}
	return w, nil
}

// allWords are the keywords of a snapshot.
type allWords struct {
	words      []*failureWord
	everywhere failureWords // those that count in all groups
}

func compileKeywords(keywords []Keyword) (allWords, error) {
	var all allWords
	for i, k := range keywords {
		w, err := compileKeyword(k)
		if err != nil {
			return allWords{}, fmt.Errorf("failure_keywords[%d]: %w", i, err)
		}
		all.words = append(all.words, w)
	}
	all.everywhere = all.choose(func(k *Keyword) bool { return len(k.GroupIDs) == 0 })
	return all, nil
}

// of returns the keywords that count in a group. Groups without any of their
// own share one set.
func (a allWords) of(groupID int64) failureWords {
	named := func(k *Keyword) bool { return slices.Contains(k.GroupIDs, groupID) }
	if !slices.ContainsFunc(a.words, func(w *failureWord) bool { return named(&w.keyword) }) {
		return a.everywhere
	}
	return a.choose(func(k *Keyword) bool { return len(k.GroupIDs) == 0 || named(k) })
}

func (a allWords) choose(counts func(*Keyword) bool) failureWords {
	var reply, errors keywordSet
	for _, w := range a.words {
		if !counts(&w.keyword) {
			continue
		}
		if w.keyword.Scope != ScopeErrors {
			reply.add(w)
		}
		if w.keyword.Scope != ScopeReply {
			errors.add(w)
		}
	}
	return failureWords{reply: reply.ready(), errors: errors.ready()}
}

func (s *keywordSet) add(w *failureWord) {
	if w.pattern != nil {
		s.patterns = append(s.patterns, w.pattern)
		return
	}
	s.literals = append(s.literals, &w.keyword)
	s.folded = append(s.folded, strings.ToLower(w.keyword.Text))
}

// ready is the set once all keywords are in it; nil: there is none.
func (s *keywordSet) ready() *keywordSet {
	if s.literals == nil && s.patterns == nil {
		return nil
	}
	if s.literals != nil {
		s.looked, s.folded = newAutomaton(s.folded), nil
	}
	return s
}

// find returns the first keyword of the set that text holds, literals before
// patterns; nil for none.
func (s *keywordSet) find(text string) *Keyword {
	if s == nil || text == "" {
		return nil
	}
	if s.looked != nil {
		if _, found := s.looked.scan(0, text); found != noText {
			return s.literals[found]
		}
	}
	for _, p := range s.patterns {
		if p.whole.MatchString(text) {
			return p.keyword
		}
	}
	return nil
}

// FindKeyword returns where a keyword is found in a text, in bytes, from first
// to last and without overlap; its scope and groups don't matter. The error
// tells why the keyword is none: no text, or a broken regular expression.
func FindKeyword(k Keyword, text string) ([][2]int, error) {
	w, err := compileKeyword(k)
	if err != nil {
		return nil, err
	}
	var spans [][2]int
	if w.pattern != nil {
		for _, at := range w.pattern.whole.FindAllStringIndex(text, -1) {
			spans = append(spans, [2]int{at[0], at[1]})
		}
		return spans, nil
	}
	return findFolded(text, strings.ToLower(k.Text)), nil
}

// findFolded finds a folded word in a text whose folding may have another
// length, such as that of İ: both are walked over together.
func findFolded(text, word string) [][2]int {
	var spans [][2]int
	folded := strings.ToLower(text)
	at, foldedAt := 0, 0
	walk := func(to int) int {
		for foldedAt < to {
			r, size := utf8.DecodeRuneInString(text[at:])
			at += size
			foldedAt += utf8.RuneLen(unicode.ToLower(r))
		}
		return at
	}
	for from := 0; ; {
		next := strings.Index(folded[from:], word)
		if next < 0 {
			return spans
		}
		from += next
		start := walk(from)
		from += len(word)
		spans = append(spans, [2]int{start, walk(from)})
	}
}
