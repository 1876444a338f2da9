package catalog

import (
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/gateway"
)

// Bounds of a list of rules.
const (
	maxRules    = 20
	maxRuleText = maxKeyword // characters
)

// ruleActions are what a rule can do: the engine's.
var ruleActions = []gateway.RuleAction{gateway.RuleStop, gateway.RuleNext, gateway.RuleCount, gateway.RuleCooldown}

// TestRules tells which rule of a list, perhaps an unsaved one, would decide on
// an upstream's answer. status 0: it isn't known, unless the answer names it.
// Codes: rule_sample_too_long, rules_too_many, rule_invalid.
func (c *Catalog) TestRules(in []Rule, status int, answer string) (RuleTest, error) {
	if len(answer) > maxSample {
		return RuleTest{}, apperr.New("rule_sample_too_long", "MaxKiB", maxSample>>10)
	}
	rules, err := cleanRules(in)
	if err != nil {
		return RuleTest{}, err
	}
	at, err := gateway.MatchRule(compileRules(rules), status, answer)
	return RuleTest{Number: at + 1}, err
}

// cleanRules returns a list of rules as it is kept. Codes: rules_too_many;
// rule_invalid with the Number of the rule, from 1, and the Field, wrapping what
// is wrong with it.
func cleanRules(in []Rule) ([]Rule, error) {
	if len(in) > maxRules {
		return nil, apperr.New("rules_too_many", "Count", len(in), "Max", maxRules)
	}
	out := make([]Rule, 0, len(in))
	for i, r := range in {
		field, err := r.clean()
		if err != nil {
			return nil, apperr.Wrap(err, "rule_invalid", "Number", i+1, "Field", field, "Problem", err)
		}
		out = append(out, r)
	}
	return out, nil
}

// clean brings a rule into the form that is kept, or names the field that is
// wrong. Codes: rule_empty, rule_status_invalid, rule_text_invalid, those of
// checkRegex, rule_action_unknown, rule_cooldown_invalid.
func (r *Rule) clean() (field string, err error) {
	r.Text = strings.TrimSpace(r.Text)
	r.Regex = r.Regex && r.Text != ""
	if r.StatusTo == 0 {
		r.StatusTo = r.StatusFrom
	}
	if r.StatusFrom == 0 {
		r.StatusFrom = r.StatusTo
	}
	if r.Action != string(gateway.RuleCooldown) {
		r.CooldownSeconds = 0
	}
	const lowest, highest = gateway.LowestRuleStatus, gateway.HighestRuleStatus
	const shortest, longest = int(gateway.ShortestCooldown / 1e9), int(gateway.LongestCooldown / 1e9)
	switch {
	case r.StatusFrom == 0 && r.Text == "":
		return "statusFrom", apperr.New("rule_empty")
	case r.StatusFrom != 0 && (r.StatusFrom < lowest || r.StatusFrom > highest):
		return "statusFrom", apperr.New("rule_status_invalid", "Low", lowest, "High", highest)
	case r.StatusTo != 0 && (r.StatusTo < r.StatusFrom || r.StatusTo > highest):
		return "statusTo", apperr.New("rule_status_invalid", "Low", lowest, "High", highest)
	case !isText(r.Text, 0, maxRuleText):
		return "text", apperr.New("rule_text_invalid", "Max", maxRuleText)
	case !slices.Contains(ruleActions, gateway.RuleAction(r.Action)):
		return "action", apperr.New("rule_action_unknown", "Action", r.Action)
	case r.Action == string(gateway.RuleCooldown) && (r.CooldownSeconds < shortest || r.CooldownSeconds > longest):
		return "cooldownSeconds", apperr.New("rule_cooldown_invalid", "Low", shortest, "High", longest)
	case r.Regex:
		return "text", checkRegex(r.Text)
	}
	return "", nil
}

func compileRules(rules []Rule) []gateway.Rule {
	var list []gateway.Rule
	for _, r := range rules {
		list = append(list, gateway.Rule{
			StatusFrom: r.StatusFrom, StatusTo: r.StatusTo, Text: r.Text, Regex: r.Regex,
			Action: gateway.RuleAction(r.Action), Cooldown: seconds(r.CooldownSeconds),
		})
	}
	return list
}
