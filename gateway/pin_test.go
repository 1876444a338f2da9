package gateway_test

import (
	"slices"
	"testing"
	"time"

	"headgate/gateway"
)

// tried makes a call and returns the members that it was tried with.
func (h *house) tried(t *testing.T) (ids []int64) {
	t.Helper()
	n := len(h.ledger.all())
	h.post(plainBody)
	for _, a := range h.ledger.await(t, n+1)[n].Attempts {
		ids = append(ids, a.MemberID)
	}
	return ids
}

// A pinned member comes first whatever the group's order says, until its time is
// up, and the others take over when it fails.
func TestPin(t *testing.T) {
	for _, policy := range []gateway.Policy{gateway.PolicyPriority, gateway.PolicyWeighted, gateway.PolicyLeastLatency} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			third := serveMoody(t)
			h := open(t, []string{serve(t, healthy).url, serve(t, healthy).url, third.url}, func(c *gateway.Config) {
				c.Groups[0].Policy = policy
				c.Failover.Count = 1
				for i := range c.Groups[0].Members {
					c.Groups[0].Members[i].Priority = i + 1
				}
			})
			clock := h.clock()
			check := func(what string, want ...int64) {
				t.Helper()
				if got := h.tried(t); !slices.Equal(got, want) {
					t.Errorf("%s: tried %v, want %v", what, got, want)
				}
			}
			check("without a pin", 1)
			if h.Pin(99, time.Hour) {
				t.Error("a member that isn't there was pinned")
			}
			if !h.Pin(3, time.Hour) || !h.Pin(2, time.Hour) {
				t.Fatal("a member could not be pinned")
			}
			check("the last one pinned", 2)
			h.Unpin(3)
			check("the other one unpinned", 2)
			h.Pin(3, time.Hour)
			if got, want := reasons(h.Explain(1)), "3:1:pinned 1:2:priority 2:3:priority "; got != want {
				t.Errorf("explained as %s, want %s", got, want)
			}
			if until := h.healthOf(3).PinnedUntil; !until.Equal(clock.now().Add(time.Hour)) || !h.healthOf(2).PinnedUntil.IsZero() {
				t.Errorf("pinned until %v", until)
			}
			third.status.Store(500)
			check("it fails", 3, 1)
			check("it is cooling down", 1)
			if got, want := reasons(h.Explain(1)), "1:1:priority 2:2:priority 3:0:cooldown "; got != want {
				t.Errorf("explained as %s, want %s", got, want)
			}
			third.status.Store(200)
			h.ClearCooldown(3)
			check("its cooldown is cleared", 3)
			h.apply()
			check("a setting was saved", 3)
			clock.advance(time.Hour)
			check("an hour later", 1)
			if !h.healthOf(3).PinnedUntil.IsZero() {
				t.Error("a pin whose time is up is told of")
			}
			h.Pin(3, time.Hour)
			h.Unpin(3)
			check("unpinned", 1)
		})
	}
}

// A pin outlives a restart for the rest of its time, and not a change of where its
// member leads.
func TestPinIsLearnt(t *testing.T) {
	t.Parallel()
	urls := []string{serve(t, healthy).url, serve(t, healthy).url}
	h := open(t, urls)
	clock := h.clock()
	learnt := 0
	h.Pin(2, time.Hour)
	saved := h.Learnt()
	next := func(change func(*gateway.Config)) *gateway.Gateway {
		learnt++
		g := gateway.New(gateway.Options{})
		t.Cleanup(func() { _ = g.Close() })
		later := clock.begun.Add(time.Duration(learnt) * time.Minute)
		g.SetClock(func() time.Time { return later })
		g.Relearn(saved)
		c := h.config
		c.Providers = append([]gateway.Provider{}, c.Providers...)
		change(&c)
		if err := g.Apply(c); err != nil {
			t.Fatal(err)
		}
		return g
	}
	if got, want := reasons(next(func(*gateway.Config) {}).Explain(1)), "2:1:pinned 1:2:priority "; got != want {
		t.Errorf("after a restart: %s, want %s", got, want)
	}
	if got, want := reasons(next(func(c *gateway.Config) { c.Providers[1].BaseURL = urls[0] }).Explain(1)), "1:1:priority 2:2:priority "; got != want {
		t.Errorf("where it leads elsewhere: %s, want %s", got, want)
	}
	learnt = 60
	if got, want := reasons(next(func(*gateway.Config) {}).Explain(1)), "1:1:priority 2:2:priority "; got != want {
		t.Errorf("after its time: %s, want %s", got, want)
	}
}
