package gateway

import (
	"sync"
	"sync/atomic"
	"time"
)

// health is what changes while the engine runs: who failed, who is passed over
// and until when. It goes by ids and so outlives the snapshots.
type health struct {
	onChange func()           // a cooldown began or ended
	onLearnt func()           // what Learnt tells has changed
	now      func() time.Time // monotonic

	mu      sync.Mutex
	members map[int64]*memberHealth
	keys    map[int64]*keyHealth // by provider key
	pairs   map[pair]*pairHealth // a rate limit holds for one key on one member
	noUsage map[int64]struct{}   // providers that refuse to be asked for usage
	plain   map[int64]struct{}   // providers that refuse what only some take

	latencies map[int64]*latency   // by member
	pins      atomic.Pointer[pins] // nil: none

	membersKnown   subjects
	keysKnown      subjects
	providersKnown subjects
	restored       bool // from what was Learnt, and no configuration has come yet

	net     outlook
	worried atomic.Bool // an answer from far away would be news to net
	down    atomic.Bool // the network is lost, for sure
}

type pair struct{ member, key int64 }

type memberHealth struct {
	failures  []time.Time // that count, within the window
	until     time.Time   // passed over until then; stays until a call has succeeded
	cooldowns int         // in a row; each is twice as long as the one before
	probing   bool        // half open: one call is finding out

	last failure
}

type keyHealth struct {
	until time.Time
	since time.Time // when it was last held against the key
	used  time.Time
	last  failure
}

// failure is what went wrong last.
type failure struct {
	class   Class
	reason  string
	message string
	at      time.Time
}

type pairHealth struct {
	until   time.Time
	since   time.Time
	strikes int // rate limits in a row that named no time
}

// MemberHealth is the running state of one member.
type MemberHealth struct {
	MemberID      int64
	Failures      int       // within the threshold's window
	CooldownUntil time.Time // zero: not cooling down
	PinnedUntil   time.Time // it comes first in its group until then; zero: by its own order
	Trial         bool      // its cooldown is over, and no call has shown yet whether its trouble is
	Probing       bool      // on trial, and one call is finding out
	LastFailureAt time.Time // zero: none
	Class         Class     // of the last failure
	Reason        string
	Message       string // one sentence in English, secrets redacted
}

// KeyHealth is the running state of one provider key.
type KeyHealth struct {
	ProviderKeyID int64
	CooldownUntil time.Time // zero: not cooling down, but perhaps on some members: see Limited
	Limited       int       // members on which it is passed over because of a rate limit
	LastFailureAt time.Time // zero: none
	LastUsedAt    time.Time // zero: not since the start
	Class         Class     // of the last failure
	Reason        string
	Message       string
}

func newHealth(o Options) *health {
	onChange, onLearnt := o.OnHealth, o.OnLearnt
	if onChange == nil {
		onChange = func() {}
	}
	if onLearnt == nil {
		onLearnt = func() {}
	}
	h := &health{
		onChange: onChange,
		onLearnt: onLearnt,
		now:      time.Now,
		members:  map[int64]*memberHealth{},
		keys:     map[int64]*keyHealth{},
		pairs:    map[pair]*pairHealth{},
		noUsage:  map[int64]struct{}{},
		plain:    map[int64]struct{}{},

		latencies: map[int64]*latency{},

		membersKnown:   subjects{},
		keysKnown:      subjects{},
		providersKnown: subjects{},

		net: newOutlook(o.OnNetwork),
	}
	h.restore(o.Learnt)
	return h
}

func (h *health) list(s *snapshot) []MemberHealth {
	if s == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	var list []MemberHealth
	for id, m := range s.members {
		if id < 0 { // of a model that is called by name
			continue
		}
		state := h.members[id]
		until := h.benchedUntil(m, now)
		pinned := h.pinnedUntil(id, now)
		if state == nil && until.IsZero() && pinned.IsZero() {
			continue
		}
		entry := MemberHealth{MemberID: id, CooldownUntil: until, PinnedUntil: pinned}
		if state != nil {
			state.forgetBefore(now.Add(-s.failover.Window))
			entry.Failures = len(state.failures)
			entry.Trial = !state.until.IsZero() && !state.until.After(now)
			entry.Probing = entry.Trial && state.probing
			entry.LastFailureAt, entry.Class, entry.Reason, entry.Message = state.last.at, state.last.class, state.last.reason, state.last.message
		}
		list = append(list, entry)
	}
	return list
}

// listKeys returns what is known of the keys of all providers.
func (h *health) listKeys(s *snapshot) []KeyHealth {
	if s == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	limited := map[int64]int{}
	for p, state := range h.pairs {
		if state.until.After(now) && p.member > 0 && s.members[p.member] != nil {
			limited[p.key]++
		}
	}
	var list []KeyHealth
	for _, p := range s.served {
		for _, k := range p.keys {
			state := h.keys[k.id]
			if state == nil || k.id == 0 {
				continue
			}
			entry := KeyHealth{
				ProviderKeyID: k.id, Limited: limited[k.id], LastUsedAt: state.used,
				LastFailureAt: state.last.at, Class: state.last.class, Reason: state.last.reason, Message: state.last.message,
			}
			if state.until.After(now) {
				entry.CooldownUntil = state.until
			}
			list = append(list, entry)
		}
	}
	return list
}

// clear makes a member eligible at once, and its model where it is called by name.
func (h *health) clear(memberID int64, s *snapshot) {
	h.mu.Lock()
	delete(h.members, memberID)
	if s != nil && s.members[memberID] != nil {
		delete(h.members, -s.members[memberID].model.ID)
		for _, k := range s.members[memberID].provider.keys {
			if state := h.keys[k.id]; state != nil {
				*state = keyHealth{used: state.used}
			}
			delete(h.pairs, pair{memberID, k.id})
		}
	}
	h.mu.Unlock()
	h.onChange()
	h.onLearnt()
}

// refusesUsage tells whether a provider has refused to be asked for usage.
func (h *health) refusesUsage(p *provider) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, refuses := h.noUsage[p.id]
	return refuses
}

func (h *health) noteRefusesUsage(p *provider) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noUsage[p.id] = struct{}{}
}

// wantsPlain tells whether a provider has refused a request for what only some
// providers take.
func (h *health) wantsPlain(p *provider) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, wants := h.plain[p.id]
	return wants
}

func (h *health) noteWantsPlain(p *provider) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plain[p.id] = struct{}{}
}

func (m *memberHealth) forgetBefore(t time.Time) {
	kept := 0
	for kept < len(m.failures) && m.failures[kept].Before(t) {
		kept++
	}
	m.failures = m.failures[kept:]
}

// benchedUntil is when the member can be tried again: its own time, and that of
// the first of its keys. Zero: now.
func (h *health) benchedUntil(m *member, now time.Time) time.Time {
	var own, firstKey time.Time
	if state := h.members[m.id]; state != nil {
		own = state.until
	}
	for i, k := range m.provider.keys {
		if until := h.keyBenchedUntil(m, k); i == 0 || until.Before(firstKey) {
			firstKey = until
		}
	}
	until := later(own, firstKey)
	if !until.After(now) {
		return time.Time{}
	}
	return until
}

func (h *health) keyBenchedUntil(m *member, k *providerKey) time.Time {
	var until time.Time
	if state := h.keys[k.id]; state != nil {
		until = state.until
	}
	if state := h.pairs[pair{m.id, k.id}]; state != nil {
		until = later(until, state.until)
	}
	return until
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
