package gateway

import (
	"unicode/utf8"

	"headgate/gateway/dialect"
)

// What patterns look at in a stream. A match that is longer than the tail may
// be missed; literals are found at any length.
const (
	patternTail  = 4 << 10 // bytes of decoded text before the newest
	patternBatch = 1 << 10 // bytes that may wait to be looked at when nothing depends on it
)

// keywordScan finds keywords in text that comes in pieces, however it is cut:
// what it finds is what would be found in the whole, but for patternTail.
type keywordScan struct {
	set *keywordSet
	at  int32 // the automaton's state

	text   []byte // for patterns: what was seen last
	unseen int    // bytes at its end that no pattern has looked at
	before bool   // more stood before it
}

// add looks at more text. Unless at once is set, patterns may put it off.
func (s *keywordScan) add(text string, atOnce bool) *Keyword {
	if text == "" {
		return nil
	}
	if s.set.looked != nil {
		after, found := s.set.looked.scan(s.at, text)
		if s.at = after; found != noText {
			return s.set.literals[found]
		}
	}
	if len(s.set.patterns) == 0 {
		return nil
	}
	s.text = append(s.text, text...)
	s.unseen += len(text)
	if !atOnce && s.unseen < patternBatch {
		return nil
	}
	return s.match(true)
}

// end looks at what is left when no more text comes.
func (s *keywordScan) end() *Keyword {
	if len(s.text) == 0 {
		return nil
	}
	return s.match(false)
}

// match lets the patterns look, and forgets what they need no more.
func (s *keywordScan) match(after bool) *Keyword {
	for _, p := range s.set.patterns {
		if p.in(s.text, s.before, after) {
			return p.keyword
		}
	}
	s.unseen = 0
	if from := len(s.text) - patternTail; from > 0 {
		for from > 0 && !utf8.RuneStart(s.text[from]) {
			from--
		}
		_, size := utf8.DecodeLastRune(s.text[:from]) // what a pattern may look back at
		if from -= size; from > 0 {
			s.text = append(s.text[:0], s.text[from:]...)
			s.before = true
		}
	}
	return nil
}

// replyScan finds keywords in the events of a stream, each choice for itself.
type replyScan struct {
	set     *keywordSet // nil: nothing is looked for
	choices []*keywordScan
	runes   int // of all choices
}

// add looks at what an event says; see keywordScan.add.
func (s *replyScan) add(texts []dialect.ChoiceText, atOnce bool) (found *Keyword) {
	if s.set == nil {
		return nil
	}
	for _, t := range texts {
		for len(s.choices) <= t.Choice {
			s.choices = append(s.choices, &keywordScan{set: s.set})
		}
		s.runes += utf8.RuneCountInString(t.Text)
		if k := s.choices[t.Choice].add(t.Text, atOnce); found == nil {
			found = k
		}
	}
	return found
}

func (s *replyScan) end() *Keyword {
	for _, c := range s.choices {
		if found := c.end(); found != nil {
			return found
		}
	}
	return nil
}
