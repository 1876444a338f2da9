package gateway

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// maxWeight keeps the sums of weights far from any overflow.
const maxWeight = 1_000_000

func (p Policy) known() bool {
	return p == PolicyPriority || p == PolicyWeighted || p == PolicyLeastLatency
}

// byPriority is the order in which a group keeps its members. Equal ones may
// change places for a call, as the policy says.
func byPriority(a, b *member) int {
	return cmp.Or(
		cmp.Compare(a.priority, b.priority),
		cmp.Compare(a.model.Price.typical(), b.model.Price.typical()),
		cmp.Compare(a.id, b.id),
	)
}

// typical is the price of a call with 1,000 tokens in and 500 out, which makes
// prices per call and per token comparable. An unknown price is the highest.
func (p Price) typical() float64 {
	const in, out, million = 1000, 500, 1_000_000
	switch {
	case p.PerCall != nil:
		return *p.PerCall
	case p.InputPerMillion == nil || p.OutputPerMillion == nil:
		return math.Inf(1)
	default:
		return (*p.InputPerMillion*in + *p.OutputPerMillion*out) / million
	}
}

// arrange returns the members in the order in which one call tries them. The
// list may be the group's own.
func (g *group) arrange(h *health) []*member {
	if !g.ties {
		return g.members
	}
	switch g.policy {
	case PolicyWeighted:
		list := slices.Clone(g.members)
		for tier := range tiers(list) {
			draw(tier)
		}
		return list
	case PolicyLeastLatency:
		list := slices.Clone(g.members)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.sortByLatency(list, h.now())
		return list
	default:
		return g.members
	}
}

// tiers yields the runs of members of equal priority.
func tiers(list []*member) func(yield func([]*member) bool) {
	return func(yield func([]*member) bool) {
		for from := 0; from < len(list); {
			to := from + 1
			for to < len(list) && list[to].priority == list[from].priority {
				to++
			}
			if !yield(list[from:to]) {
				return
			}
			from = to
		}
	}
}

// draw puts members into an order drawn by weight: each next one is drawn from
// those that are left. Whichever of them are passed over, the others keep their
// shares by that.
func draw(tier []*member) {
	total := int64(0)
	for _, m := range tier {
		total += m.weight
	}
	for i := range len(tier) - 1 {
		at, j := rand.Int64N(total), i
		for at >= tier[j].weight {
			at -= tier[j].weight
			j++
		}
		tier[i], tier[j] = tier[j], tier[i]
		total -= tier[i].weight
	}
}

// How the mean time to the first token moves: each new one counts a fifth, so
// that of ten in a row the older half counts little. A mean that got no new one
// for as long as latencyKept is forgotten: who was slow once gets another chance.
const (
	latencyShare = 5
	latencyKept  = 10 * time.Minute
)

// latency is how long a member lately took to its first token or, for replies
// that come whole, to the reply.
type latency struct {
	mean  time.Duration
	at    time.Time // of the newest
	asked time.Time // when one call was sent to find out anew
}

// known returns the mean; 0: none, or it is forgotten. While one call finds out
// anew, the old mean holds for the others.
func (l *latency) known(now time.Time) time.Duration {
	if l == nil || now.Sub(later(l.at, l.asked)) >= latencyKept {
		return 0
	}
	return l.mean
}

// measured takes in how long a member took in a call that succeeded.
func (h *health) measured(m *member, took time.Duration) {
	if m.id == directMember || took <= 0 {
		return
	}
	defer h.onLearnt()
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	l := h.latencies[m.id]
	switch {
	case l == nil:
		h.latencies[m.id] = &latency{mean: took, at: now}
		return
	case now.Sub(l.at) >= latencyKept:
		l.mean = took
	default:
		l.mean += (took - l.mean) / latencyShare
	}
	l.at = now
}

// sortByLatency orders members of equal priority: first those that have yet to
// be measured, then the faster one. The lock must be held.
func (h *health) sortByLatency(list []*member, now time.Time) {
	for tier := range tiers(list) {
		slices.SortStableFunc(tier, func(a, b *member) int {
			return cmp.Compare(h.latencies[a.id].known(now), h.latencies[b.id].known(now))
		})
	}
}
