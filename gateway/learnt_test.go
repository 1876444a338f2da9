package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
)

// reopened is another engine with the same configuration, which knows what the
// first one had learnt, read back from JSON.
func (h *house) reopened(t *testing.T, changes ...func(*gateway.Learnt)) *house {
	t.Helper()
	text, err := json.Marshal(h.Learnt())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), providerKey) {
		t.Errorf("what was learnt holds a key: %s", text)
	}
	var learnt gateway.Learnt
	if err := json.Unmarshal(text, &learnt); err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(&learnt)
	}
	return run(t, h.config, gateway.Options{Learnt: learnt})
}

// ago makes what was learnt that much older.
func ago(d time.Duration) func(*gateway.Learnt) {
	return func(l *gateway.Learnt) {
		shift := func(t *time.Time) {
			if !t.IsZero() {
				*t = t.Add(-d)
			}
		}
		shift(&l.SavedAt)
		for i := range l.Members {
			m := &l.Members[i]
			for j := range m.Failures {
				shift(&m.Failures[j])
			}
			shift(&m.GoneAt)
			shift(&m.Until)
			shift(&m.Last.At)
			shift(&m.LatencyAt)
		}
		for i := range l.Keys {
			k := &l.Keys[i]
			shift(&k.GoneAt)
			shift(&k.Until)
			shift(&k.Since)
			shift(&k.Last.At)
		}
		for i := range l.Limits {
			shift(&l.Limits[i].Until)
			shift(&l.Limits[i].Since)
		}
	}
}

// near tells whether two times are the same but for what the test itself took.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < 5*time.Second }

// without takes the last group out of the configuration, and provider i with
// its models when i is at least 0.
func (h *house) without(i int) (back func()) {
	h.t.Helper()
	before := h.config
	h.config.Groups = nil
	if i >= 0 {
		h.config.Providers = append(append([]gateway.Provider(nil), before.Providers[:i]...), before.Providers[i+1:]...)
	}
	h.apply()
	return func() {
		h.t.Helper()
		h.config = before
		h.apply()
	}
}

// What is switched off and on again is passed over for as long as it was: its
// failures, its cooldown, its key's and its rate limit.
func TestHealthOutlivesAbsence(t *testing.T) {
	t.Parallel()
	for _, gone := range []struct {
		what string
		i    int
	}{{"group", -1}, {"provider", 0}} {
		for _, at := range []struct {
			name   string
			behave func(*visit)
			calls  int
			until  time.Duration
		}{
			{"cooldown", failing(500, serverError), 2, time.Minute},
			{"key", failing(401, errorBody("", "invalid_api_key", "no")), 1, time.Hour},
			{"limit", failing(429, errorBody("", "", "slow"), "Retry-After: 90"), 1, 90 * time.Second},
		} {
			t.Run(gone.what+" "+at.name, func(t *testing.T) {
				t.Parallel()
				bad, good := serveSwitched(t, at.behave), serve(t, healthy)
				h := open(t, []string{bad.url, good.url})
				clock := h.clock()
				for range at.calls {
					h.post(plainBody).wantGood(t, false)
				}
				back := h.without(gone.i)
				clock.advance(30 * time.Second)
				back()
				h.post(plainBody).wantGood(t, false)
				if bad.count() != at.calls {
					t.Errorf("asked %d times, want %d", bad.count(), at.calls)
				}
				if left := h.healthOf(1).CooldownUntil.Sub(clock.now()); left != at.until-30*time.Second {
					t.Errorf("passed over for %v more, want %v", left, at.until-30*time.Second)
				}
				back = h.without(gone.i)
				clock.advance(31 * time.Minute)
				back()
				h.post(plainBody).wantGood(t, false)
				want := at.calls + 1
				if gone.what == "group" && at.name == "key" { // the key was never gone
					want = at.calls
				}
				if bad.count() != want || h.healthOf(1).Failures > 1 {
					t.Errorf("gone for half an hour: asked %d times, want %d; %+v", bad.count(), want, h.healthOf(1))
				}
			})
		}
	}
}

// A failure before counts with one after; a measured member stays measured.
func TestAbsenceKeepsWindowAndLatency(t *testing.T) {
	t.Parallel()
	bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) { c.Groups[0].Policy = gateway.PolicyLeastLatency })
	clock := h.clock()
	h.post(plainBody).wantGood(t, false)
	h.Took(2, 300*time.Millisecond)
	before := h.Learnt()
	h.without(0)()
	after := h.Learnt()
	if fmt.Sprint(before.Members) != fmt.Sprint(after.Members) || len(after.Members) != 2 || after.Members[1].Latency == 0 {
		t.Errorf("before %+v\nafter %+v", before.Members, after.Members)
	}
	h.post(plainBody).wantGood(t, false)
	if left := h.healthOf(1).CooldownUntil.Sub(clock.now()); left != time.Minute {
		t.Errorf("after the second failure: passed over for %v", left)
	}
}

