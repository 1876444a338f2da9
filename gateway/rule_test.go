package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

func withRules(owner gateway.RuleOwner, rules ...gateway.Rule) func(*gateway.Config) {
	return func(c *gateway.Config) {
		if owner == gateway.RuleOfGroup {
			c.Groups[0].Rules = rules
		} else {
			c.Providers[0].Rules = rules
		}
	}
}

// answered is what an upstream says to everybody.
func answered(status int, message, code string) gatewaytest.Behaviour {
	return gatewaytest.Behaviour{Status: status, Error: &gatewaytest.Error{Message: message, Type: "x_error", Code: code}}
}

func frame(body string) gatewaytest.Behaviour {
	return gatewaytest.Behaviour{As: "stream", Stream: gatewaytest.StreamForm{Events: []string{body}}}
}

// Each action, of a group's rule and of a provider's, on each way in which an
// error comes: what the client gets, whom the next calls ask, what the log says.
func TestRules(t *testing.T) {
	for name, f := range map[string]struct {
		says   gatewaytest.Behaviour
		class  gateway.Class
		status int // of the client, when the rule stops
	}{
		"status":          {answered(429, "Daily limit", "daily"), gateway.ClassRateLimited, 429},
		"caller's fault":  {answered(400, "Daily limit", "daily"), gateway.ClassCallerFault, 400},
		"server's fault":  {answered(503, "Daily limit", "daily"), gateway.ClassTransient, 503},
		"bad key":         {answered(401, "Daily limit", "daily"), gateway.ClassCredential, 502},
		"within a 200":    {answered(200, "Daily limit", "daily"), gateway.ClassMalformed, 502},
		"as first event":  {frame(`{"error":{"message":"Daily limit","code":429}}`), gateway.ClassRateLimited, 429},
		"event, unstated": {frame(`{"error":{"message":"Daily limit"}}`), gateway.ClassMalformed, 502},
	} {
		for _, owner := range []gateway.RuleOwner{gateway.RuleOfGroup, gateway.RuleOfProvider} {
			for _, action := range []gateway.RuleAction{gateway.RuleStop, gateway.RuleNext, gateway.RuleCount, gateway.RuleCooldown} {
				t.Run(fmt.Sprint(name, " ", owner, " ", action), func(t *testing.T) {
					t.Parallel()
					first, second := gatewaytest.Start(t, gatewaytest.Always(f.says)), gatewaytest.Start(t, gatewaytest.Script{})
					rule := gateway.Rule{Text: "daily LIMIT", Action: action}
					if action == gateway.RuleCooldown {
						rule.Cooldown = 3 * time.Hour
					}
					h := open(t, []string{first.URL(), second.URL()}, impatient, withRules(owner, rule))
					var calls []gateway.Call
					for n, body := range []string{plainBody, streamBody} {
						got := h.post(body)
						calls = h.ledger.await(t, n+1)
						if action == gateway.RuleStop && got.status != f.status || action != gateway.RuleStop && gatewaytest.Markers(got.text())[0] != second.Marker() {
							t.Errorf("got %d %s", got.status, got.body)
						}
					}
					o := calls[0].Attempts[0].Outcome
					if o.Reason != "rule" || o.Class != f.class || o.Rule == nil || *o.Rule != rule || o.RuleOf != owner || !strings.Contains(o.Message, "Daily limit") {
						t.Errorf("outcome %+v", o)
					}
					checkHeld(t, h, action, o, len(first.Requests()), len(second.Requests()))
				})
			}
		}
	}
}

