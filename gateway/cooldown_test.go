package gateway_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
)

// clock is a time that only moves when told to.
type clock struct {
	begun time.Time
	moved atomic.Int64
}

func (c *clock) now() time.Time          { return c.begun.Add(time.Duration(c.moved.Load())) }
func (c *clock) advance(d time.Duration) { c.moved.Add(int64(d)) }

// switched is an upstream that fails while told to.
type switched struct {
	*upstream
	fails atomic.Bool
}

func serveSwitched(t *testing.T, behave func(*visit)) *switched {
	s := &switched{}
	s.fails.Store(true)
	s.upstream = serve(t, func(v *visit) {
		if s.fails.Load() {
			behave(v)
			return
		}
		healthy(v)
	})
	return s
}

func (s *switched) count() int { return len(s.seen()) }

func (h *house) clock() *clock {
	c := &clock{begun: time.Now()}
	h.SetClock(c.now)
	return c
}

func (h *house) healthOf(member int64) gateway.MemberHealth {
	for _, m := range h.Health() {
		if m.MemberID == member {
			return m
		}
	}
	return gateway.MemberHealth{}
}

func TestCooldown(t *testing.T) {
	t.Parallel()
	bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	var changes atomic.Int32
	h := open(t, []string{bad.url, good.url})
	clock := h.clock()
	ask := func(wantAtBad int, why string) {
		t.Helper()
		before := bad.count()
		h.post(plainBody).wantGood(t, false)
		if n := bad.count() - before; n != wantAtBad {
			t.Errorf("%s: the bad member was asked %d times, want %d", why, n, wantAtBad)
		}
	}
	_ = changes.Load()
	ask(1, "first failure")
	if m := h.healthOf(1); m.Failures != 1 || !m.CooldownUntil.IsZero() || m.Class != gateway.ClassTransient || m.LastFailureAt.IsZero() {
		t.Errorf("after one failure: %+v", m)
	}
	clock.advance(6 * time.Minute)
	ask(1, "the first failure is out of the window")
	ask(1, "second failure within the window")
	if m := h.healthOf(1); m.CooldownUntil.Sub(clock.now()) != time.Minute {
		t.Errorf("after two failures: %+v", m)
	}
	ask(0, "cooling down")
	clock.advance(61 * time.Second)
	ask(1, "half open: one probe")
	if m := h.healthOf(1); m.CooldownUntil.Sub(clock.now()) != 2*time.Minute {
		t.Errorf("after a failed probe: %+v", m)
	}
	ask(0, "cooling down for twice as long")
	if m := h.healthOf(1); m.Trial {
		t.Errorf("while it cools down: %+v", m)
	}
	clock.advance(121 * time.Second)
	if m := h.healthOf(1); !m.Trial || m.Probing || !m.CooldownUntil.IsZero() {
		t.Errorf("after its cooldown: %+v", m)
	}
	bad.fails.Store(false)
	ask(1, "half open: the probe succeeds")
	ask(1, "healthy again")
	if m := h.healthOf(1); m.Failures != 0 || m.Trial || !m.CooldownUntil.IsZero() {
		t.Errorf("after a success: %+v", m)
	}
}

// The cooldown doubles up to its maximum.
func TestCooldownMaximum(t *testing.T) {
	t.Parallel()
	bad, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	h := open(t, []string{bad.url, good.url}, func(c *gateway.Config) {
		c.Failover = gateway.Failover{Count: 1, Cooldown: time.Minute, MaxCooldown: 5 * time.Minute}
	})
	clock := h.clock()
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		h.post(plainBody).wantGood(t, false)
		if got := h.healthOf(1).CooldownUntil.Sub(clock.now()); got != want {
			t.Errorf("cooldown %v, want %v", got, want)
		}
		clock.advance(want + time.Second)
	}
}