// What comes back leading elsewhere begins anew.
func TestAbsenceThenAnother(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*gateway.Provider){
		"another key":   func(p *gateway.Provider) { p.Keys = []gateway.ProviderKey{{ID: 1, Secret: "sk-other-0123456789"}} },
		"another URL":   func(p *gateway.Provider) { p.BaseURL += "/v1/" },
		"another model": func(p *gateway.Provider) { p.Models = []gateway.Model{{ID: 1, Name: "other"}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			behave := failing(500, serverError)
			if name != "another model" {
				behave = failing(401, errorBody("", "invalid_api_key", "no"))
			}
			bad, good := serveSwitched(t, behave), serve(t, healthy)
			h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
			h.clock()
			h.post(plainBody).wantGood(t, false)
			h.without(0)()
			h.post(plainBody).wantGood(t, false)
			if bad.count() != 1 {
				t.Fatalf("asked %d times before the change, want 1", bad.count())
			}
			was := h.config
			h.without(0)
			h.config = was
			h.config.Providers = append([]gateway.Provider(nil), was.Providers...)
			change(&h.config.Providers[0])
			h.apply()
			h.post(plainBody).wantGood(t, false)
			if bad.count() != 2 {
				t.Errorf("asked %d times, want 2", bad.count())
			}
		})
	}
}

// A call that began with an older configuration holds nothing against what an
// id leads to now.
func TestLateFailureOfAnOlderConfiguration(t *testing.T) {
	t.Parallel()
	arrived, hold := make(chan struct{}), make(chan struct{})
	slow := serve(t, func(v *visit) {
		arrived <- struct{}{}
		<-hold
		failing(401, errorBody("", "invalid_api_key", "no"))(v)
	})
	good := serve(t, healthy)
	h := open(t, []string{slow.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.post(plainBody)
	}()
	<-arrived
	h.config.Providers[0].BaseURL = good.url
	h.config.Providers[0].Keys = []gateway.ProviderKey{{ID: 1, Secret: "sk-other-0123456789"}}
	h.apply()
	close(hold)
	<-ended
	if k, there := h.keyHealth(1); there && !k.CooldownUntil.IsZero() || !h.healthOf(1).LastFailureAt.IsZero() {
		t.Errorf("key %+v, member %+v", k, h.healthOf(1))
	}
}

// Of what is gone, so many are remembered and no more.
func TestAbsenceIsBounded(t *testing.T) {
	t.Parallel()
	good := serve(t, healthy)
	h := open(t, []string{good.url})
	clock := h.clock()
	keep := h.config
	for round := range 3 {
		h.config = keep
		h.config.Groups = []gateway.Group{keep.Groups[0], {ID: 2, Name: fmt.Sprint("many", round), Policy: gateway.PolicyPriority}}
		for i := range 600 {
			h.config.Groups[1].Members = append(h.config.Groups[1].Members, gateway.Member{ID: int64(1000*(round+1) + i), ProviderID: 1, ModelID: 1})
		}
		h.apply()
		for _, m := range h.config.Groups[1].Members {
			h.Took(m.ID, time.Second)
		}
		clock.advance(time.Minute)
	}
	h.config = keep
	h.apply()
	learnt := h.Learnt()
	if len(learnt.Members) != 1000 || learnt.Members[0].ID < 1800 || learnt.Members[999].ID != 3599 {
		t.Errorf("%d members are remembered, from %d on", len(learnt.Members), learnt.Members[0].ID)
	}
}

// Over a restart the same members are passed over until the same time.
func TestLearntOverRestart(t *testing.T) {
	t.Parallel()
	bad, refused, limited := serveSwitched(t, failing(500, serverError)), serveSwitched(t, failing(401, errorBody("", "invalid_api_key", "no"))), serveSwitched(t, failing(429, errorBody("", "", "slow")))
	once, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	h := open(t, []string{bad.url, refused.url, limited.url, once.url, good.url})
	h.post(plainBody).wantGood(t, false)
	once.fails.Store(false)
	h.post(plainBody).wantGood(t, false)
	if h.healthOf(1).CooldownUntil.IsZero() || bad.count() != 2 || once.count() != 2 {
		t.Fatalf("before the restart: %+v, asked %d and %d times", h.healthOf(1), bad.count(), once.count())
	}
	g := h.reopened(t)
	for id := int64(1); id <= 4; id++ {
		a, b := h.healthOf(id), g.healthOf(id)
		if a.Failures != b.Failures || !near(a.CooldownUntil, b.CooldownUntil) || !near(a.LastFailureAt, b.LastFailureAt) || a.Class != b.Class || a.Reason != b.Reason || a.Message != b.Message {
			t.Errorf("member %d\nbefore %+v\nafter  %+v", id, a, b)
		}
	}
	if a, _ := h.keyHealth(2); true {
		if b, there := g.keyHealth(2); !there || !near(a.CooldownUntil, b.CooldownUntil) || a.Class != b.Class {
			t.Errorf("key: before %+v, after %+v", a, b)
		}
	}
	g.post(plainBody).wantGood(t, false)
	if bad.count() != 2 || refused.count() != 1 || limited.count() != 1 || once.count() != 3 {
		t.Errorf("asked %d, %d, %d, %d times", bad.count(), refused.count(), limited.count(), once.count())
	}
	once.fails.Store(true)
	g.post(plainBody).wantGood(t, false)
	if g.healthOf(4).CooldownUntil.IsZero() {
		t.Errorf("a failure before the restart and one after it: %+v", g.healthOf(4))
	}
	if a, b := h.Learnt(), g.Learnt(); len(b.Limits) != 1 || b.Limits[0].Strikes != a.Limits[0].Strikes || b.Limits[0].Strikes != 1 {
		t.Errorf("strikes: before %+v, after %+v", a.Limits, b.Limits)
	}
}

// After a restart: what was changed meanwhile inherits nothing, what is over is
// over, and a clock that was set makes nothing longer.
func TestLearntIsJudged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		age    time.Duration
		change func(*gateway.Provider)
		asked  bool
		left   time.Duration // of the cooldown
	}{
		{name: "at once", left: time.Minute},
		{name: "40 s later", age: 40 * time.Second, left: 20 * time.Second},
		{name: "the cooldown is over", age: 2 * time.Minute, asked: true, left: 2 * time.Minute}, // half open: a failed probe doubles
		{name: "long ago", age: 24 * time.Hour, asked: true, left: time.Minute},
		{name: "FLT-100 the clock was set back", age: -24 * time.Hour, left: time.Minute},
		{name: "another URL", change: func(p *gateway.Provider) { p.BaseURL += "/v1/" }, asked: true, left: time.Minute},
		{name: "another model", change: func(p *gateway.Provider) { p.Models[0].Name = "other" }, asked: true, left: time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
			h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
			h.post(plainBody).wantGood(t, false)
			if test.change != nil {
				test.change(&h.config.Providers[0])
			}
			g := h.reopened(t, ago(test.age))
			g.post(plainBody).wantGood(t, false)
			if asked := bad.count() == 2; asked != test.asked {
				t.Errorf("asked %d times", bad.count())
			}
			if m := g.healthOf(1); !near(m.CooldownUntil, time.Now().Add(test.left)) {
				t.Errorf("passed over until %v, want %v from now", m.CooldownUntil, test.left)
			}
		})
	}
}

