package gateway

import "time"

// plan is the members of a group in the order in which one call may try them,
// each at most once.
type plan struct {
	health  *health
	members []*member
	done    []bool // tried, or not to be tried
	at      int    // the member being tried; -1 before the first
	keys    []int64
	forced  bool // the one try of a member that is cooling down was taken
}

func newPlan(h *health, g *group) *plan {
	return &plan{health: h, members: g.members, done: make([]bool, len(g.members)), at: -1}
}

// nextKey returns another key of the member that was tried last.
func (p *plan) nextKey() (*member, *providerKey, bool) {
	if p.at < 0 {
		return nil, nil, false
	}
	m := p.members[p.at]
	key, ok := p.health.pick(m, p.keys, false)
	if ok {
		p.keys = append(p.keys, key.id)
	}
	return m, key, ok
}

// next returns the next member that is eligible now. When none is, it returns,
// once, the one whose cooldown ends first: waiting would not be better.
func (p *plan) next() (*member, *providerKey, bool) {
	for i, m := range p.members {
		if p.done[i] {
			continue
		}
		if key, ok := p.health.pick(m, nil, false); ok {
			return p.take(i, key)
		}
	}
	if p.forced {
		return nil, nil, false
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
		return nil, nil, false
	}
	key, ok := p.health.pick(p.members[first], nil, true)
	if !ok {
		return nil, nil, false
	}
	return p.take(first, key)
}

func (p *plan) take(i int, key *providerKey) (*member, *providerKey, bool) {
	p.at, p.done[i] = i, true
	p.keys = append(p.keys[:0], key.id)
	return p.members[i], key, true
}

// onlyLarger leaves out the members whose context isn't known to be larger than
// that of the member that was tried last.
func (p *plan) onlyLarger() {
	limit := p.members[p.at].model.ContextTokens
	for i, m := range p.members {
		if m.model.ContextTokens <= limit {
			p.done[i] = true
		}
	}
}
