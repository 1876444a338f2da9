package gateway

import (
	"maps"
	"slices"
	"time"
)

// pins are until when members come first in their groups, by member. A list is never
// changed, only replaced.
type pins map[int64]time.Time

// Pin puts a member first in its group for a while, instead of another one that was
// pinned there. While it is cooling down, and when it fails, the others follow in the
// order that they have without it. It returns false when no group has the member now.
func (g *Gateway) Pin(memberID int64, d time.Duration) bool {
	s := g.current.Load()
	if s == nil {
		return false
	}
	for _, grp := range s.groups {
		if slices.ContainsFunc(grp.members, func(m *member) bool { return m.id == memberID }) {
			g.health.changePins(func(all pins, now time.Time) {
				for _, m := range grp.members {
					delete(all, m.id)
				}
				all[memberID] = now.Add(d)
			})
			return true
		}
	}
	return false
}

// Unpin ends a member's pin. Without one it does nothing.
func (g *Gateway) Unpin(memberID int64) {
	g.health.changePins(func(all pins, _ time.Time) { delete(all, memberID) })
}

func (h *health) changePins(change func(all pins, now time.Time)) {
	h.mu.Lock()
	now := h.now()
	next := maps.Clone(h.allPins())
	if next == nil {
		next = pins{}
	}
	change(next, now)
	maps.DeleteFunc(next, func(_ int64, until time.Time) bool { return !until.After(now) })
	h.replacePins(next)
	h.mu.Unlock()
	h.onChange()
	h.onLearnt()
}

// replacePins keeps calls from looking anything up where nothing is pinned. The lock
// must be held.
func (h *health) replacePins(next pins) {
	if len(next) == 0 {
		h.pins.Store(nil)
		return
	}
	h.pins.Store(&next)
}

func (h *health) allPins() pins {
	if all := h.pins.Load(); all != nil {
		return *all
	}
	return nil
}

// pinnedUntil returns until when a member comes first in its group; zero: it doesn't.
func (h *health) pinnedUntil(memberID int64, now time.Time) time.Time {
	if until := h.allPins()[memberID]; until.After(now) {
		return until
	}
	return time.Time{}
}

// forgetPins drops the pins of members that are no longer what they were. The lock
// must be held.
func (h *health) forgetPins(gone func(memberID int64) bool) {
	all := h.allPins()
	next := maps.Clone(all)
	maps.DeleteFunc(next, func(id int64, _ time.Time) bool { return gone(id) })
	if len(next) < len(all) {
		h.replacePins(next)
	}
}

// pinned returns where the pinned one of some members of a group stands; -1: none is.
func (h *health) pinned(members []*member) int {
	all := h.allPins()
	if all == nil {
		return -1
	}
	now := h.now()
	return slices.IndexFunc(members, func(m *member) bool { return all[m.id].After(now) })
}

// pinnedFirst returns the members with the pinned one before all others. The list
// given stays as it is.
func (h *health) pinnedFirst(list []*member) []*member {
	at := h.pinned(list)
	if at <= 0 {
		return list
	}
	next := make([]*member, 0, len(list))
	next = append(next, list[at])
	next = append(next, list[:at]...)
	return append(next, list[at+1:]...)
}