// checkHeld looks at what is held against the first member after two calls.
func checkHeld(t *testing.T, h *house, action gateway.RuleAction, o gateway.Outcome, first, second int) {
	t.Helper()
	want := struct {
		blames        gateway.Blame
		failures      int
		cooling       bool
		first, second int
	}{gateway.BlamesNobody, 0, false, 2, 2}
	switch action {
	case gateway.RuleStop:
		want.second = 0
	case gateway.RuleCount:
		want.blames, want.failures = gateway.BlamesMember, 2
	case gateway.RuleCooldown:
		want.blames, want.cooling, want.first = gateway.BlamesMember, true, 1
	}
	var state gateway.MemberHealth
	for _, m := range h.Health() {
		if m.MemberID == 1 {
			state = m
		}
	}
	left := time.Until(state.CooldownUntil)
	if cooling := left > 2*time.Hour && left <= 3*time.Hour; cooling != want.cooling || !cooling && !state.CooldownUntil.IsZero() || state.Failures != want.failures {
		t.Errorf("health %+v", state)
	}
	if want.cooling && (state.Reason != "rule" || o.Bench != 3*time.Hour) {
		t.Errorf("health %+v, outcome %+v", state, o)
	}
	if o.Blames != want.blames || o.Counts != (action == gateway.RuleCount) {
		t.Errorf("outcome %+v", o)
	}
	for _, k := range h.KeyHealth() {
		if !k.LastFailureAt.IsZero() || !k.CooldownUntil.IsZero() {
			t.Errorf("a key is blamed: %+v", k)
		}
	}
	if first != want.first || second != want.second {
		t.Errorf("the members got %d and %d requests, want %d and %d", first, second, want.first, want.second)
	}
}

// What a rule fits: the status, the text and both; and what no rule is asked
// about.
func TestWhatRulesFit(t *testing.T) {
	t.Parallel()
	limit := answered(429, "Tägliches Limit: 今日の上限", "daily_limit")
	page := gatewaytest.Behaviour{Status: 503, Body: "<html><body>Wartungsarbeiten</body></html>", Header: []gatewaytest.Header{{Name: "Content-Type", Value: "text/html"}}}
	escaped := gatewaytest.Behaviour{Status: 400, Body: `{"error":{"message":"\u4eca\u65e5\u306e\u4e0a\u9650 <b>","type":null,"param":null,"code":null}}`}
	within := answered(200, "slow down", "rate_limit_exceeded")
	moved := gatewaytest.Behaviour{Status: 307, Header: []gatewaytest.Header{{Name: "Location", Value: "http://127.0.0.1:1/"}}, Empty: true}
	for _, c := range []struct {
		says gatewaytest.Behaviour
		rule gateway.Rule
		fits bool
	}{
		{limit, gateway.Rule{StatusFrom: 429, StatusTo: 429}, true},
		{limit, gateway.Rule{StatusFrom: 400, StatusTo: 499}, true},
		{limit, gateway.Rule{StatusFrom: 430, StatusTo: 499}, false},
		{limit, gateway.Rule{StatusFrom: 400, StatusTo: 428}, false},
		{limit, gateway.Rule{Text: "TÄGLICHES"}, true},
		{limit, gateway.Rule{Text: "今日の上限"}, true},
		{limit, gateway.Rule{Text: `"daily_limit"`}, true}, // the body as it stands
		{limit, gateway.Rule{Text: "monthly"}, false},
		{limit, gateway.Rule{Text: `T.gliches\s+Limit`}, false},
		{limit, gateway.Rule{Text: `t.gliches\s+limit`, Regex: true}, true},
		{limit, gateway.Rule{Text: `^Limit`, Regex: true}, false},
		{limit, gateway.Rule{StatusFrom: 429, StatusTo: 429, Text: "daily"}, true},
		{limit, gateway.Rule{StatusFrom: 500, StatusTo: 599, Text: "daily"}, false},
		{limit, gateway.Rule{StatusFrom: 429, StatusTo: 429, Text: "monthly"}, false},
		{page, gateway.Rule{Text: "wartung"}, true},
		{page, gateway.Rule{StatusFrom: 503, StatusTo: 503}, true},
		{escaped, gateway.Rule{Text: "今日の上限 <B>"}, true},
		{escaped, gateway.Rule{Text: `\u4eca`}, true},
		{within, gateway.Rule{StatusFrom: 429, StatusTo: 429}, true}, // as the error says
		{within, gateway.Rule{StatusFrom: 200, StatusTo: 200}, true}, // as it came
		{within, gateway.Rule{StatusFrom: 400, StatusTo: 428}, false},
		{moved, gateway.Rule{StatusFrom: 300, StatusTo: 399}, true},
		{gatewaytest.Behaviour{Fault: "FLT-023:206"}, gateway.Rule{StatusFrom: 206, StatusTo: 206}, true},

		{gatewaytest.Behaviour{}, gateway.Rule{StatusFrom: 100, StatusTo: 999, Text: ".", Regex: true}, false},
		{gatewaytest.Behaviour{Fault: "FLT-001"}, gateway.Rule{StatusFrom: 100, StatusTo: 999}, false},
		{gatewaytest.Behaviour{Fault: "FLT-001"}, gateway.Rule{Text: ".", Regex: true}, false},
		{gatewaytest.Behaviour{Fault: "FLT-008"}, gateway.Rule{Text: ".", Regex: true}, false},
		{gatewaytest.Behaviour{Fault: "FLT-013"}, gateway.Rule{StatusFrom: 100, StatusTo: 999}, false},
		{gatewaytest.Behaviour{Fault: "FLT-017"}, gateway.Rule{StatusFrom: 100, StatusTo: 999}, false},
		{gatewaytest.Behaviour{Fault: "FLT-020"}, gateway.Rule{StatusFrom: 100, StatusTo: 999}, false},
	} {
		t.Run(fmt.Sprintf("%d %s %+v", c.says.Status, c.says.Fault, c.rule), func(t *testing.T) {
			t.Parallel()
			c.rule.Action = gateway.RuleNext
			u, good := gatewaytest.Start(t, gatewaytest.Always(c.says)), gatewaytest.Start(t, gatewaytest.Script{})
			h := open(t, []string{u.URL(), good.URL()}, impatient, withRules(gateway.RuleOfProvider, c.rule))
			h.post(plainBody)
			if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; (o.Rule != nil) != c.fits || (o.Reason == "rule") != c.fits {
				t.Errorf("outcome %+v, want that it fits: %v", o, c.fits)
			}
		})
	}
}