// A key whose text was changed between two runs is given a chance.
func TestLearntOfAnotherKey(t *testing.T) {
	t.Parallel()
	bad, good := serveSwitched(t, failing(401, errorBody("", "invalid_api_key", "no"))), serve(t, healthy)
	h := open(t, []string{bad.url, good.url})
	h.post(plainBody).wantGood(t, false)
	h.reopened(t).post(plainBody).wantGood(t, false)
	if bad.count() != 1 {
		t.Errorf("the same key: asked %d times, want 1", bad.count())
	}
	h.config.Providers[0].Keys[0].Secret = "sk-other-0123456789"
	h.reopened(t).post(plainBody).wantGood(t, false)
	if bad.count() != 2 {
		t.Errorf("another key: asked %d times, want 2", bad.count())
	}
}

// A State that was meddled with is no reason to stop.
func TestLearntNonsense(t *testing.T) {
	t.Parallel()
	good := serve(t, healthy)
	h := open(t, []string{good.url})
	g := run(t, h.config, gateway.Options{Learnt: gateway.Learnt{
		SavedAt: time.Now(),
		Members: []gateway.MemberState{{ID: 1, Fingerprint: "x", Cooldowns: -5, Latency: -1}, {ID: -7, Fingerprint: ""}},
		Keys:    []gateway.KeyState{{ID: 1, Fingerprint: strings.Repeat("00", 16)}, {ID: 0}},
		Limits:  []gateway.LimitState{{MemberID: 1, KeyID: 9, Strikes: -3}},
	}})
	g.post(plainBody).wantGood(t, false)
	if learnt := g.Learnt(); len(learnt.Limits) != 0 {
		t.Errorf("%+v", learnt)
	}
}

// Whoever keeps what was learnt hears of each change, and of nothing else.
func TestOnLearnt(t *testing.T) {
	t.Parallel()
	bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	var news atomic.Int32
	h := open(t, []string{bad.url, good.url})
	g := run(t, h.config, gateway.Options{OnLearnt: func() { news.Add(1) }})
	if news.Load() != 0 {
		t.Errorf("%d changes before any call", news.Load())
	}
	g.post(plainBody).wantGood(t, false)
	g.ledger.await(t, 1)
	if news.Load() < 2 { // a failure, and a time measured
		t.Errorf("%d changes after a failure and a success", news.Load())
	}
	before := news.Load()
	g.ClearCooldown(1)
	if news.Load() == before {
		t.Error("clearing is no change")
	}
}
