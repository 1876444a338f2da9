package catalog

import (
	"cmp"
	"context"
	"slices"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway"
)

// Groups returns all groups, by name.
func (c *Catalog) Groups(ctx context.Context) ([]Group, error) {
	stored, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	list := append([]Group{}, stored.Groups...)
	slices.SortStableFunc(list, func(a, b Group) int { return byName(a.Name, b.Name) })
	return list, nil
}

// SaveGroup creates or changes a group with all its members. A member that
// keeps its model keeps its ID, and with it its health.
//
// Codes: group_not_found, model_name_invalid, group_name_taken, policy_unknown,
// model_not_found, member_duplicate, priority_invalid, weight_invalid, too_many,
// rules_too_many, rule_invalid.
func (c *Catalog) SaveGroup(ctx context.Context, in GroupInput) (Group, error) {
	var id int64
	after, err := c.change(ctx, func(d *draft) (err error) {
		id, err = d.saveGroup(in)
		return err
	})
	if err != nil {
		return Group{}, err
	}
	return *after.group(id), nil
}

// DeleteGroup removes a group. API keys and failure keywords that were bound to
// it lose it; a keyword that had no other is switched off, since without groups
// it would count everywhere. Code: group_not_found.
func (c *Catalog) DeleteGroup(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		if d.group(id) == nil {
			return apperr.New("group_not_found")
		}
		d.changed(event.Groups, event.APIKeys)
		if err := d.unbindKeywords(id); err != nil {
			return err
		}
		return d.tx.DeleteGroup(id)
	})
	return err
}

// policies are how a group may order its members: the engine's.
var policies = []gateway.Policy{gateway.PolicyPriority, gateway.PolicyWeighted, gateway.PolicyLeastLatency}

func (c *Configuration) group(id int64) *Group {
	return find(c.Groups, func(g Group) bool { return g.ID == id })
}

// groupIDs sorts the IDs of groups that something is bound to. Code:
// group_not_found.
func (d *draft) groupIDs(in []int64) ([]int64, error) {
	out := append([]int64{}, in...)
	slices.Sort(out)
	out = slices.Compact(out)
	for _, id := range out {
		if d.group(id) == nil {
			return nil, apperr.New("group_not_found")
		}
	}
	return out, nil
}

func (d *draft) saveGroup(in GroupInput) (int64, error) {
	g := Group{CreatedAt: d.now.UnixMilli()}
	if in.ID != 0 {
		old := d.group(in.ID)
		if old == nil {
			return 0, apperr.New("group_not_found")
		}
		g = *old
	} else if err := checkCount(len(d.Groups)+1, maxGroups); err != nil {
		return 0, err
	}
	g.Name, g.Policy, g.Enabled, g.Keyless, g.UpdatedAt = in.Name, in.Policy, in.Enabled, in.Keyless, d.now.UnixMilli()
	if err := checkModelName(g.Name); err != nil {
		return 0, err
	}
	if find(d.Groups, func(o Group) bool { return o.Name == g.Name && o.ID != g.ID }) != nil {
		return 0, apperr.New("group_name_taken", "Name", g.Name)
	}
	if !slices.Contains(policies, gateway.Policy(g.Policy)) {
		return 0, apperr.New("policy_unknown", "Policy", g.Policy)
	}
	var err error
	if g.Rules, err = cleanRules(in.Rules); err != nil {
		return 0, err
	}
	if g.Members, err = d.memberList(in.Members, g.Members); err != nil {
		return 0, err
	}
	if err := d.tx.SaveGroup(&g); err != nil {
		return 0, err
	}
	sortMembers(g.Members)
	if old := d.group(g.ID); old != nil {
		*old = g
	} else {
		d.Groups = append(d.Groups, g)
	}
	d.changed(event.Groups)
	return g.ID, nil
}

// memberList makes the members that were asked for. A member is known by its
// model, which a group has at most once.
func (d *draft) memberList(in []MemberInput, stored []Member) ([]Member, error) {
	if err := checkCount(len(in), maxMembers); err != nil {
		return nil, err
	}
	list := make([]Member, 0, len(in))
	for _, m := range in {
		member, ok := d.memberOf(m.ModelID)
		switch {
		case !ok:
			return nil, apperr.New("model_not_found")
		case find(list, func(o Member) bool { return o.ModelID == m.ModelID }) != nil:
			return nil, apperr.New("member_duplicate", "Provider", member.Provider, "Model", member.Model)
		case m.Priority < 0 || m.Priority > maxRank:
			return nil, apperr.New("priority_invalid", "Max", maxRank)
		case m.Weight < 1 || m.Weight > maxWeight:
			return nil, apperr.New("weight_invalid", "Max", maxWeight)
		}
		if old := find(stored, func(o Member) bool { return o.ModelID == m.ModelID }); old != nil {
			member.ID = old.ID
		}
		member.Priority, member.Weight, member.Enabled = m.Priority, m.Weight, m.Enabled
		list = append(list, member)
	}
	return list, nil
}

// memberOf returns a member with the names of its model.
func (c *Configuration) memberOf(modelID int64) (Member, bool) {
	m := c.model(modelID)
	if m == nil {
		return Member{}, false
	}
	p := c.provider(m.ProviderID)
	return Member{ModelID: m.ID, ProviderID: p.ID, Provider: p.Name, Model: m.Name}, true
}

func sortMembers(list []Member) {
	slices.SortFunc(list, func(a, b Member) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	})
}
