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

// note holds an outcome against whom it blames. It returns for how long that
// one is passed over now, 0 when it isn't.
func (h *health) note(m *member, k *providerKey, o Outcome, f Failover) time.Duration {
	h.mu.Lock()
	now := h.now()
	before := h.benchedUntil(m, now)
	bench := h.hold(m, k, o, f, now)
	changed := !h.benchedUntil(m, now).Equal(before)
	h.mu.Unlock()
	if changed {
		h.onChange()
	}
	return bench
}

func (h *health) hold(m *member, k *providerKey, o Outcome, f Failover, now time.Time) time.Duration {
	state := h.members[m.id]
	if o.Class == ClassOK {
		delete(h.members, m.id)
		delete(h.pairs, pair{m.id, k.id})
		if key := h.keys[k.id]; key != nil {
			key.until = time.Time{}
		}
		return 0
	}
	if o.Blames == BlamesNobody {
		if state != nil {
			state.probing = false
		}
		return 0
	}
	if state == nil {
		state = &memberHealth{}
		h.members[m.id] = state
	}
	wasProbing := state.probing
	state.probing = false
	state.class, state.reason, state.at = o.Class, o.Reason, now
	switch {
	case o.Blames == BlamesBoth:
		return h.strike(pair{m.id, k.id}, o.Bench, now)
	case o.Blames == BlamesKey && k.id != 0:
		key := h.key(k.id)
		key.until = later(key.until, now.Add(o.Bench))
		return o.Bench
	}
	bench := o.Bench
	if o.Counts {
		bench = max(bench, state.count(f, wasProbing, now))
	}
	if bench > 0 {
		state.until = later(state.until, now.Add(bench))
	}
	return bench
}

func (h *health) key(id int64) *keyHealth {
	if h.keys[id] == nil {
		h.keys[id] = &keyHealth{}
	}
	return h.keys[id]
}

func (h *health) strike(p pair, bench time.Duration, now time.Time) time.Duration {
	state := h.pairs[p]
	if state == nil {
		state = &pairHealth{}
		h.pairs[p] = state
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
func (m *memberHealth) count(f Failover, probe bool, now time.Time) time.Duration {
	m.forgetBefore(now.Add(-f.Window))
	m.failures = append(m.failures, now)
	if len(m.failures) < f.Count && !probe {
		return 0
	}
	cooldown := min(f.Cooldown<<min(m.cooldowns, 16), f.MaxCooldown)
	m.cooldowns++
	m.failures = nil
	return cooldown
}

// pick chooses the key of a member to try now, the least recently used healthy
// one. With force it takes the one whose time comes first.
func (h *health) pick(m *member, tried []int64, force bool) (*providerKey, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	state := h.members[m.id]
	if state != nil && !force && (state.until.After(now) || state.probing) {
		return nil, false
	}
	var best *providerKey
	var bestUntil, bestUsed time.Time
	for _, k := range m.provider.keys {
		if slices.Contains(tried, k.id) {
			continue
		}
		until := h.keyBenchedUntil(m, k)
		if !until.After(now) {
			until = time.Time{}
		} else if !force {
			continue
		}
		var used time.Time
		if key := h.keys[k.id]; key != nil {
			used = key.used
		}
		if best == nil || until.Before(bestUntil) || until.Equal(bestUntil) && used.Before(bestUsed) {
			best, bestUntil, bestUsed = k, until, used
		}
	}
	if best == nil {
		return nil, false
	}
	if len(m.provider.keys) > 1 {
		h.key(best.id).used = now
	}
	if state != nil && state.cooldowns > 0 {
		state.probing = true
	}
	return best, true
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