// Only one call finds out whether a member has recovered.
func TestOneProbe(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 100)
	bad := serveSwitched(t, failing(500, serverError))
	slow := serve(t, func(v *visit) {
		if bad.fails.Load() {
			failing(500, serverError)(v)
			return
		}
		arrived <- struct{}{}
		<-hold
		healthy(v)
	})
	good := serve(t, healthy)
	h := open(t, []string{slow.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	clock := h.clock()
	h.post(plainBody).wantGood(t, false)
	clock.advance(2 * time.Minute)
	bad.fails.Store(false)
	before := len(slow.seen())
	var wg sync.WaitGroup
	wg.Go(func() { h.post(plainBody).wantGood(t, false) })
	<-arrived
	if m := h.healthOf(1); !m.Trial || !m.Probing {
		t.Errorf("while it is probed: %+v", m)
	}
	for range 5 {
		h.post(plainBody).wantGood(t, false)
	}
	if n := len(slow.seen()) - before; n != 1 {
		t.Errorf("%d calls probed at once", n)
	}
	close(hold)
	wg.Wait()
	h.post(plainBody).wantGood(t, false)
	if n := len(slow.seen()) - before; n != 2 {
		t.Errorf("after the probe succeeded the member got %d calls in all, want 2", n)
	}
}

// A probe whose client leaves must not keep the member half open for ever.
func TestAbandonedProbe(t *testing.T) {
	t.Parallel()
	bad := serveSwitched(t, failing(500, serverError))
	arrived := make(chan struct{}, 10)
	stuck := serve(t, func(v *visit) {
		if bad.fails.Load() {
			failing(500, serverError)(v)
			return
		}
		arrived <- struct{}{}
		if len(v.Header.Get("User-Agent")) > 0 && v.Header.Get("User-Agent") == "leaver" {
			v.stall()
			return
		}
		healthy(v)
	})
	good := serve(t, healthy)
	h := open(t, []string{stuck.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	clock := h.clock()
	h.post(plainBody).wantGood(t, false)
	clock.advance(2 * time.Minute)
	bad.fails.Store(false)
	r := h.request(t.Context(), plainBody, "User-Agent", "leaver")
	left := make(chan struct{})
	ctx, cancel := contextWithCancel(t)
	go func() {
		defer close(left)
		h.send(r.WithContext(ctx))
	}()
	<-arrived
	cancel()
	<-left
	h.ledger.await(t, 2)
	before := len(stuck.seen())
	h.post(plainBody).wantGood(t, false)
	if n := len(stuck.seen()) - before; n != 1 {
		t.Errorf("after an abandoned probe the member was asked %d times, want 1", n)
	}
}

// With everybody cooling down, the one whose time comes first is tried at once;
// if that fails, the client is told when to come back.
func TestEverybodyCoolsDown(t *testing.T) {
	t.Parallel()
	first := serveSwitched(t, failing(429, errorBody("", "", "slow"), "Retry-After: 90"))
	second := serveSwitched(t, failing(429, errorBody("", "", "slow"), "Retry-After: 20"))
	h := open(t, []string{first.url, second.url})
	clock := h.clock()
	h.post(plainBody)
	clock.advance(5 * time.Second)
	got := h.post(plainBody)
	if first.count() != 1 || second.count() != 2 {
		t.Errorf("asked %d and %d times; want the sooner one once more", first.count(), second.count())
	}
	if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || got.status != 429 || seconds < 1 || seconds > 60 {
		t.Errorf("got %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	second.fails.Store(false)
	h.post(plainBody).wantGood(t, false)
}

// Health goes by id: a changed configuration forgets nothing, a changed key is
// given a new chance, and a person can clear it.
func TestHealthOutlivesApply(t *testing.T) {
	t.Parallel()
	bad := serveSwitched(t, failing(401, errorBody("", "invalid_api_key", "no")))
	worse, good := serveSwitched(t, failing(500, serverError)), serve(t, healthy)
	h := open(t, []string{bad.url, worse.url, good.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	h.clock()
	h.post(plainBody).wantGood(t, false)
	h.config.Timeouts.Reply = time.Minute
	h.apply()
	h.post(plainBody).wantGood(t, false)
	if bad.count() != 1 || worse.count() != 1 {
		t.Errorf("after Apply the members were asked %d and %d times, want once each", bad.count(), worse.count())
	}
	h.config.Providers[0].Keys = []gateway.ProviderKey{{ID: 1, Secret: "sk-changed-0123456789", Hint: "sk-c"}}
	h.apply()
	h.post(plainBody).wantGood(t, false)
	if bad.count() != 2 {
		t.Errorf("after its key was changed the member was asked %d times, want 2", bad.count())
	}
	h.ClearCooldown(1)
	h.ClearCooldown(2)
	h.post(plainBody).wantGood(t, false)
	if bad.count() != 3 || worse.count() != 2 {
		t.Errorf("after clearing the members were asked %d and %d times, want 3 and 2", bad.count(), worse.count())
	}
}

// Members in order of priority; equal ones by price, then by id.
func TestOrder(t *testing.T) {
	t.Parallel()
	u := serve(t, failing(500, serverError))
	both := func(in, out float64) gateway.Price {
		return gateway.Price{InputPerMillion: &in, OutputPerMillion: &out}
	}
	h := open(t, []string{u.url, u.url, u.url, u.url}, func(c *gateway.Config) {
		members := c.Groups[0].Members
		members[0].Priority, members[1].Priority, members[2].Priority, members[3].Priority = 2, 2, 1, 2
		c.Providers[0].Models[0].Price = both(3, 3)
		c.Providers[1].Models[0].Price = both(1, 1)
		c.Failover.Count = 100
	})
	h.post(plainBody)
	var order []int64
	for _, a := range h.ledger.await(t, 1)[0].Attempts {
		order = append(order, a.MemberID)
	}
	if len(order) != 4 || order[0] != 3 || order[1] != 2 || order[2] != 1 || order[3] != 4 {
		t.Errorf("order %v, want [3 2 1 4]", order)
	}
}
