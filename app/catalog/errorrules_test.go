package catalog_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/gateway"
)

// wantRuleProblem fails unless err names the rule, its field and what is wrong.
func wantRuleProblem(t *testing.T, err error, number, field, code string) {
	t.Helper()
	e, _ := errors.AsType[*apperr.Error](err)
	if e == nil || e.Code != "rule_invalid" || e.Params["Number"] != number || e.Params["Field"] != field || e.Problem == nil || e.Problem.Code != code {
		t.Errorf("got %v, want rule %s, %s: %s", err, number, field, code)
	}
}

func TestErrorRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	up := h.provider("up")
	fine := catalog.Rule{StatusFrom: 429, Text: "daily", Action: "next"}
	for name, c := range map[string]struct {
		rule        catalog.Rule
		field, code string
	}{
		"nothing to fit":     {catalog.Rule{Action: "next"}, "statusFrom", "rule_empty"},
		"blank text":         {catalog.Rule{Text: " \t", Regex: true, Action: "next"}, "statusFrom", "rule_empty"},
		"status too low":     {catalog.Rule{StatusFrom: 99, Action: "next"}, "statusFrom", "rule_status_invalid"},
		"status below zero":  {catalog.Rule{StatusFrom: -429, Text: "x", Action: "next"}, "statusFrom", "rule_status_invalid"},
		"status too high":    {catalog.Rule{StatusFrom: 500, StatusTo: 1000, Action: "next"}, "statusTo", "rule_status_invalid"},
		"statuses backwards": {catalog.Rule{StatusFrom: 500, StatusTo: 400, Action: "next"}, "statusTo", "rule_status_invalid"},
		"long text":          {catalog.Rule{Text: strings.Repeat("長", 201), Action: "next"}, "text", "rule_text_invalid"},
		"two lines":          {catalog.Rule{Text: "a\nb", Action: "next"}, "text", "rule_text_invalid"},
		"broken expression":  {catalog.Rule{Text: "(a", Regex: true, Action: "next"}, "text", "keyword_regex_paren_missing"},
		"fits nothing":       {catalog.Rule{Text: "a*", Regex: true, Action: "next"}, "text", "keyword_regex_empty"},
		"no action":          {catalog.Rule{Text: "a"}, "action", "rule_action_unknown"},
		"unknown action":     {catalog.Rule{Text: "a", Action: "bench"}, "action", "rule_action_unknown"},
		"no cooldown":        {catalog.Rule{Text: "a", Action: "cooldown"}, "cooldownSeconds", "rule_cooldown_invalid"},
		"long cooldown":      {catalog.Rule{Text: "a", Action: "cooldown", CooldownSeconds: 86401}, "cooldownSeconds", "rule_cooldown_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			h.unchangedBy(func() {
				rules := []catalog.Rule{fine, c.rule}
				_, err := h.SaveGroup(ctx, catalog.GroupInput{Name: "g", Policy: "priority", Rules: rules})
				wantRuleProblem(t, err, "2", c.field, c.code)
				_, err = h.SaveProvider(ctx, catalog.ProviderInput{ID: up.ID, Name: up.Name, Dialect: up.Dialect, BaseURL: up.BaseURL, Rules: rules})
				wantRuleProblem(t, err, "2", c.field, c.code)
				_, err = h.TestRules(rules, 0, "a")
				wantRuleProblem(t, err, "2", c.field, c.code)
			})
		})
	}
	_, err := h.SaveGroup(ctx, catalog.GroupInput{Name: "g", Policy: "priority", Rules: make([]catalog.Rule, 21)})
	wantCode(t, err, "rules_too_many")
}

// Rules are kept in their order and in one form, and reach the engine so.
func TestErrorRulesReachTheEngine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	in := []catalog.Rule{
		{StatusFrom: 429, Text: "  Daily ", Action: "cooldown", CooldownSeconds: 3600},
		{StatusTo: 503, Action: "stop", CooldownSeconds: 9},
		{Text: `bal+ance\s`, Regex: true, Action: "count"},
		{StatusFrom: 400, StatusTo: 499, Regex: true, Action: "next"},
	}
	kept := []catalog.Rule{
		{StatusFrom: 429, StatusTo: 429, Text: "Daily", Action: "cooldown", CooldownSeconds: 3600},
		{StatusFrom: 503, StatusTo: 503, Action: "stop"},
		{Text: `bal+ance\s`, Regex: true, Action: "count"},
		{StatusFrom: 400, StatusTo: 499, Action: "next"},
	}
	served := []gateway.Rule{
		{StatusFrom: 429, StatusTo: 429, Text: "Daily", Action: gateway.RuleCooldown, Cooldown: time.Hour},
		{StatusFrom: 503, StatusTo: 503, Action: gateway.RuleStop},
		{Text: `bal+ance\s`, Regex: true, Action: gateway.RuleCount},
		{StatusFrom: 400, StatusTo: 499, Action: gateway.RuleNext},
	}
	up := must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true, Rules: in}))
	chat := must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{Name: "chat", Policy: "priority", Enabled: true, Rules: in[:2]}))
	plain := h.provider("plain")
	if !reflect.DeepEqual(up.Rules, kept) || !reflect.DeepEqual(chat.Rules, kept[:2]) || plain.Rules == nil || len(plain.Rules) != 0 {
		t.Errorf("kept %+v, %+v, %#v", up.Rules, chat.Rules, plain.Rules)
	}
	config := h.engine.last()
	if !reflect.DeepEqual(config.Providers[0].Rules, served) || !reflect.DeepEqual(config.Groups[0].Rules, served[:2]) || config.Providers[1].Rules != nil {
		t.Errorf("served %+v, %+v", config.Providers, config.Groups)
	}
	// Saved again without them they are gone.
	chat = must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{ID: chat.ID, Name: "chat", Policy: "priority", Enabled: true}))
	if len(chat.Rules) != 0 || len(h.engine.last().Groups[0].Rules) != 0 {
		t.Errorf("left %+v", chat.Rules)
	}
}

func TestTestRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rules := []catalog.Rule{{StatusFrom: 500, StatusTo: 599, Action: "stop"}, {StatusFrom: 429, Text: "daily", Action: "next"}}
	for _, c := range []struct {
		status int
		answer string
		want   int
	}{
		{503, "", 1}, {429, "Daily limit", 2}, {0, `{"error":{"message":"daily","code":"429"}}`, 2}, {0, "daily", 0}, {404, "daily", 0},
	} {
		if got := must[catalog.RuleTest](h)(h.TestRules(rules, c.status, c.answer)); got.Number != c.want {
			t.Errorf("%d %s: rule %d, want %d", c.status, c.answer, got.Number, c.want)
		}
	}
	_, err := h.TestRules(rules, 0, strings.Repeat("x", 256<<10+1))
	wantCode(t, err, "rule_sample_too_long")
}