// The first that fits decides: the group's before the provider's, and a
// provider's on its own members only. A rule comes before a failure keyword.
func TestOrderOfRules(t *testing.T) {
	t.Parallel()
	miss := gateway.Rule{Text: "not there", Action: gateway.RuleStop}
	busy := func(a gateway.RuleAction) gateway.Rule {
		return gateway.Rule{StatusFrom: 500, StatusTo: 599, Action: a}
	}
	for name, c := range map[string]struct {
		group, first, second []gateway.Rule
		want                 gateway.RuleAction // of the first member; "": none
		owner                gateway.RuleOwner
	}{
		"the first of a list":           {first: []gateway.Rule{miss, busy(gateway.RuleCount), busy(gateway.RuleStop)}, want: gateway.RuleCount, owner: gateway.RuleOfProvider},
		"the group's first":             {group: []gateway.Rule{miss, busy(gateway.RuleNext)}, first: []gateway.Rule{busy(gateway.RuleStop)}, want: gateway.RuleNext, owner: gateway.RuleOfGroup},
		"the provider's where no other": {group: []gateway.Rule{miss}, first: []gateway.Rule{busy(gateway.RuleNext)}, want: gateway.RuleNext, owner: gateway.RuleOfProvider},
		"another provider's":            {second: []gateway.Rule{busy(gateway.RuleStop)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, good := gatewaytest.Start(t, gatewaytest.Always(answered(500, "boom", ""))), gatewaytest.Start(t, gatewaytest.Script{})
			h := open(t, []string{u.URL(), good.URL()}, withKeywords(gateway.Keyword{ID: 5, Text: "boom"}), func(config *gateway.Config) {
				config.Groups[0].Rules, config.Providers[0].Rules, config.Providers[1].Rules = c.group, c.first, c.second
			})
			h.post(plainBody)
			o := h.ledger.await(t, 1)[0].Attempts[0].Outcome
			switch {
			case c.want == "" && (o.Rule != nil || o.Class != gateway.ClassKeyword || o.KeywordID != 5):
				t.Errorf("outcome %+v, want the keyword's", o)
			case c.want != "" && (o.Rule == nil || o.Rule.Action != c.want || o.RuleOf != c.owner || o.KeywordID != 0 || o.Class != gateway.ClassTransient):
				t.Errorf("outcome %+v, want %q of the %s", o, c.want, c.owner)
			}
		})
	}
}

