package oldserver

import (
	"fmt"
	"slices"

	"headgate/app/catalog"
)

// addGroups takes the groups over; members come after.
func (p *plan) addGroups(rows []row) {
	for _, r := range rows {
		text := r["name"].text
		name := r["name"].trimmed()
		switch {
		case !catalog.ModelNameFits(name):
			p.odd("group_unusable", "groups", r.id())
			continue
		case p.group(name) != nil:
			p.odd("group_repeated", "groups", r.id(), "Name", name)
		case name != text:
			p.odd("group_renamed", "groups", r.id(), "Name", text, "To", name)
		}
		p.groups[r.id()] = name
		if p.group(name) == nil {
			p.Groups = append(p.Groups, Group{Name: name, Known: p.knownGroup(name) != nil, Members: []Member{}})
		}
	}
}

func (p *plan) group(name string) *Group {
	i := slices.IndexFunc(p.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return nil
	}
	return &p.Groups[i]
}

func (p *plan) knownGroup(name string) *catalog.Group {
	i := slices.IndexFunc(p.now.groups, func(g catalog.Group) bool { return g.Name == name })
	if i < 0 {
		return nil
	}
	return &p.now.groups[i]
}

// addMembers fills the groups and writes them down.
func (p *plan) addMembers(rows []row) {
	for _, r := range rows {
		p.addMember(r)
	}
	ids := map[string]int64{}
	for id, name := range p.groups {
		if old, twice := ids[name]; !twice || id < old {
			ids[name] = id
		}
	}
	for _, g := range p.Groups {
		if len(g.Members) == 0 {
			p.odd("group_empty", "groups", ids[g.Name], "Name", g.Name)
		}
		entry := groupDocument{Name: g.Name}
		added := 0
		for _, m := range g.Members {
			if !m.Known {
				added++
				entry.Members = append(entry.Members, memberDocument{m.Provider, m.Model, m.Priority, 1, m.Enabled})
			}
		}
		if known := p.knownGroup(g.Name); known != nil && added > 0 {
			p.odd("group_known", "groups", ids[g.Name], "Name", g.Name, "Count", added)
			entry.Members = append(membersOf(known), entry.Members...)
		}
		p.document.Groups = append(p.document.Groups, entry)
	}
}

// membersOf writes down what a group has: a list in the document is the whole.
func membersOf(g *catalog.Group) []memberDocument {
	var list []memberDocument
	for _, m := range g.Members {
		list = append(list, memberDocument{m.Provider, m.Model, int64(m.Priority), int64(m.Weight), m.Enabled})
	}
	return list
}

func (p *plan) addMember(r row) {
	from, isRow := p.rows[r.number("provider_id")]
	name, isGroup := p.groups[r.number("group_id")]
	at := fmt.Sprintf("%d,%d", r.number("provider_id"), r.number("group_id"))
	if !isRow || !isGroup {
		p.odd("member_unknown", membersTable.name, at)
		return
	}
	if from.provider == "" {
		return // told with the row
	}
	m := Member{Provider: from.provider, Model: from.model, Enabled: from.active, Priority: p.priorityOf(r, at, from.name, name)}
	g := p.group(name)
	if i := slices.IndexFunc(g.Members, func(o Member) bool { return o.Provider == m.Provider && o.Model == m.Model }); i >= 0 {
		p.odd("member_repeated", membersTable.name, at, "Name", from.name, "Group", name, "Model", m.Model)
		if o := &g.Members[i]; !o.Known {
			// The one that the old server used: an active one, and of these the first.
			if m.Enabled && !o.Enabled || m.Enabled == o.Enabled && m.Priority < o.Priority {
				*o = m
			}
		}
		return
	}
	if known := p.knownGroup(name); known != nil {
		was := func(o catalog.Member) bool { return o.Provider == m.Provider && o.Model == m.Model }
		if i := slices.IndexFunc(known.Members, was); i >= 0 {
			m.Known, m.Priority, m.Enabled = true, int64(known.Members[i].Priority), known.Members[i].Enabled
		}
	}
	g.Members = append(g.Members, m)
}

// priorityOf reads a priority. One that is missing sorted before all others.
func (p *plan) priorityOf(r row, at, name, group string) int64 {
	text := r["priority"]
	n, isNumber := text.integer()
	to := min(max(n, 0), catalog.LastPriority)
	switch {
	case !text.isSet:
		p.odd("priority_missing", membersTable.name, at, "Name", name, "Group", group)
	case !isNumber || n != to:
		p.odd("priority_unusable", membersTable.name, at, "Name", name, "Group", group, "Priority", text.trimmed(), "To", to)
	}
	return to
}
