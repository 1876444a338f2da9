package catalog

import (
	"context"
	"slices"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway"
)

// modelsAtOnce is how many models are stored at a time, and then told of.
const modelsAtOnce = 500

// modelsDraft is an import of models inside one change. It looks everything up
// in maps: a provider may have thousands of models.
type modelsDraft struct {
	*draft
	provider *Provider
	models   map[string]int     // in provider.Models, by name
	stored   int                // how many of provider.Models are; new ones follow
	groups   map[string]int     // in draft.Groups, by name
	joined   map[int]*groupJoin // by index in draft.Groups
	order    []int              // in which groups were joined first
	result   ModelImportProgress
}

// groupJoin is a group that models join.
type groupJoin struct {
	members map[int64]bool // their models
	next    int            // priority
}

// importModels removes, changes and adds models, and lets them join groups.
func (d *draft) importModels(ctx context.Context, in ModelImport, tell func(count int)) (ModelImportProgress, error) {
	id := in.Provider.ID
	if id == 0 {
		var err error
		if id, err = d.saveProvider(in.Provider); err != nil {
			return ModelImportProgress{}, err
		}
	}
	m := &modelsDraft{draft: d, provider: d.provider(id), models: map[string]int{}, groups: map[string]int{}, joined: map[int]*groupJoin{}}
	if m.provider == nil {
		return m.result, apperr.New("provider_not_found")
	}
	m.result.ProviderID = id
	if err := m.remove(in.Remove); err != nil {
		return m.result, err
	}
	for i, model := range m.provider.Models {
		m.models[model.Name] = i
	}
	for i, g := range d.Groups {
		m.groups[g.Name] = i
	}
	m.stored = len(m.provider.Models)
	for i, add := range in.Models {
		if err := ctx.Err(); err != nil {
			return m.result, err
		}
		if err := m.add(add); err != nil {
			return m.result, named(err, add.Name)
		}
		if len(m.provider.Models)-m.stored >= modelsAtOnce {
			if err := m.flush(); err != nil {
				return m.result, err
			}
			tell(len(in.Remove) + i + 1)
		}
	}
	if err := m.flush(); err != nil {
		return m.result, err
	}
	for _, add := range in.Models {
		if err := m.join(add.Alias, m.provider.Models[m.models[add.Name]]); err != nil {
			return m.result, named(err, add.Name)
		}
	}
	return m.result, m.saveGroups(ctx)
}

// named tells which model of thousands a rule speaks of.
func named(err error, model string) error {
	if code := apperr.Code(err); code == apperr.Internal || code == "too_many" {
		return err
	}
	return apperr.Wrap(err, "model_import_refused", "Name", model, "Problem", err)
}

// flush stores the new models.
func (m *modelsDraft) flush() error {
	added := m.provider.Models[m.stored:]
	if len(added) == 0 {
		return nil
	}
	m.stored = len(m.provider.Models)
	m.changedOnce(event.Providers, event.Groups)
	return m.tx.AddModels(added)
}

// remove takes models out, and out of their groups.
func (m *modelsDraft) remove(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	gone := make(map[int64]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	before := len(m.provider.Models)
	m.provider.Models = slices.DeleteFunc(slices.Clone(m.provider.Models), func(o Model) bool { return gone[o.ID] })
	if before-len(m.provider.Models) != len(gone) {
		return apperr.New("model_not_found")
	}
	for id := range gone {
		if err := m.tx.DeleteModel(id); err != nil {
			return err
		}
	}
	for i := range m.Groups {
		g := &m.Groups[i]
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(o Member) bool { return gone[o.ModelID] })
	}
	m.result.Removed = len(gone)
	m.changed(event.Providers, event.Groups)
	return nil
}

func (m *modelsDraft) add(in ModelToAdd) error {
	if err := checkModelName(in.Name); err != nil {
		return err
	}
	i, known := m.models[in.Name]
	before := Model{ProviderID: m.provider.ID, Name: in.Name, Enabled: true}
	if known {
		before = m.provider.Models[i]
	}
	after := in.over(before)
	if err := checkPrices(after); err != nil {
		return err
	}
	if in.ContextTokens < 0 || in.ContextTokens > maxTokens {
		return apperr.New("context_tokens_invalid", "Max", maxTokens)
	}
	switch {
	case !known:
		if err := checkCount(len(m.provider.Models)+1, maxModels); err != nil {
			return err
		}
		m.models[in.Name] = len(m.provider.Models)
		m.provider.Models = append(m.provider.Models, after)
		m.result.Added++
	case len(modelDetails(before, after)) > 0:
		m.provider.Models[i] = after
		if i >= m.stored {
			return nil // it stands twice in the list, and is still to be stored
		}
		if err := m.tx.SaveModel(&after); err != nil {
			return err
		}
		m.result.Changed++
		m.changedOnce(event.Providers, event.Groups)
	default:
		m.result.Unchanged++
	}
	return nil
}

// over puts what is given over what is stored; null clears.
func (in ModelToAdd) over(m Model) Model {
	m.InputPrice, m.OutputPrice = in.InputPrice, in.OutputPrice
	m.CachedInputPrice, m.CallPrice = in.CachedInputPrice, in.CallPrice
	m.ContextTokens = in.ContextTokens
	return m
}

// join makes a model a member of the group of that name, behind those that are
// there.
func (m *modelsDraft) join(name string, model Model) error {
	if name == "" {
		return nil
	}
	i, known := m.groups[name]
	if !known {
		if err := checkModelName(name); err != nil {
			return err
		}
		if err := checkCount(len(m.Groups)+1, maxGroups); err != nil {
			return err
		}
		i = len(m.Groups)
		m.groups[name] = i
		m.Groups = append(m.Groups, Group{
			Name: name, Policy: string(gateway.PolicyPriority), Enabled: true, Members: []Member{}, CreatedAt: m.now.UnixMilli(),
		})
		m.result.GroupsMade++
	}
	g, j := &m.Groups[i], m.joined[i]
	if j == nil {
		j = &groupJoin{members: map[int64]bool{}, next: 1}
		for _, member := range g.Members {
			j.members[member.ModelID] = true
			j.next = max(j.next, member.Priority+1)
		}
		m.joined[i] = j
		m.order = append(m.order, i)
	}
	if j.members[model.ID] {
		return nil
	}
	if err := checkCount(len(g.Members)+1, maxMembers); err != nil {
		return err
	}
	if j.next > maxRank {
		return apperr.New("priority_invalid", "Max", maxRank)
	}
	j.members[model.ID] = true
	g.Members = append(g.Members, Member{
		ModelID: model.ID, ProviderID: m.provider.ID, Provider: m.provider.Name, Model: model.Name,
		Priority: j.next, Weight: 1, Enabled: true,
	})
	j.next++
	m.result.MembersAdded++
	return nil
}

// saveGroups saves each group that models have joined, once.
func (m *modelsDraft) saveGroups(ctx context.Context) error {
	for _, i := range m.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := &m.Groups[i]
		isJoined := slices.ContainsFunc(g.Members, func(o Member) bool { return o.ID == 0 })
		if !isJoined && g.ID != 0 {
			continue
		}
		g.UpdatedAt = m.now.UnixMilli()
		if err := m.tx.SaveGroup(g); err != nil {
			return err
		}
		m.changedOnce(event.Groups)
	}
	return nil
}

// changedOnce notes topics that are not noted yet.
func (d *draft) changedOnce(topics ...event.Topic) {
	for _, t := range topics {
		if !slices.Contains(d.topics, t) {
			d.changed(t)
		}
	}
}
