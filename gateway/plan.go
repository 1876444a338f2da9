package gateway

import "time"

// plan is the members of a group in the order in which one call may try them,
// each at most once.
type plan struct {
	health  *health
	members []*member
	done    []bool // tried, or not to be tried
	tried   int
	at      int // the member being tried; -1 before the first
	keys    []int64
	forced  bool // the one try of a member that is cooling down was taken
	forcing bool // the member being tried is that one
}

func newPlan(h *health, g *group) *plan {
	return &plan{health: h, members: h.pinnedFirst(g.arrange(h)), done: make([]bool, len(g.members)), at: -1}
}

// nextKey returns the turn of another key of the member that was tried last. One
// that was tried although it cools down gets the turns of its other keys, too.
func (p *plan) nextKey() (turn, bool) {
	t, ok := p.health.pick(p.members[p.at], p.keys, p.forcing)
	if ok {
		p.keys = append(p.keys, t.key.id)
	}
	return t, ok
}

// next returns the turn of the next member that is eligible now. When none is,
// it returns, once, the one whose cooldown ends first: waiting would not be
// better.
func (p *plan) next() (turn, bool) {
	if p.health.down.Load() { // what needs no internet comes first: the others need their time to fail
		if t, ok := p.first((*member).isNear); ok {
			return t, true
		}
	}
	if t, ok := p.first(func(*member) bool { return true }); ok {
		return t, true
	}
	if p.forced {
		return turn{}, false
	}
	p.forced = true
	first := -1
	var firstUntil time.Time
	for i, m := range p.members {
		if p.done[i] {
			continue
		}
		if until := p.health.untilOf(m); first < 0 || until.Before(firstUntil) {
			first, firstUntil = i, until
		}
	}
	if first < 0 {
		return turn{}, false
	}
	t, _ := p.health.pick(p.members[first], nil, true)
	return p.take(first, t)
}

// first returns the turn of the first member of some that is eligible now.
func (p *plan) first(of func(*member) bool) (turn, bool) {
	for i, m := range p.members {
		if p.done[i] || !of(m) {
			continue
		}
		if t, ok := p.health.pick(m, nil, false); ok {
			return p.take(i, t)
		}
	}
	return turn{}, false
}

func (m *member) isNear() bool { return m.provider.at.reach != farAway }

func (p *plan) take(i int, t turn) (turn, bool) {
	p.at, p.done[i], p.forcing = i, true, t.forced
	p.tried++
	p.keys = append(p.keys[:0], t.key.id)
	return t, true
}

// exhausted tells whether every member was tried.
func (p *plan) exhausted() bool { return p.tried == len(p.members) }

// onlyLarger leaves out the members whose context isn't known to be larger than
// that of the member that was tried last. It returns whether any is left.
func (p *plan) onlyLarger() bool {
	left := false
	limit := p.members[p.at].model.ContextTokens
	for i, m := range p.members {
		p.done[i] = p.done[i] || m.model.ContextTokens <= limit
		left = left || !p.done[i]
	}
	return left
}
