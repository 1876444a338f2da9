package gateway

import (
	"cmp"
	"encoding/hex"
	"slices"
	"time"
)

// Learnt is what an engine has found out about members and provider keys: plain data,
// to be kept while no engine runs. Its order is fixed. Times are of the wall
// clock; what counts is their distance from SavedAt, so that a clock that was
// set in between makes no cooldown longer.
//
// Fingerprints are hashes over key texts: keep it as safe as the keys.
type Learnt struct {
	SavedAt time.Time // zero: nothing was learnt
	Members []MemberState
	Keys    []KeyState
	Limits  []LimitState
}

// MemberState is what was learnt of a member.
type MemberState struct {
	ID          int64
	Fingerprint string      // of what it leads to
	GoneAt      time.Time   // when the configuration lost it; zero: it had it
	Failures    []time.Time // that count, oldest first
	Until       time.Time   // passed over until then, and half open after; zero: neither
	Cooldowns   int         // in a row
	Last        FailureState
	Latency     time.Duration // mean time to the first token; 0: none
	LatencyAt   time.Time     // of the newest
	PinnedUntil time.Time     // first in its group until then; zero: it isn't
}

// KeyState is what was learnt of a provider key.
type KeyState struct {
	ID          int64
	Fingerprint string // of its text and where it is used
	GoneAt      time.Time
	Until       time.Time // passed over until then
	Since       time.Time // when it was last held against the key
	Last        FailureState
}

// LimitState is a rate limit of one key on one member.
type LimitState struct {
	MemberID int64
	KeyID    int64
	Until    time.Time
	Since    time.Time
	Strikes  int // in a row that named no time
}

// FailureState is what went wrong last. Its words are redacted.
type FailureState struct {
	Class   Class
	Reason  string
	Message string
	At      time.Time // zero: nothing did
}

func (h *health) save() Learnt {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	wall := now.Round(0).UTC()
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Time{}
		}
		return wall.Add(t.Sub(now))
	}
	last := func(f failure) FailureState { return FailureState{f.class, f.reason, f.message, at(f.at)} }
	s := Learnt{SavedAt: wall}
	for id, known := range h.membersKnown {
		if !h.hasMember(id) {
			continue
		}
		entry := MemberState{ID: id, Fingerprint: known.is.String(), GoneAt: at(known.gone)}
		if m := h.members[id]; m != nil {
			for _, t := range m.failures {
				entry.Failures = append(entry.Failures, at(t))
			}
			entry.Until, entry.Cooldowns, entry.Last = at(m.until), m.cooldowns, last(m.last)
		}
		if l := h.latencies[id]; l.known(now) != 0 {
			entry.Latency, entry.LatencyAt = l.mean, at(l.at)
		}
		entry.PinnedUntil = at(h.pinnedUntil(id, now))
		s.Members = append(s.Members, entry)
	}
	for id, known := range h.keysKnown {
		if !h.hasKey(id) {
			continue
		}
		entry := KeyState{ID: id, Fingerprint: known.is.String(), GoneAt: at(known.gone)}
		if k := h.keys[id]; k != nil {
			entry.Until, entry.Since, entry.Last = at(k.until), at(k.since), last(k.last)
		}
		s.Keys = append(s.Keys, entry)
	}
	for p, l := range h.pairs {
		s.Limits = append(s.Limits, LimitState{p.member, p.key, at(l.until), at(l.since), l.strikes})
	}
	slices.SortFunc(s.Members, func(a, b MemberState) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Keys, func(a, b KeyState) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Limits, func(a, b LimitState) int {
		return cmp.Or(cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.KeyID, b.KeyID))
	})
	return s
}

// restore takes in what was saved as if the configuration had lost all of it
// just now: the first one finds out what is still there and the same.
func (h *health) restore(s Learnt) {
	if s.SavedAt.IsZero() {
		return
	}
	h.restored = true
	now := h.now()
	elapsed := max(now.Round(0).Sub(s.SavedAt), 0)
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return now.Add(t.Sub(s.SavedAt) - elapsed)
	}
	last := func(f FailureState) failure { return failure{f.Class, f.Reason, f.Message, at(f.At)} }
	gone := func(t time.Time) time.Time {
		if t.IsZero() {
			return now
		}
		return at(t)
	}
	pinned := pins{}
	for _, in := range s.Members {
		h.membersKnown[in.ID] = subject{parseFingerprint(in.Fingerprint), gone(in.GoneAt)}
		m := &memberHealth{until: at(in.Until), cooldowns: max(in.Cooldowns, 0), last: last(in.Last)}
		for _, t := range in.Failures {
			m.failures = append(m.failures, at(t))
		}
		h.members[in.ID] = m
		if in.Latency > 0 {
			h.latencies[in.ID] = &latency{mean: in.Latency, at: at(in.LatencyAt)}
		}
		if until := at(in.PinnedUntil); until.After(now) {
			pinned[in.ID] = until
		}
	}
	h.replacePins(pinned)
	for _, in := range s.Keys {
		h.keysKnown[in.ID] = subject{parseFingerprint(in.Fingerprint), gone(in.GoneAt)}
		if in.ID != 0 {
			h.keys[in.ID] = &keyHealth{until: at(in.Until), since: at(in.Since), last: last(in.Last)}
		}
	}
	for _, in := range s.Limits {
		h.pairs[pair{in.MemberID, in.KeyID}] = &pairHealth{until: at(in.Until), since: at(in.Since), strikes: max(in.Strikes, 0)}
	}
}

// forgetOver forgets what was restored and is long over: a member that failed
// yesterday is no half-open one today.
func (h *health) forgetOver(now time.Time, window time.Duration) {
	over := func(t time.Time) bool { return now.Sub(t) >= max(window, goneKept) }
	for id, m := range h.members {
		if over(later(m.until, m.last.at)) {
			delete(h.members, id)
		}
	}
	for id, k := range h.keys {
		if over(later(k.until, k.last.at)) {
			delete(h.keys, id)
		}
	}
	for p, l := range h.pairs {
		if over(later(l.until, l.since)) {
			delete(h.pairs, p)
		}
	}
	for id, l := range h.latencies {
		if l.known(now) == 0 {
			delete(h.latencies, id)
		}
	}
}

func (f fingerprint) String() string { return hex.EncodeToString(f[:]) }

// parseFingerprint returns one that fits nothing when the text is none.
func parseFingerprint(text string) fingerprint {
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != len(fingerprint{}) {
		return fingerprint{0xff}
	}
	return fingerprint(sum)
}
