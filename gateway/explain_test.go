package gateway_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
)

// moody is an upstream that answers with whatever status it is set to.
type moody struct {
	*upstream
	status atomic.Int64
}

func serveMoody(t *testing.T) *moody {
	m := &moody{}
	m.status.Store(200)
	m.upstream = serve(t, func(v *visit) {
		if status := int(m.status.Load()); status != 200 {
			failing(status, errorBody("", "", "no such model"), "Retry-After: 90")(v)
			return
		}
		healthy(v)
	})
	return m
}

func dollars(d float64) gateway.Price {
	return gateway.Price{InputPerMillion: &d, OutputPerMillion: &d}
}

// What Explain foretells comes to pass, in groups and states of all kinds: who
// is tried first and with which key, and who comes next when it fails.
func TestExplainForetells(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 7))
			policy := []gateway.Policy{gateway.PolicyPriority, gateway.PolicyLeastLatency, gateway.PolicyWeighted}[seed%3]
			var ups []*moody
			var urls []string
			for range 1 + random.IntN(5) {
				ups = append(ups, serveMoody(t))
				urls = append(urls, ups[len(ups)-1].url)
			}
			h := open(t, urls, func(c *gateway.Config) {
				c.Groups[0].Policy = policy
				c.Limits.Attempts = 50
				c.Failover.Count = 1 + random.IntN(2)
				for i := range c.Groups[0].Members {
					c.Groups[0].Members[i].Priority = 1 + random.IntN(2)
					c.Groups[0].Members[i].Weight = random.IntN(4)
					if random.IntN(3) > 0 {
						c.Providers[i].Models[0].Price = dollars(float64(random.IntN(2)))
					}
					id := int64(100 * (i + 1))
					c.Providers[i].Keys[0].Hint = fmt.Sprintf("first-%d", i)
					if random.IntN(2) > 0 {
						c.Providers[i].Keys = append(c.Providers[i].Keys, gateway.ProviderKey{ID: id, Secret: fmt.Sprintf("sk-%d-0123456789", id), Hint: fmt.Sprintf("second-%d", i)})
					}
				}
			})
			clock := h.clock()
			for step := range 40 {
				for _, u := range ups {
					if random.IntN(3) == 0 {
						u.status.Store([]int64{200, 200, 500, 401, 429, 404}[random.IntN(6)])
					}
				}
				clock.advance(time.Duration(random.IntN(200)) * time.Second)
				foretold := h.Explain(1)
				if again := h.Explain(1); !slices.Equal(foretold, again) {
					t.Fatalf("to explain changes something: %+v, then %+v", foretold, again)
				}
				h.post(plainBody)
				calls := h.ledger.await(t, step+1)
				checkForetold(t, policy, foretold, calls[step].Attempts)
			}
		})
	}
}

func checkForetold(t *testing.T, policy gateway.Policy, foretold []gateway.Prospect, attempts []gateway.Attempt) {
	t.Helper()
	var turns, tried []int64
	for i, p := range foretold {
		if p.Turn > 0 {
			turns = append(turns, p.MemberID)
			if p.Turn != i+1 {
				t.Errorf("turn %d stands at %d: %+v", p.Turn, i, foretold)
			}
		} else if p.Reason == gateway.ProspectCooldown && p.Until.IsZero() || p.KeyHint != "" {
			t.Errorf("passed over: %+v", p)
		}
	}
	for _, a := range attempts {
		if len(tried) == 0 || tried[len(tried)-1] != a.MemberID {
			tried = append(tried, a.MemberID)
		}
	}
	first := foretold[0]
	if policy == gateway.PolicyWeighted && first.Reason == gateway.ProspectForced {
		for _, p := range foretold { // between equal times, chance decides
			if p.MemberID == tried[0] && p.Until.Equal(first.Until) {
				return
			}
		}
	}
	if policy == gateway.PolicyWeighted && first.Reason != gateway.ProspectForced {
		sum := 0.0
		var ofFirst *gateway.Prospect
		for i, p := range foretold {
			if p.MemberID == tried[0] {
				ofFirst = &foretold[i]
			}
			if sum < 0.999 {
				sum += p.Share
			}
		}
		if math.Abs(sum-1) > 1e-9 || ofFirst.Share == 0 || ofFirst.Share > first.Share {
			t.Errorf("%d was tried first: %+v", tried[0], foretold)
		}
		first = *ofFirst
		turns = nil // chance decides between equals
	}
	if first.MemberID != tried[0] || first.KeyHint != attempts[0].KeyHint {
		t.Errorf("%d was tried first with %s, foretold was %+v", tried[0], attempts[0].KeyHint, foretold)
	}
	if n := min(len(turns), len(tried)); !slices.Equal(turns[:n], tried[:n]) {
		t.Errorf("tried %v, foretold was %+v", tried, foretold)
	}
}

