package gateway_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

// firsts counts which member was asked first in n calls.
func (h *house) firsts(n int) map[int64]int {
	h.t.Helper()
	h.ledger.mu.Lock()
	before := len(h.ledger.recorded)
	h.ledger.mu.Unlock()
	for range n {
		h.post(plainBody)
	}
	counts := map[int64]int{}
	for _, call := range h.ledger.await(h.t, before+n)[before:] {
		counts[call.Attempts[0].MemberID]++
	}
	return counts
}

// By weight, each member comes first as often as its share says, also when some
// are passed over; a weight of zero counts as one.
func TestWeighted(t *testing.T) {
	t.Parallel()
	const n = 1200
	ups := []*moody{serveMoody(t), serveMoody(t), serveMoody(t), serveMoody(t)}
	h := open(t, []string{ups[0].url, ups[1].url, ups[2].url, ups[3].url}, func(c *gateway.Config) {
		c.Groups[0].Policy = gateway.PolicyWeighted
		for i, weight := range []int{0, 2, 5, 100} {
			c.Groups[0].Members[i].Weight = weight
			c.Groups[0].Members[i].Priority = 1 + i/3 // the heaviest has a tier of its own
		}
	})
	check := func(counts map[int64]int, shares map[int64]float64) {
		t.Helper()
		for id, share := range shares {
			deviation := math.Sqrt(n * share * (1 - share))
			if math.Abs(float64(counts[id])-n*share) > 5*deviation {
				t.Errorf("member %d was first %d times of %d, its share is %v", id, counts[id], n, share)
			}
		}
		if counts[4] != 0 {
			t.Errorf("a member of a later tier was first: %v", counts)
		}
	}
	check(h.firsts(n), map[int64]float64{1: 1. / 8, 2: 2. / 8, 3: 5. / 8})
	ups[2].status.Store(404)
	h.firsts(20) // the third one is passed over from now on
	check(h.firsts(n), map[int64]float64{1: 1. / 3, 2: 2. / 3, 3: 0})
	for _, u := range ups[:2] {
		u.status.Store(500)
	}
	call := h.ledger.await(t, 2*n+20)
	h.post(plainBody).wantGood(t, false)
	last := h.ledger.await(t, len(call)+1)[len(call)]
	if len(last.Attempts) != 3 || last.Attempts[2].MemberID != 4 {
		t.Errorf("the later tier is last: %+v", last.Attempts)
	}
}

// Weights that can't be added up are refused.
func TestWeightsOutOfRange(t *testing.T) {
	t.Parallel()
	h := open(t, []string{"http://127.0.0.1:1/v1"})
	for _, weight := range []int{-1, 1_000_001, math.MaxInt} {
		h.config.Groups[0].Members[0].Weight = weight
		if err := gateway.Validate(h.config); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("members[0]: weight %d", weight)) {
			t.Errorf("%d: %v", weight, err)
		}
	}
}

// By latency, those that are not measured come first, then the faster one.
func TestLeastLatency(t *testing.T) {
	t.Parallel()
	slow := serve(t, func(v *visit) {
		time.Sleep(500 * time.Millisecond) // what is measured here is time itself
		healthy(v)
	})
	h := open(t, []string{slow.url, serve(t, healthy).url}, func(c *gateway.Config) {
		c.Groups[0].Policy = gateway.PolicyLeastLatency
		c.Groups[0].Members[1].Priority = 1
	})
	for i, want := range []int64{1, 2, 2, 2} {
		if got := h.firsts(1); got[want] != 1 {
			t.Errorf("call %d: first was %v, want %d; %+v", i, got, want, h.Explain(1))
		}
	}
	if p := h.Explain(1)[1]; p.MemberID != 1 || p.Latency < 500*time.Millisecond {
		t.Errorf("the slow one: %+v", p)
	}
}

// The mean follows what happens, and a member that was slow once gets another
// chance.
func TestLatencyMean(t *testing.T) {
	t.Parallel()
	h := open(t, []string{"http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"}, func(c *gateway.Config) {
		c.Groups[0].Policy = gateway.PolicyLeastLatency
		c.Groups[0].Members[1].Priority = 1
	})
	clock := h.clock()
	expect := func(why string, first int64, latency time.Duration) {
		t.Helper()
		if p := h.Explain(1)[0]; p.MemberID != first || p.Latency != latency {
			t.Errorf("%s: %+v, want %d with %v", why, p, first, latency)
		}
	}
	const ms = time.Millisecond
	expect("nobody is measured", 1, 0)
	h.Took(1, 10*ms)
	expect("the second has yet to be measured", 2, 0)
	h.Took(2, 60*ms)
	expect("the first is faster", 1, 10*ms)
	h.Took(1, 310*ms)
	expect("a slow call moves the mean by a fifth", 2, 60*ms)
	clock.advance(5 * time.Minute)
	h.Took(2, 60*ms)
	clock.advance(5 * time.Minute)
	expect("the first is forgotten", 1, 0)
	h.Took(1, 20*ms)
	expect("measured anew", 1, 20*ms)

	h.config.Timeouts.Reply = time.Minute
	h.apply()
	expect("a setting was saved", 1, 20*ms)
	h.config.Providers[0].Models[0].Name = "another"
	h.apply()
	expect("the member leads elsewhere", 1, 0)
	if p := h.Explain(1)[0]; p.Reason != gateway.ProspectUnmeasured {
		t.Errorf("%+v", p)
	}
}

// While one call finds out how fast a forgotten member is, the others go where
// they went.
func TestLatencyIsFoundOutOnce(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 8)
	u := serve(t, func(v *visit) {
		arrived <- struct{}{}
		<-hold
		healthy(v)
	})
	other := serve(t, healthy)
	h := open(t, []string{u.url, other.url}, func(c *gateway.Config) {
		c.Groups[0].Policy = gateway.PolicyLeastLatency
		c.Groups[0].Members[1].Priority = 1
	})
	clock := h.clock()
	h.Took(1, time.Minute)
	clock.advance(11 * time.Minute)
	h.Took(2, time.Second)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.post(plainBody)
	}()
	<-arrived
	h.post(plainBody).wantGood(t, false)
	if n := len(other.seen()); n != 1 {
		t.Errorf("the other member was asked %d times, want once", n)
	}
	close(hold)
	<-ended
}
