package catalog

import (
	"errors"
	"regexp/syntax"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway"
)

// scopes are where a keyword may be looked for: the engine's.
var scopes = []gateway.KeywordScope{gateway.ScopeBoth, gateway.ScopeReply, gateway.ScopeErrors}

// cleanPattern returns a keyword's text and scope as they are kept; no scope is
// both. Codes: keyword_invalid, keyword_scope_unknown, and those of checkRegex.
func cleanPattern(in Keyword) (text, scope string, err error) {
	text, scope = strings.TrimSpace(in.Text), in.Scope
	if !isText(text, 1, maxKeyword) {
		return "", "", apperr.New("keyword_invalid", "Max", maxKeyword)
	}
	if scope == "" {
		scope = string(gateway.ScopeBoth)
	}
	if !slices.Contains(scopes, gateway.KeywordScope(scope)) {
		return "", "", apperr.New("keyword_scope_unknown", "Scope", scope)
	}
	if in.Regex {
		err = checkRegex(text)
	}
	return text, scope, err
}

// samePattern reports whether two keywords look for the same. In an expression
// case has a meaning: \s is not \S.
func (k Keyword) samePattern(o Keyword) bool {
	return k.Regex == o.Regex && (k.Text == o.Text || !k.Regex && strings.EqualFold(k.Text, o.Text))
}

// unbindKeywords takes a group that goes from the keywords.
func (d *draft) unbindKeywords(group int64) error {
	for i := range d.Keywords {
		k := &d.Keywords[i]
		at := slices.Index(k.GroupIDs, group)
		if at < 0 {
			continue
		}
		k.GroupIDs = slices.Delete(slices.Clone(k.GroupIDs), at, at+1)
		k.Enabled = k.Enabled && len(k.GroupIDs) > 0
		if err := d.tx.SaveKeyword(k); err != nil {
			return err
		}
		d.changed(event.Keywords)
	}
	return nil
}

// checkRegex accepts regular expressions of Go's syntax that something can be
// found with, but not nothing: one that fits the empty text is found everywhere.
//
// Codes: those of regexProblems, keyword_regex_invalid, keyword_regex_empty,
// keyword_regex_nothing.
func checkRegex(text string) error {
	tree, err := syntax.Parse(text, syntax.Perl|syntax.FoldCase)
	problem, isSyntax := errors.AsType[*syntax.Error](err)
	switch {
	case isSyntax && regexProblems[problem.Code] != "":
		return apperr.New(regexProblems[problem.Code], "Part", problem.Expr)
	case err != nil:
		return apperr.New("keyword_regex_invalid", "Reason", err)
	case !canMatch(tree):
		return apperr.New("keyword_regex_nothing")
	case fitsEmpty(tree):
		return apperr.New("keyword_regex_empty")
	}
	// The engine puts more around it than there is here.
	if _, err := gateway.FindKeyword(gateway.Keyword{Text: text, Regex: true}, ""); err != nil {
		return apperr.New("keyword_regex_invalid", "Reason", err)
	}
	return nil
}

// regexProblems are the codes for what Go's parser refuses.
var regexProblems = map[syntax.ErrorCode]string{
	syntax.ErrMissingParen:          "keyword_regex_paren_missing",
	syntax.ErrUnexpectedParen:       "keyword_regex_paren_extra",
	syntax.ErrMissingBracket:        "keyword_regex_bracket_missing",
	syntax.ErrInvalidCharClass:      "keyword_regex_class",
	syntax.ErrInvalidCharRange:      "keyword_regex_class",
	syntax.ErrInvalidEscape:         "keyword_regex_escape",
	syntax.ErrTrailingBackslash:     "keyword_regex_backslash",
	syntax.ErrMissingRepeatArgument: "keyword_regex_repeat",
	syntax.ErrInvalidRepeatOp:       "keyword_regex_repeat",
	syntax.ErrInvalidRepeatSize:     "keyword_regex_count",
	syntax.ErrInvalidPerlOp:         "keyword_regex_unsupported",
	syntax.ErrInvalidNamedCapture:   "keyword_regex_unsupported",
	syntax.ErrLarge:                 "keyword_regex_large",
	syntax.ErrNestingDepth:          "keyword_regex_large",
}

// canMatch reports whether some text could fit the expression.
func canMatch(tree *syntax.Regexp) bool {
	switch tree.Op {
	case syntax.OpNoMatch:
		return false
	case syntax.OpCharClass:
		return len(tree.Rune) > 0
	case syntax.OpStar, syntax.OpQuest:
		return true
	case syntax.OpRepeat:
		return tree.Min == 0 || canMatch(tree.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(tree.Sub, canMatch)
	default:
		return !slices.ContainsFunc(tree.Sub, func(part *syntax.Regexp) bool { return !canMatch(part) })
	}
}

// fitsEmpty reports whether the expression can be found without taking any
// character.
func fitsEmpty(tree *syntax.Regexp) bool {
	switch tree.Op {
	case syntax.OpNoMatch, syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpStar, syntax.OpQuest:
		return true
	case syntax.OpRepeat:
		return tree.Min == 0 || fitsEmpty(tree.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(tree.Sub, fitsEmpty)
	default: // a sequence of parts, one part, or a mark such as ^ that has none
		return !slices.ContainsFunc(tree.Sub, func(part *syntax.Regexp) bool { return !fitsEmpty(part) })
	}
}
