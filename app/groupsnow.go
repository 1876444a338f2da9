package app

import (
	"time"

	"headgate/app/catalog"
)

// GroupNow is how a group does at this moment.
type GroupNow struct {
	ID      int64
	Name    string
	Enabled bool
	Active  string // the member that would answer a call; "": none would
	Members []MemberNow
}

// MemberNow is how a member does at this moment. Times are zero where they don't
// apply.
type MemberNow struct {
	ID            int64
	Name          string // provider and model
	Served        bool   // it is on, and so are its provider and model
	CooldownUntil time.Time
	PinnedUntil   time.Time
}

// GroupsNow tells how stored groups do. It reads nothing but memory.
func (a *App) GroupsNow(groups []catalog.Group) []GroupNow {
	health := map[int64]MemberNow{}
	for _, h := range a.Engine.Health() {
		health[h.MemberID] = MemberNow{CooldownUntil: h.CooldownUntil, PinnedUntil: h.PinnedUntil}
	}
	list := make([]GroupNow, 0, len(groups))
	for _, g := range groups {
		now := GroupNow{ID: g.ID, Name: g.Name, Enabled: g.Enabled}
		turns := map[int64]int{}
		served := map[int64]bool{}
		for _, p := range a.Engine.Explain(g.ID) {
			turns[p.MemberID], served[p.MemberID] = p.Turn, true
		}
		for _, m := range g.Members {
			member := health[m.ID]
			member.ID, member.Name, member.Served = m.ID, m.Provider+" · "+m.Model, served[m.ID]
			if turns[m.ID] == 1 {
				now.Active = member.Name
			}
			now.Members = append(now.Members, member)
		}
		list = append(list, now)
	}
	return list
}
