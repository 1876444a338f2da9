package gateway

import (
	"slices"
	"time"
)

// A rate limit that names no time: 5 s, twice as long each time in a row.
const (
	firstStrike   = 5 * time.Second
	longestStrike = 15 * time.Minute
)

// turn is a member and a key to try, and the state in which they were found.
type turn struct {
	member *member
	key    *providerKey
	at     time.Time
	probe  bool // half open: this call finds out for all others
	forced bool // everybody is passed over; this one's time comes first
}

// note holds an outcome against whom it blames. It returns for how long that
// one is passed over because of it, 0 when it isn't.
func (h *health) note(t turn, o Outcome, f Failover) time.Duration {
	h.mu.Lock()
	now := h.now()
	before := h.benchedUntil(t.member, now)
	bench := h.hold(t, o, f, now)
	changed := !h.benchedUntil(t.member, now).Equal(before)
	h.mu.Unlock()
	if changed {
		h.onChange()
	}
	if changed || o.Blames != BlamesNobody {
		h.onLearnt()
	}
	return bench
}

func (h *health) hold(t turn, o Outcome, f Failover, now time.Time) time.Duration {
	if o.Blames != BlamesNobody && t.member.id != directMember && !h.stands(t) {
		return 0
	}
	state := h.members[t.member.id]
	if state != nil && t.probe {
		state.probing = false
	}
	switch {
	case o.Class == ClassOK:
		h.recovered(t)
		return 0
	case o.Blames == BlamesNobody, t.member.id == directMember:
		return 0
	case state == nil:
		state = &memberHealth{}
		h.members[t.member.id] = state
	}
	if o.lost && o.Counts {
		h.remember(t.member.id, state, now)
	}
	state.last = failure{o.Class, o.Reason, o.Message, now}
	if (o.Blames == BlamesBoth || o.Blames == BlamesKey) && t.key.id != 0 {
		h.key(t.key.id).last = state.last
	}
	switch {
	case o.Blames == BlamesBoth:
		return h.strike(t, o.Bench, now)
	case o.Blames == BlamesKey && t.key.id != 0:
		key := h.key(t.key.id)
		key.until, key.since = later(key.until, now.Add(o.Bench)), now
		return o.Bench
	}
	bench := o.Bench
	if o.Counts {
		bench = max(bench, state.count(t, f, now))
	}
	if bench > 0 {
		state.until = later(state.until, now.Add(bench))
	}
	return bench
}

// recovered ends what was held against the turn's member and key before the
// turn began. Failures within the window stay: a member that fails every other
// call is no healthy one.
func (h *health) recovered(t turn) {
	if m := h.members[t.member.id]; m != nil && (t.probe || !m.until.IsZero()) && !t.at.Before(m.last.at) {
		delete(h.members, t.member.id)
	}
	both := pair{t.member.id, t.key.id}
	if p := h.pairs[both]; p != nil && !t.at.Before(p.since) {
		delete(h.pairs, both)
	}
	if k := h.keys[t.key.id]; k != nil && !t.at.Before(k.since) {
		k.until = time.Time{}
	}
}

// began says that a probe's reply has begun: others need not wait for its end.
func (h *health) began(t turn) {
	if !t.probe {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if m := h.members[t.member.id]; m != nil && m.probing {
		m.probing, m.until = false, time.Time{}
	}
}

func (h *health) key(id int64) *keyHealth {
	if h.keys[id] == nil {
		h.keys[id] = &keyHealth{}
	}
	return h.keys[id]
}

func (h *health) strike(t turn, bench time.Duration, now time.Time) time.Duration {
	both := pair{t.member.id, t.key.id}
	state := h.pairs[both]
	if state == nil {
		state = &pairHealth{}
		h.pairs[both] = state
	}
	state.since = now
	if left := state.until.Sub(now); bench == 0 && left > 0 && !t.forced {
		return left // it began before the limit was known: no news
	}
	if bench == 0 {
		bench = min(firstStrike<<min(state.strikes, 16), longestStrike)
		state.strikes++
	}
	state.until = later(state.until, now.Add(bench))
	return bench
}

// count adds a failure and returns the cooldown that it starts, if it does. A
// failed probe starts the next one at once.
func (m *memberHealth) count(t turn, f Failover, now time.Time) time.Duration {
	switch {
	case t.forced && m.cooldowns > 0: // as long again, so that the others get their turn
		return min(f.Cooldown<<min(m.cooldowns-1, 16), f.MaxCooldown)
	case m.until.After(now): // it began before the cooldown did: no news
		return 0
	}
	m.forgetBefore(now.Add(-f.Window))
	m.failures = append(m.failures, now)
	if len(m.failures) < f.Count && !t.probe {
		return 0
	}
	m.cooldowns++
	return min(f.Cooldown<<min(m.cooldowns-1, 16), f.MaxCooldown)
}

// pick chooses the key of a member to try now, the least recently used healthy
// one. With force the member may be cooling down and, where none of its keys was
// tried yet, the key whose time comes first may be passed over, too.
func (h *health) pick(m *member, tried []int64, force bool) (turn, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := turn{member: m, at: h.now(), forced: force}
	h.lookForSleep(t.at)
	var halfOpen, ok bool
	if t.key, halfOpen, ok = h.choose(m, tried, force, t.at); !ok {
		return turn{}, false
	}
	if t.key.id != 0 {
		h.key(t.key.id).used = t.at
	}
	if l := h.latencies[m.id]; l != nil && l.known(t.at) == 0 {
		l.asked = t.at
	}
	if halfOpen && !force {
		t.probe, h.members[m.id].probing = true, true
	}
	return t, true
}

// choose is pick without taking. halfOpen says that the member's cooldown is
// over, and nobody knows yet whether its trouble is. The lock must be held.
func (h *health) choose(m *member, tried []int64, force bool, now time.Time) (key *providerKey, halfOpen, ok bool) {
	state := h.members[m.id]
	halfOpen = state != nil && !state.until.IsZero()
	if halfOpen && !force && (state.until.After(now) || state.probing) {
		return nil, halfOpen, false
	}
	var bestUntil, bestUsed time.Time
	for _, k := range m.provider.keys {
		if slices.Contains(tried, k.id) {
			continue
		}
		until := h.keyBenchedUntil(m, k)
		if !until.After(now) {
			until = time.Time{}
		} else if !force || len(tried) > 0 {
			continue
		}
		var used time.Time
		if state := h.keys[k.id]; state != nil {
			used = state.used
		}
		if key == nil || until.Before(bestUntil) || until.Equal(bestUntil) && used.Before(bestUsed) {
			key, bestUntil, bestUsed = k, until, used
		}
	}
	return key, halfOpen, key != nil
}

// soonest returns when the first of the members can be tried again; ok is false
// when one of them can be tried now.
func (h *health) soonest(members []*member) (wait time.Duration, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	for i, m := range members {
		until := h.benchedUntil(m, now)
		if until.IsZero() {
			return 0, false
		}
		if left := until.Sub(now); i == 0 || left < wait {
			wait = left
		}
	}
	return wait, len(members) > 0
}

// untilOf returns when one member can be tried again.
func (h *health) untilOf(m *member) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.benchedUntil(m, h.now())
}