// What a rule lets through to the client is the upstream's answer as it stands,
// but nothing about the provider's own credentials or credit, nor a web page.
func TestWhatStopPasses(t *testing.T) {
	t.Parallel()
	page := gatewaytest.Behaviour{Status: 503, Body: "<html>down</html>", Header: []gatewaytest.Header{{Name: "Content-Type", Value: "text/html"}}}
	for name, c := range map[string]struct {
		says   gatewaytest.Behaviour
		status int
		passes bool
		code   string // of the envelope and the log
	}{
		"500":                  {answered(500, "boom", ""), 500, true, "upstream_error"},
		"529":                  {gatewaytest.Behaviour{Fault: "FLT-045"}, 529, true, "upstream_error"},
		"429":                  {gatewaytest.Behaviour{Fault: "FLT-039"}, 429, true, "rate_limit_exceeded"},
		"404":                  {gatewaytest.Behaviour{Fault: "FLT-033"}, 404, true, "model_unavailable"},
		"403, moderation":      {answered(403, "Your input was flagged.", ""), 403, true, "content_policy_violation"},
		"an error in a 200":    {answered(200, "oops", ""), 502, true, "upstream_malformed"},
		"401":                  {gatewaytest.Behaviour{Fault: "FLT-029"}, 502, false, "upstream_credential"},
		"403":                  {gatewaytest.Behaviour{Fault: "FLT-031"}, 502, false, "upstream_credential"},
		"407":                  {answered(407, "who are you?", ""), 502, false, "upstream_error"},
		"402":                  {gatewaytest.Behaviour{Fault: "FLT-030"}, 503, false, "upstream_quota"},
		"quota in a 429":       {gatewaytest.Behaviour{Fault: "FLT-030:429"}, 503, false, "upstream_quota"},
		"a web page":           {page, 503, false, "upstream_error"},
		"a web page under 403": {gatewaytest.Behaviour{Status: 403, Body: page.Body, Header: page.Header}, 502, false, "upstream_malformed"},
		"nothing under a 400":  {gatewaytest.Behaviour{Status: 400, Empty: true}, 400, false, "upstream_rejected_request"},
		"a key that is echoed": {gatewaytest.Behaviour{Status: 500, EchoKey: true, Error: &gatewaytest.Error{Message: "boom"}}, 500, true, "upstream_error"},
		"a redirect":           {gatewaytest.Behaviour{Fault: "FLT-024"}, 502, false, "upstream_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, good := gatewaytest.Start(t, gatewaytest.Always(c.says)), gatewaytest.Start(t, gatewaytest.Script{})
			h := open(t, []string{u.URL(), good.URL()}, withRules(gateway.RuleOfGroup, gateway.Rule{StatusFrom: 100, StatusTo: 999, Action: gateway.RuleStop}))
			got := h.post(plainBody)
			code, _ := got.envelope(t)
			call := h.ledger.await(t, 1)[0]
			if got.status != c.status || !c.passes && code != c.code || call.ErrorCode != c.code || call.Status != c.status || call.State != gateway.StateFailed {
				t.Errorf("got %d %s, recorded %+v", got.status, got.body, call)
			}
			if strings.Contains(got.body, providerKey) || got.header.Get("X-Should-Retry") != "false" || len(call.Attempts) != 1 || len(good.Requests()) != 0 {
				t.Errorf("got %v %s after %d attempts", got.header, got.body, len(call.Attempts))
			}
			if passed := strings.Contains(got.body, "The group"); passed == c.passes {
				t.Errorf("the upstream's own words: %s", got.body)
			}
		})
	}
}

// A rule on what is the caller's fault by the table: another member may answer,
// and if none does, the client hears of its fault all the same.
func TestRuleOnTheCallersFault(t *testing.T) {
	t.Parallel()
	next := gateway.Rule{Text: "flagged", Action: gateway.RuleNext}
	flagged := gatewaytest.Always(answered(400, "Your input was flagged.", "content_policy_violation"))
	long := gatewaytest.Always(gatewaytest.Behaviour{Fault: "FLT-027"})
	for name, c := range map[string]struct {
		first, second gatewaytest.Script
		rule          gateway.Rule
		status        int
		attempts      int
	}{
		"moderation, another answers":        {flagged, gatewaytest.Script{}, next, 200, 2},
		"moderation, another fails":          {flagged, gatewaytest.Fault("FLT-044"), next, 400, 2},
		"moderation of both":                 {flagged, flagged, next, 400, 2},
		"too long, and nobody is larger":     {long, gatewaytest.Script{}, gateway.Rule{Text: "maximum context", Action: gateway.RuleNext}, 200, 2},
		"too long, with a cooldown for it":   {long, gatewaytest.Script{}, gateway.Rule{Text: "maximum context", Action: gateway.RuleCooldown, Cooldown: time.Minute}, 200, 2},
		"moderation, then another's stop":    {flagged, gatewaytest.Fault("FLT-044"), gateway.Rule{StatusFrom: 500, StatusTo: 599, Action: gateway.RuleStop}, 500, 2},
		"moderation, then a stop over a key": {flagged, gatewaytest.Fault("FLT-029"), gateway.Rule{StatusFrom: 401, StatusTo: 401, Action: gateway.RuleStop}, 502, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := gatewaytest.Start(t, c.first), gatewaytest.Start(t, c.second)
			h := open(t, []string{first.URL(), second.URL()}, withRules(gateway.RuleOfGroup, c.rule, next))
			got := h.post(plainBody)
			if call := h.ledger.await(t, 1)[0]; got.status != c.status || len(call.Attempts) != c.attempts {
				t.Errorf("got %d %s after %d attempts", got.status, got.body, len(call.Attempts))
			}
			if wrong := c.status == 400 && !strings.Contains(got.body, "was flagged"); wrong {
				t.Errorf("got %s", got.body)
			}
		})
	}
}

