package gateway

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"headgate/gateway/dialect"
)

// How long, and of how many, the state is kept of what the configuration lost:
// who switches something off and on again must not send calls to a member that
// is cooling down.
const (
	goneKept = 30 * time.Minute
	mostGone = 1_000
)

// fingerprint tells what an id stands for: the same id may come back leading
// elsewhere, or as a key with another text.
type fingerprint [16]byte

func fingerprintOf(parts ...string) fingerprint {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return fingerprint(sum[:16])
}

func (p *provider) fingerprint() fingerprint { return fingerprintOf(p.leadsTo()...) }

// leadsTo is what makes calls go to the same place.
func (p *provider) leadsTo() []string {
	return []string{"provider", strconv.FormatInt(p.id, 10), p.dialect.Name, p.urls[dialect.Chat].String()}
}

func (p *provider) fingerprintOfModel(name string) fingerprint {
	return fingerprintOf(append(p.leadsTo(), "model", name)...)
}

// fingerprintOfKey stands for a key's text and where it is used: what refused it
// elsewhere says nothing.
func (p *provider) fingerprintOfKey(id int64, secret string) fingerprint {
	if id == 0 { // what providers without keys share
		return fingerprint{}
	}
	return fingerprintOf(append(p.leadsTo(), "key", secret)...)
}

// subjects are what state is kept of, or may be, by id.
type subjects map[int64]subject

type subject struct {
	is   fingerprint
	gone time.Time // when the configuration lost it; zero: it is there
}

// follow takes over what there is now, and returns the ids whose state is to be
// forgotten: they stand for something else, were gone for too long, or are the
// longest gone of too many. Of what is gone, only what has state is remembered.
func (s subjects) follow(next map[int64]fingerprint, has func(id int64) bool, now time.Time) (forget []int64) {
	for id, known := range s {
		is, there := next[id]
		long := !known.gone.IsZero() && now.Sub(known.gone) >= goneKept
		switch {
		case long, there && is != known.is, !there && !has(id):
			forget = append(forget, id)
			delete(s, id)
		case !there && known.gone.IsZero():
			s[id] = subject{known.is, now}
		}
	}
	for id, is := range next {
		s[id] = subject{is: is}
	}
	return append(forget, s.tooMany()...)
}

func (s subjects) tooMany() (forget []int64) {
	var gone []int64
	for id, known := range s {
		if !known.gone.IsZero() {
			gone = append(gone, id)
		}
	}
	if len(gone) <= mostGone {
		return nil
	}
	slices.SortFunc(gone, func(a, b int64) int { return cmp.Or(s[a].gone.Compare(s[b].gone), cmp.Compare(a, b)) })
	forget = gone[:len(gone)-mostGone]
	for _, id := range forget {
		delete(s, id)
	}
	return forget
}

// is tells whether an id still stands for what it did.
func (s subjects) is(id int64, f fingerprint) bool {
	known, there := s[id]
	return there && known.is == f
}

// follow keeps the state of what the new snapshot has, and for a while that of
// what it lost. What is another one now begins anew: a key with another text, a
// member that leads elsewhere.
func (h *health) follow(next *snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	providers, keys, members := map[int64]fingerprint{}, map[int64]fingerprint{}, map[int64]fingerprint{}
	for _, p := range next.served {
		providers[p.id] = p.fingerprint()
		for _, k := range p.keys {
			keys[k.id] = k.stands
		}
	}
	for id, m := range next.members {
		members[id] = m.stands
	}
	for _, id := range h.providersKnown.follow(providers, h.hasProvider, now) {
		delete(h.noUsage, id)
		delete(h.plain, id)
	}
	for _, id := range h.keysKnown.follow(keys, h.hasKey, now) {
		delete(h.keys, id)
		maps.DeleteFunc(h.pairs, func(p pair, _ *pairHealth) bool { return p.key == id })
	}
	others := h.membersKnown.follow(members, h.hasMember, now)
	h.forgetPins(func(id int64) bool {
		_, known := h.membersKnown[id]
		return !known || slices.Contains(others, id)
	})
	for _, id := range others {
		delete(h.members, id)
		delete(h.latencies, id)
		maps.DeleteFunc(h.pairs, func(p pair, _ *pairHealth) bool { return p.member == id })
	}
	if h.restored {
		h.restored = false
		h.forgetOver(now, next.failover.Window)
	}
	h.dropStrays()
	h.followPlaces(next.served)
}

// stands tells whether a turn's member and key are still what they were when
// it began: what an older configuration led to is not held against them.
func (h *health) stands(t turn) bool {
	return h.membersKnown.is(t.member.id, t.member.stands) && h.keysKnown.is(t.key.id, t.key.stands)
}

// dropStrays forgets what belongs to no subject. A call of an older
// configuration may have left it after its subject was gone.
func (h *health) dropStrays() {
	dropUnknown(h.members, h.membersKnown)
	dropUnknown(h.latencies, h.membersKnown)
	dropUnknown(h.keys, h.keysKnown)
	dropUnknown(h.noUsage, h.providersKnown)
	dropUnknown(h.plain, h.providersKnown)
	maps.DeleteFunc(h.pairs, func(p pair, _ *pairHealth) bool {
		_, member := h.membersKnown[p.member]
		_, key := h.keysKnown[p.key]
		return !member || !key
	})
}

func dropUnknown[T any](state map[int64]T, known subjects) {
	for id := range state {
		if _, there := known[id]; !there {
			delete(state, id)
		}
	}
}

func (h *health) hasProvider(id int64) bool {
	_, refuses := h.noUsage[id]
	_, wants := h.plain[id]
	return refuses || wants
}

func (h *health) hasKey(id int64) bool {
	if h.keys[id] != nil {
		return true
	}
	for p := range h.pairs {
		if p.key == id {
			return true
		}
	}
	return false
}

func (h *health) hasMember(id int64) bool {
	if h.members[id] != nil || h.latencies[id] != nil || !h.allPins()[id].IsZero() {
		return true
	}
	for p := range h.pairs {
		if p.member == id {
			return true
		}
	}
	return false
}
