package gateway

import (
	"strings"
	"unicode/utf8"
)

// keywordSet finds failure keywords in text, whatever its case.
type keywordSet struct {
	keywords []Keyword
	folded   []string
	longest  int // bytes
}

// newKeywordSet returns nil when there is nothing to find.
func newKeywordSet(keywords []Keyword) *keywordSet {
	if len(keywords) == 0 {
		return nil
	}
	s := &keywordSet{keywords: keywords}
	for _, k := range keywords {
		folded := strings.ToLower(k.Text)
		s.folded = append(s.folded, folded)
		s.longest = max(s.longest, len(folded))
	}
	return s
}

// find returns the first keyword of the set that text holds, nil for none. A
// nil set finds nothing.
func (s *keywordSet) find(text string) *Keyword {
	if s == nil || text == "" {
		return nil
	}
	text = strings.ToLower(text)
	for i, folded := range s.folded {
		if strings.Contains(text, folded) {
			return &s.keywords[i]
		}
	}
	return nil
}

// keywordScan finds keywords in text that comes in pieces, however it is cut.
type keywordScan struct {
	set   *keywordSet
	tail  string // the end of what was seen, as long as a keyword could begin in it
	runes int    // seen so far
}

// add looks at more text.
func (s *keywordScan) add(text string) *Keyword {
	if s.set == nil || text == "" {
		return nil
	}
	s.runes += utf8.RuneCountInString(text)
	window := s.tail + text
	if found := s.set.find(window); found != nil {
		return found
	}
	// Lower case can be longer or shorter than the text: four times is safe.
	keep := min(len(window), 4*s.set.longest)
	s.tail = window[len(window)-keep:]
	return nil
}