// The table's final answer stays that of its row where a rule decided.
func TestFinalAnswerAfterARule(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Fault("FLT-034"))
	h := open(t, []string{u.URL()}, withRules(gateway.RuleOfGroup, gateway.Rule{StatusFrom: 404, StatusTo: 404, Action: gateway.RuleNext}))
	if got := h.post(plainBody); got.status != http.StatusBadGateway {
		t.Errorf("a wrong path: got %d %s", got.status, got.body)
	}
}

// After the reply has begun nobody else is asked, but a rule still says what is
// held against the member.
func TestRulesAfterCommit(t *testing.T) {
	t.Parallel()
	for _, action := range []gateway.RuleAction{gateway.RuleStop, gateway.RuleNext, gateway.RuleCount, gateway.RuleCooldown} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			u, good := gatewaytest.Start(t, gatewaytest.Fault("FLT-047")), gatewaytest.Start(t, gatewaytest.Script{})
			rule := gateway.Rule{Text: "had an error", Action: action}
			if action == gateway.RuleCooldown {
				rule.Cooldown = time.Hour
			}
			h := open(t, []string{u.URL(), good.URL()}, impatient, withRules(gateway.RuleOfProvider, rule))
			got := h.post(streamBody)
			call := h.ledger.await(t, 1)[0]
			if got.err == nil || call.State != gateway.StatePartial || len(call.Attempts) != 1 || call.Attempts[0].Outcome.Reason != "rule" || len(good.Requests()) != 0 {
				t.Errorf("got %v %s, recorded %+v", got.err, got.body, call)
			}
			var state gateway.MemberHealth
			for _, m := range h.Health() {
				state = m
			}
			if state.CooldownUntil.IsZero() == (action == gateway.RuleCooldown) || (state.Failures == 1) != (action == gateway.RuleCount) {
				t.Errorf("health %+v", state)
			}
		})
	}
}

// A call that goes straight to a model sees its provider's rules, not those of
// any group, and harms nobody.
func TestRulesOfADirectCall(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Always(answered(429, "daily limit", "")))
	h := open(t, []string{u.URL()}, withRules(gateway.RuleOfGroup, gateway.Rule{Text: "limit", Action: gateway.RuleStop}),
		withRules(gateway.RuleOfProvider, gateway.Rule{Text: "daily", Action: gateway.RuleCooldown, Cooldown: time.Hour}))
	h.within(gateway.Caller{Name: "Playground", ModelID: 1}, http.MethodPost, chatPath, plainBody)
	if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.RuleOf != gateway.RuleOfProvider || o.Bench != 0 {
		t.Errorf("outcome %+v", o)
	}
	if list := h.Health(); len(list) != 0 {
		t.Errorf("health %+v", list)
	}
}

