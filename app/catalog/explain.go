package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"headgate/app/apperr"
	"headgate/gateway"
)

// Explain tells which member of a group would answer if a call came now, and
// why: every member once, those with a turn first, in its order, then by
// priority those that are passed over. Code: group_not_found.
func (c *Catalog) Explain(ctx context.Context, groupID int64) ([]Prospect, error) {
	// No change may come between what is stored and what the engine has of it.
	c.turn.Lock()
	defer c.turn.Unlock()
	stored, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	g := stored.group(groupID)
	if g == nil {
		return nil, apperr.New("group_not_found")
	}
	served := map[int64]gateway.Prospect{}
	for _, p := range c.engine.Explain(groupID) {
		served[p.MemberID] = p
	}
	list := make([]Prospect, 0, len(g.Members))
	for _, m := range g.Members {
		if p, there := served[m.ID]; there {
			list = append(list, prospect(p))
			continue
		}
		why := stored.whyOff(*g, m)
		if why == "" {
			return nil, fmt.Errorf("the engine doesn't have member %d of group %q", m.ID, g.Name)
		}
		list = append(list, Prospect{MemberID: m.ID, Reason: why})
	}
	// The members come by priority, and stay so where no turn says otherwise.
	slices.SortStableFunc(list, func(a, b Prospect) int {
		if a.Turn == 0 || b.Turn == 0 {
			return cmp.Compare(b.Turn, a.Turn)
		}
		return cmp.Compare(a.Turn, b.Turn)
	})
	return list, nil
}

// whyOff returns why compile leaves a member out, "" when it doesn't.
func (c *Configuration) whyOff(g Group, m Member) string {
	p, model := c.provider(m.ProviderID), c.model(m.ModelID)
	switch {
	case !g.Enabled:
		return ProspectGroupOff
	case !m.Enabled:
		return ProspectMemberOff
	case !model.Enabled:
		return ProspectModelOff
	case !p.Enabled:
		return ProspectProviderOff
	case p.keysOff():
		return ProspectKeysOff
	}
	return ""
}

func prospect(p gateway.Prospect) Prospect {
	out := Prospect{
		MemberID: p.MemberID, Turn: p.Turn, Reason: p.Reason, KeyHint: p.KeyHint, Until: milliseconds(p.Until),
	}
	if p.Share > 0 {
		out.Share = &p.Share
	}
	if p.Latency > 0 {
		ms := float64(p.Latency.Microseconds()) / 1000
		out.LatencyMS = &ms
	}
	return out
}
