package gateway

import (
	"cmp"
	"slices"
)

// directMember is the member of a call that a Caller sends straight to a model.
// Members of groups have ids from 1, and those of models that are called by name
// have their model's, negated: as members they are other ones than those of any
// group, with health of their own. What becomes of a Caller's is held against
// nobody: a trial must not put a member, or a key, out of action for the tools.
const directMember = 0

// direct is a group of one model, for a call that goes straight to it; nil when
// there is no such model.
func (s *snapshot) direct(modelID int64) *group {
	served, there := s.models[modelID]
	if !there {
		return nil
	}
	return &group{name: served.Name, members: []*member{served.member(directMember)}, words: s.words.everywhere}
}

// addByName makes a group of all that serve a model, for each name that models
// have, cheapest first. "provider/model" is one provider's, where that is no
// model's name itself and can mean only one.
func (s *snapshot) addByName() {
	s.byName = map[string]*group{}
	add := func(name string, m *member) *group {
		g := s.byName[name]
		if g == nil {
			g = &group{name: name, policy: PolicyPriority, words: s.words.everywhere}
			s.byName[name] = g
		}
		g.members = append(g.members, m)
		return g
	}
	for id, served := range s.models {
		m := served.member(-id)
		m.weight = 1
		s.members[m.id] = m
		add(served.Name, m)
	}
	for _, g := range s.byName {
		slices.SortFunc(g.members, func(a, b *member) int {
			return cmp.Or(cmp.Compare(a.model.Price.typical(), b.model.Price.typical()), cmp.Compare(a.model.ID, b.model.ID))
		})
	}
	s.modelNames = make([]string, 0, len(s.byName))
	qualified := map[string][]*member{}
	for name, g := range s.byName {
		s.modelNames = append(s.modelNames, name)
		for _, m := range g.members {
			name := m.provider.name + "/" + m.model.Name
			qualified[name] = append(qualified[name], m)
		}
	}
	for name, members := range qualified {
		if s.byName[name] == nil && len(members) == 1 {
			add(name, members[0])
		}
	}
}

// named returns the group that a key may use under a name: one of a person's, or
// that of a model. Which groups there are that the key may not use makes no
// difference.
func (s *snapshot) named(name string, key *apiKey) *group {
	if g := s.groups[name]; g != nil && key.mayUse(g) {
		return g
	}
	if key.models {
		return s.byName[name]
	}
	return nil
}