// A member whose rule's cooldown is over is tried by one call, and is passed over
// again for as long, not twice as long.
func TestCooldownOfARuleAgain(t *testing.T) {
	t.Parallel()
	u, good := gatewaytest.Start(t, gatewaytest.Always(answered(429, "daily limit", ""))), gatewaytest.Start(t, gatewaytest.Script{})
	h := open(t, []string{u.URL(), good.URL()}, withRules(gateway.RuleOfProvider, gateway.Rule{Text: "daily", Action: gateway.RuleCooldown, Cooldown: time.Hour}))
	now := time.Now()
	h.SetClock(func() time.Time { return now })
	for n := 1; n <= 3; n++ {
		h.post(plainBody)
		h.post(plainBody)
		if got := len(u.Requests()); got != n {
			t.Fatalf("%d requests after %d cooldowns", got, n)
		}
		if until := h.Health()[0].CooldownUntil; !until.Equal(now.Add(time.Hour)) {
			t.Errorf("cooldown %d lasts %v", n, until.Sub(now))
		}
		now = now.Add(time.Hour)
	}
}

// Rules that mean nothing are refused with their place and with words that help.
func TestRulesThatAreNone(t *testing.T) {
	t.Parallel()
	fine := gateway.Rule{StatusFrom: 100, StatusTo: 999, Text: "x", Action: gateway.RuleCooldown, Cooldown: 24 * time.Hour}
	for _, c := range []struct {
		rule gateway.Rule
		says string
	}{
		{gateway.Rule{Action: gateway.RuleNext}, "would fit every error"},
		{gateway.Rule{StatusFrom: 429, Action: gateway.RuleNext}, "no range"},
		{gateway.Rule{StatusTo: 429, Action: gateway.RuleNext}, "no range"},
		{gateway.Rule{StatusFrom: 500, StatusTo: 499, Action: gateway.RuleNext}, "no range"},
		{gateway.Rule{StatusFrom: 99, StatusTo: 499, Action: gateway.RuleNext}, "no range"},
		{gateway.Rule{StatusFrom: 500, StatusTo: 1000, Action: gateway.RuleNext}, "no range"},
		{gateway.Rule{Text: " ", Action: gateway.RuleNext}, "no text"},
		{gateway.Rule{Text: "(a", Regex: true, Action: gateway.RuleNext}, "missing closing )"},
		{gateway.Rule{Text: "a*", Regex: true, Action: gateway.RuleNext}, "matches where there is no text"},
		{gateway.Rule{Text: "a"}, `unknown action ""`},
		{gateway.Rule{Text: "a", Action: "bench"}, `unknown action "bench"`},
		{gateway.Rule{Text: "a", Action: gateway.RuleCooldown}, "not between"},
		{gateway.Rule{Text: "a", Action: gateway.RuleCooldown, Cooldown: 25 * time.Hour}, "not between"},
	} {
		list := []gateway.Rule{fine, c.rule}
		for where, config := range map[string]gateway.Config{
			"providers[0] \"p\": rules[1]: ": {Providers: []gateway.Provider{{ID: 1, Name: "p", Dialect: "openai", BaseURL: "http://localhost", Rules: list}}},
			"groups[0] \"g\": rules[1]: ":    {Groups: []gateway.Group{{ID: 1, Name: "g", Policy: gateway.PolicyPriority, Rules: list}}},
		} {
			if err := gateway.Validate(config); err == nil || !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v: %v, want %q", c.rule, err, where+c.says)
			}
		}
		if _, err := gateway.MatchRule(list, 0, "a"); err == nil {
			t.Errorf("%+v fits something", c.rule)
		}
	}
}

func TestMatchRule(t *testing.T) {
	t.Parallel()
	rules := []gateway.Rule{
		{StatusFrom: 500, StatusTo: 599, Action: gateway.RuleStop},
		{StatusFrom: 429, StatusTo: 429, Text: "daily", Action: gateway.RuleNext},
		{Text: "上限", Action: gateway.RuleCount},
	}
	for _, c := range []struct {
		status int
		body   string
		want   int
	}{
		{503, "", 0},
		{429, "Daily limit", 1},
		{429, "hourly limit", -1},
		{0, "Daily limit", -1},
		{0, `{"error":{"message":"Daily limit","code":429}}`, 1},
		{200, `{"error":{"message":"Daily limit","type":"rate_limit_error"}}`, 1},
		{400, `{"error":{"message":"\u4e0a\u9650"}}`, 2},
		{0, "", -1},
	} {
		if got, err := gateway.MatchRule(rules, c.status, c.body); got != c.want || err != nil {
			t.Errorf("%d %s: rule %d (%v), want %d", c.status, c.body, got, err, c.want)
		}
	}
}
