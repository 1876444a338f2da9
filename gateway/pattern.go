package gateway

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a keyword that is a regular expression. Looked for in a part of a
// text, it must not take the part's ends for the text's: what looks back or
// ahead, such as ^ and \b, is then told to see one more character there.
type pattern struct {
	keyword *Keyword
	whole   *regexp.Regexp
	parts   [2][2]*regexp.Regexp // more text before, more text after
}

// anyRune stands for the one more character.
const anyRune = "(?s:.)"

func compilePattern(text string) (*pattern, error) {
	if _, err := regexp.Compile(text); err != nil { // alone, so that the error quotes what was written
		return nil, fmt.Errorf("the regular expression is broken: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("the regular expression is broken: %w", err)
	}
	if shortest(tree) == 0 {
		return nil, fmt.Errorf("the regular expression %q matches where there is no text, so it would match everything", text)
	}
	before, after := "", ""
	if holds(tree, syntax.OpBeginText, syntax.OpBeginLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary) {
		before = anyRune
	}
	if holds(tree, syntax.OpEndText, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary) {
		after = anyRune
	}
	p := &pattern{}
	for i, lead := range []string{"", before} {
		for j, trail := range []string{"", after} {
			if i > 0 && lead == "" {
				p.parts[i][j] = p.parts[0][j]
				continue
			}
			if j > 0 && trail == "" {
				p.parts[i][j] = p.parts[i][0]
				continue
			}
			if p.parts[i][j], err = regexp.Compile("(?i)" + lead + "(?:" + text + ")" + trail); err != nil {
				return nil, fmt.Errorf("the regular expression is too large: %w", err)
			}
		}
	}
	p.whole = p.parts[0][0]
	return p, nil
}

// in tells whether the pattern is in a part of a text, whatever else the text
// may hold. With before, the part's first character has been looked at already;
// with after, more text may come.
func (p *pattern) in(part []byte, before, after bool) bool {
	return p.parts[index(before)][index(after)].Match(part)
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// shortest is how many characters a match has at the least.
func shortest(re *syntax.Regexp) int {
	const never = math.MaxInt32
	n := 0
	switch re.Op {
	case syntax.OpNoMatch:
		return never
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		n = re.Min * shortest(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n += shortest(sub)
		}
	case syntax.OpAlternate:
		n = never
		for _, sub := range re.Sub {
			n = min(n, shortest(sub))
		}
	}
	return min(n, never)
}

func holds(re *syntax.Regexp, ops ...syntax.Op) bool {
	for _, op := range ops {
		if re.Op == op {
			return true
		}
	}
	for _, sub := range re.Sub {
		if holds(sub, ops...) {
			return true
		}
	}
	return false
}
