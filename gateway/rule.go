package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"headgate/gateway/dialect"
)

// Rule is what a person wants done about an error that an upstream answered
// with: a status that is none of a good reply, or an error inside a 200. The
// rules of the group are asked first, then those of the provider, each list in
// its order, and before failure keywords and the classifier's table. The first
// that fits decides what happens; what the answer was, the table says.
//
// At least one of the statuses and the text must be set.
type Rule struct {
	// StatusFrom and StatusTo bound the answer's status or the one that an error
	// inside a 200 names, 100 to 999, both included. Both 0: any status.
	StatusFrom, StatusTo int
	// Text is looked for as a Keyword's is, in the error's message and in the
	// body as it stands, up to 64 KiB of it. "": any text.
	Text     string
	Regex    bool
	Action   RuleAction
	Cooldown time.Duration // of RuleCooldown, 1 s to 24 h
}

// RuleAction is what a rule does. Once the reply has begun, nobody else is asked
// any more; what is held against the member still is.
type RuleAction string

// The actions of rules.
const (
	RuleStop     RuleAction = "stop"     // this answer is the client's; nobody is blamed
	RuleNext     RuleAction = "next"     // the next member; nothing is held against this one
	RuleCount    RuleAction = "count"    // the next member; a failure of this one
	RuleCooldown RuleAction = "cooldown" // the next member; this one is passed over for Cooldown
)

// RuleOwner is whose a rule is.
type RuleOwner string

// The owners of rules.
const (
	RuleOfGroup    RuleOwner = "group"
	RuleOfProvider RuleOwner = "provider"
)

// Bounds of a Rule.
const (
	LowestRuleStatus  = 100
	HighestRuleStatus = 999
	ShortestCooldown  = time.Second
	LongestCooldown   = 24 * time.Hour
)

// rule is a Rule made ready for use.
type rule struct {
	Rule
	of   RuleOwner
	text *keywordSet // nil: any text
}

func compileRules(rules []Rule, of RuleOwner) ([]rule, error) {
	compiled := make([]rule, 0, len(rules))
	for i, in := range rules {
		r, err := in.compile()
		if err != nil {
			return nil, fmt.Errorf("rules[%d]: %w", i, err)
		}
		r.of = of
		compiled = append(compiled, r)
	}
	return compiled, nil
}

func (r Rule) compile() (rule, error) {
	out := rule{Rule: r}
	anyStatus := r.StatusFrom == 0 && r.StatusTo == 0
	switch {
	case anyStatus && r.Text == "":
		return out, errors.New("neither a status nor a text, so it would fit every error")
	case !anyStatus && (r.StatusFrom < LowestRuleStatus || r.StatusTo > HighestRuleStatus || r.StatusFrom > r.StatusTo):
		return out, fmt.Errorf("the statuses %d to %d are no range within %d to %d", r.StatusFrom, r.StatusTo, LowestRuleStatus, HighestRuleStatus)
	}
	switch r.Action {
	case RuleStop, RuleNext, RuleCount:
	case RuleCooldown:
		if r.Cooldown < ShortestCooldown || r.Cooldown > LongestCooldown {
			return out, fmt.Errorf("the cooldown of %v is not between %v and %v", r.Cooldown, ShortestCooldown, LongestCooldown)
		}
	default:
		return out, fmt.Errorf("unknown action %q", r.Action)
	}
	if r.Text == "" {
		return out, nil
	}
	word, err := compileKeyword(Keyword{Text: r.Text, Regex: r.Regex})
	if err != nil {
		return out, err
	}
	text := &keywordSet{}
	text.add(word)
	out.text = text.ready()
	return out, nil
}

// answered tells whether the upstream answered with an error. What ended on our
// side, and connections without an answer, no rule is asked about.
func (r *result) answered() bool {
	return r.err == nil || errors.Is(r.err, errErrorInReply) || errors.Is(r.err, errUnexpectedCode)
}

func (r *rule) fits(res *result) bool {
	within := func(status int) bool { return r.StatusFrom <= status && status <= r.StatusTo }
	if r.StatusTo != 0 && !within(res.status) && !within(res.effectiveStatus()) {
		return false
	}
	return r.text == nil || r.text.find(res.failure.Message) != nil || r.text.find(string(res.body)) != nil
}

func firstFit(rules []rule, res *result) int {
	return slices.IndexFunc(rules, func(r rule) bool { return r.fits(res) })
}

// decide puts what the rule wants in place of what the table would do.
func (r *rule) decide(o Outcome) Outcome {
	o.tabled, o.Reason = o.Reason, "rule"
	o.Rule, o.RuleOf = &r.Rule, r.of
	o.Blames, o.Action, o.Counts, o.Bench = BlamesNobody, ActionNext, false, 0
	switch r.Action {
	case RuleStop:
		o.Action = ActionStop
	case RuleCount:
		o.Blames, o.Counts = BlamesMember, true
	case RuleCooldown:
		o.Blames, o.Bench = BlamesMember, r.Cooldown
	}
	return o
}

// stoppedByRule tells whether a person wanted this answer to be the client's.
func (o Outcome) stoppedByRule() bool { return o.Rule != nil && o.Rule.Action == RuleStop }

// MatchRule returns which of the rules, by its place, would decide on an answer
// with that status and body: -1 when none would. The status may be 0, for one
// that isn't known.
func MatchRule(rules []Rule, status int, body string) (int, error) {
	compiled, err := compileRules(rules, "")
	if err != nil {
		return -1, err
	}
	res := &result{status: status, header: http.Header{}, body: []byte(body)}
	for _, d := range dialect.All {
		if res.failure.Message == "" {
			res.readFailure(d)
		}
	}
	return firstFit(compiled, res), nil
}
