package gateway

import (
	"cmp"
	"slices"
	"time"
)

// Prospect is what awaits one member if a call came now.
type Prospect struct {
	MemberID int64
	Turn     int           // 1: it would answer; 2: it is next if that fails; …; 0: it is passed over
	Reason   string        // why it stands there, or is passed over: one of the Prospect constants
	KeyHint  string        // of the provider key that it would be tried with; "": none is needed, or it is passed over
	Until    time.Time     // when one that is passed over can be tried again, or a pin ends; zero: neither, or that depends
	Share    float64       // PolicyWeighted: how often it comes first among its equals, 0–1
	Latency  time.Duration // PolicyLeastLatency: what it is ordered by; 0: not measured yet
}

// Why a member stands where it stands.
const (
	ProspectPriority   = "priority"   // its number is the lowest, or the next
	ProspectCheaper    = "cheaper"    // of equal number, it costs less
	ProspectWeight     = "weight"     // of equal number, by its weight
	ProspectFaster     = "faster"     // of equal number, it was faster lately
	ProspectUnmeasured = "unmeasured" // of equal number, it has yet to be measured
	ProspectOlder      = "older"      // equal in all; it was there first
	ProspectForced     = "forced"     // all are passed over; its time comes first
	ProspectNear       = "near"       // no network: those come first that need none
	ProspectPinned     = "pinned"     // a person put it first for a while
)

// Why a member is passed over.
const (
	ProspectCooldown = "cooldown"      // it failed too often
	ProspectProbing  = "probing"       // one call is finding out whether it is back
	ProspectKeys     = "keys_cooldown" // all keys of its provider are cooling down
)

// Explain tells what awaits each member of a group if a call came now: those
// with a turn first, in its order, then those that are passed over. nil: there
// is no such group. Where chance decides, by weight, the likeliest order is
// told. The turns after the first hold if those before them fail; once a member
// that is passed over was tried for want of others, nobody is tried after it.
func (g *Gateway) Explain(groupID int64) []Prospect {
	s := g.current.Load()
	if s == nil {
		return nil
	}
	for _, grp := range s.groups {
		if grp.id == groupID {
			return g.health.explain(grp)
		}
	}
	return nil
}

func (h *health) explain(g *group) []Prospect {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	list := slices.Clone(g.members)
	switch g.policy {
	case PolicyWeighted:
		slices.SortStableFunc(list, func(a, b *member) int {
			return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(b.weight, a.weight))
		})
	case PolicyLeastLatency:
		h.sortByLatency(list, now)
	}
	list = h.pinnedFirst(list)
	var eligible, passed []*member
	for _, m := range list {
		if _, _, ok := h.choose(m, nil, false, now); ok {
			eligible = append(eligible, m)
		} else {
			passed = append(passed, m)
		}
	}
	near := 0 // so many come first for want of a network
	if h.down.Load() {
		near = nearFirst(eligible)
	}
	prospects := make([]Prospect, 0, len(list))
	pin := h.pinned(eligible)
	for tier := range tiersAround(pin, eligible) {
		for i, m := range tier {
			p := h.prospect(g, m, now)
			p.Turn, p.Reason = len(prospects)+1, h.reason(g, tier, i, now)
			switch {
			case len(prospects) == pin:
				p.Reason, p.Until = ProspectPinned, h.pinnedUntil(m.id, now)
			case p.Turn <= near:
				p.Reason = ProspectNear
			}
			key, _, _ := h.choose(m, nil, false, now)
			p.KeyHint = key.hint
			if g.policy == PolicyWeighted {
				p.Share = shareOf(m, tier)
			}
			prospects = append(prospects, p)
		}
	}
	for _, m := range passed {
		p := h.prospect(g, m, now)
		p.Until = h.benchedUntil(m, now)
		p.Reason = h.whyPassedOver(m, now)
		prospects = append(prospects, p)
	}
	if len(eligible) == 0 && len(passed) > 0 {
		h.force(prospects, passed, now)
	}
	return prospects
}

// nearFirst orders members as a plan tries them without a network, and returns how
// many were put before others by that.
func nearFirst(list []*member) int {
	slices.SortStableFunc(list, func(a, b *member) int {
		switch {
		case a.isNear() == b.isNear():
			return 0
		case a.isNear():
			return -1
		default:
			return 1
		}
	})
	if near := slices.IndexFunc(list, func(m *member) bool { return !m.isNear() }); near > 0 {
		return near
	}
	return 0
}

// tiersAround yields the runs of equal priority, the member at an index on its own;
// -1: there is none.
func tiersAround(at int, list []*member) func(yield func([]*member) bool) {
	return func(yield func([]*member) bool) {
		parts := [][]*member{list}
		if at >= 0 {
			parts = [][]*member{list[:at], list[at : at+1], list[at+1:]}
		}
		for _, part := range parts {
			for tier := range tiers(part) {
				if !yield(tier) {
					return
				}
			}
		}
	}
}

// prospect is what is true of a member whatever its turn.
func (h *health) prospect(g *group, m *member, now time.Time) Prospect {
	p := Prospect{MemberID: m.id}
	if g.policy == PolicyLeastLatency {
		p.Latency = h.latencies[m.id].known(now)
	}
	return p
}

// force gives the only turn to the member whose time comes first, as a plan
// does.
func (h *health) force(prospects []Prospect, passed []*member, now time.Time) {
	first := 0
	for i := range prospects {
		if prospects[i].Until.Before(prospects[first].Until) {
			first = i
		}
	}
	p := prospects[first]
	key, _, _ := h.choose(passed[first], nil, true, now)
	p.Turn, p.Reason, p.KeyHint = 1, ProspectForced, key.hint
	copy(prospects[1:first+1], prospects[:first])
	prospects[0] = p
}

func shareOf(m *member, tier []*member) float64 {
	total := int64(0)
	for _, other := range tier {
		total += other.weight
	}
	return float64(m.weight) / float64(total)
}

// reason tells why a member stands before the next one of equal priority. The
// last one, and one that has no equals, stands there by its number.
func (h *health) reason(g *group, tier []*member, i int, now time.Time) string {
	m := tier[i]
	unmeasured := g.policy == PolicyLeastLatency && h.latencies[m.id].known(now) == 0
	switch {
	case len(tier) == 1:
		return ProspectPriority
	case g.policy == PolicyWeighted:
		return ProspectWeight
	case unmeasured:
		return ProspectUnmeasured
	case i == len(tier)-1:
		return ProspectPriority
	}
	next := tier[i+1]
	switch {
	case g.policy == PolicyLeastLatency && h.latencies[m.id].known(now) < h.latencies[next.id].known(now):
		return ProspectFaster
	case m.model.Price.typical() < next.model.Price.typical():
		return ProspectCheaper
	default:
		return ProspectOlder
	}
}

func (h *health) whyPassedOver(m *member, now time.Time) string {
	switch state := h.members[m.id]; {
	case state != nil && state.until.After(now):
		return ProspectCooldown
	case state != nil && state.probing:
		return ProspectProbing
	default:
		return ProspectKeys
	}
}