func reasons(list []gateway.Prospect) string {
	text := ""
	for _, p := range list {
		text += fmt.Sprintf("%d:%d:%s ", p.MemberID, p.Turn, p.Reason)
	}
	return text
}

// Each reason where it belongs.
func TestExplainReasons(t *testing.T) {
	t.Parallel()
	up := serve(t, healthy).url
	h := open(t, []string{up, up, up, up, up}, func(c *gateway.Config) {
		for i, m := range []struct {
			priority int
			price    float64
		}{{1, 2}, {1, 1}, {1, 2}, {2, 1}, {3, 1}} {
			c.Groups[0].Members[i].Priority = m.priority
			c.Providers[i].Models[0].Price = dollars(m.price)
		}
	})
	if got, want := reasons(h.Explain(1)), "2:1:cheaper 1:2:older 3:3:priority 4:4:priority 5:5:priority "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.config.Groups[0].Policy = gateway.PolicyWeighted
	h.config.Groups[0].Members[2].Weight = 3
	h.apply()
	list := h.Explain(1)
	if got, want := reasons(list), "3:1:weight 2:2:weight 1:3:weight 4:4:priority 5:5:priority "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if list[0].Share != 0.6 || list[1].Share != 0.2 || list[3].Share != 1 {
		t.Errorf("shares: %+v", list)
	}
	h.config.Groups[0].Policy = gateway.PolicyLeastLatency
	h.apply()
	if got, want := reasons(h.Explain(1)), "2:1:unmeasured 1:2:unmeasured 3:3:unmeasured 4:4:priority 5:5:priority "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.post(plainBody).wantGood(t, false)
	h.ledger.await(t, 1)
	list = h.Explain(1)
	if got, want := reasons(list), "1:1:unmeasured 3:2:unmeasured 2:3:priority 4:4:priority 5:5:priority "; got != want || list[2].Latency <= 0 {
		t.Errorf("%s, want %s: %+v", got, want, list)
	}
	if h.Explain(99) != nil {
		t.Error("a group that isn't there is explained")
	}
	if got := gateway.New(gateway.Options{}).Explain(1); got != nil {
		t.Errorf("before a configuration: %+v", got)
	}
}

// Who is passed over stands last, with the reason and the time.
func TestExplainPassedOver(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 8)
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
	keyless := serve(t, failing(401, errorBody("", "invalid_api_key", "no")))
	h := open(t, []string{slow.url, bad.url, keyless.url}, func(c *gateway.Config) { c.Failover.Count = 1 })
	clock := h.clock()
	h.post(plainBody)
	list := h.Explain(1)
	if got, want := reasons(list), "1:1:forced 2:0:cooldown 3:0:keys_cooldown "; got != want {
		t.Fatalf("%s, want %s: %+v", got, want, list)
	}
	if !list[0].Until.Equal(clock.now().Add(time.Minute)) || !list[2].Until.Equal(clock.now().Add(time.Hour)) || list[0].KeyHint == "" {
		t.Errorf("%+v", list)
	}
	bad.fails.Store(false)
	clock.advance(61 * time.Second)
	if got, want := reasons(h.Explain(1)), "1:1:priority 2:2:priority 3:0:keys_cooldown "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.post(plainBody)
	}()
	<-arrived
	list = h.Explain(1)
	if got, want := reasons(list), "2:1:priority 1:0:probing 3:0:keys_cooldown "; got != want || !list[1].Until.IsZero() {
		t.Errorf("%s, want %s: %+v", got, want, list)
	}
	close(hold)
	<-ended
}
