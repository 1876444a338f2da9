package catalog

import (
	"context"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/gateway"
)

// Import applies a declarative configuration in one transaction, through the
// same rules as a save in the window, or nothing of it.
//
// Objects are found by name, models by their id within the provider. What the
// file doesn't name is left alone, and so is each field that an entry leaves
// out. A list inside an entry (headers, keys, members, groups) is the whole
// list; but models are objects of their own: those not named stay. An API key
// whose name is there already keeps its text unless the file gives one, or the
// mark of one that is known elsewhere; a new one with neither is made, and is in
// the Report alone. Applied twice, the second time changes nothing.
//
// Codes: import_too_large, import_malformed, import_version_unknown,
// import_field_unknown, import_field_repeated, import_field_invalid,
// import_field_missing, import_fields_conflict, import_name_repeated,
// import_reference_unknown, all but the first three with the Path in the file;
// and import_refused with the Path of the entry or its field, wrapping the error
// that a save in the window would have given.
func (c *Catalog) Import(ctx context.Context, text []byte) (Report, error) {
	file, err := readImport(text)
	if err != nil {
		return Report{}, err
	}
	var report Report
	_, err = c.change(ctx, func(d *draft) error {
		report, err = d.apply(file)
		return err
	})
	if err != nil {
		return Report{}, err
	}
	return report, nil
}

func (d *draft) apply(file importFile) (Report, error) {
	var report Report
	for _, e := range file.providers {
		if err := d.applyProvider(e, &report); err != nil {
			return report, err
		}
	}
	for _, e := range file.groups {
		if err := d.applyGroup(e, &report); err != nil {
			return report, err
		}
	}
	for _, e := range file.apiKeys {
		if err := d.applyAPIKey(e, &report); err != nil {
			return report, err
		}
	}
	for _, e := range file.keywords {
		if err := d.applyKeyword(e, &report); err != nil {
			return report, err
		}
	}
	if file.settings.set {
		return report, d.applySettings(file.settings.value, &report)
	}
	return report, nil
}

func (d *draft) applyProvider(e providerEntry, report *Report) error {
	old := Provider{Dialect: "openai", Enabled: true}
	found := find(d.Providers, func(p Provider) bool { return p.Name == e.name })
	if found != nil {
		old = *found
	}
	in := ProviderInput{
		ID: old.ID, Name: e.name,
		Dialect: e.dialect.or(old.Dialect),
		BaseURL: e.baseURL.or(old.BaseURL),
		Enabled: e.enabled.or(old.Enabled),
		Headers: e.headers.or(old.Headers),
		Proxy:   e.proxy.or(old.Proxy),
		Rules:   e.rules.or(old.Rules),
		Keys:    keyInputs(e.keys, old.Keys),
	}
	in.Timeouts = e.timeouts.value.over(old.Timeouts)
	// Prepared first: only what the rules make of it can be compared.
	after, err := d.prepareProvider(in)
	if err != nil {
		return refusedProvider(err, e)
	}
	after.Name = old.Name // it was found by it
	c := Change{Kind: KindProvider, Name: e.name, Details: providerDetails(old, after)}
	if found == nil || len(c.Details) > 0 {
		if in.ID, err = d.saveProvider(in); err != nil {
			return refusedProvider(err, e)
		}
	}
	if found == nil {
		c.Details = counted("keys", len(after.Keys))
	}
	report.saved(found == nil, c)
	return d.applyModels(in.ID, e, report)
}

// counted tells how many of something a created object has.
func counted(code string, n int) []Detail {
	if n == 0 {
		return nil
	}
	return []Detail{detail(code, "Count", n)}
}

// keyInputs recognises the stored keys among those of the file.
func keyInputs(keys optional[[]providerKeyEntry], stored []ProviderKey) []ProviderKeyInput {
	list := []ProviderKeyInput{}
	if !keys.set {
		for _, k := range stored {
			list = append(list, ProviderKeyInput{ID: k.ID, Enabled: k.Enabled})
		}
		return list
	}
	for _, e := range keys.value {
		in := ProviderKeyInput{Secret: e.text, Enabled: true}
		same := func(k ProviderKey) bool { return k.Secret.Reveal() == strings.TrimSpace(e.text) }
		if old := find(stored, same); old != nil {
			in.ID, in.Enabled = old.ID, old.Enabled
		}
		in.Enabled = e.enabled.or(in.Enabled)
		list = append(list, in)
	}
	return list
}

// applyModels looks the provider's models up once: there may be thousands.
func (d *draft) applyModels(providerID int64, e providerEntry, report *Report) error {
	stored := map[string]Model{}
	for _, m := range d.provider(providerID).Models {
		stored[m.Name] = m
	}
	for _, m := range e.models {
		if err := d.applyModel(stored, Model{ProviderID: providerID, Name: m.name, Enabled: true}, e.name, m, report); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) applyModel(stored map[string]Model, old Model, provider string, e modelEntry, report *Report) error {
	found, known := stored[e.name]
	if known {
		old = found
	}
	in := old
	in.Enabled = e.enabled.or(old.Enabled)
	in.InputPrice = e.inputPrice.or(old.InputPrice)
	in.OutputPrice = e.outputPrice.or(old.OutputPrice)
	in.CachedInputPrice = e.cachedInputPrice.or(old.CachedInputPrice)
	in.CallPrice = e.callPrice.or(old.CallPrice)
	in.ContextTokens = e.contextTokens.or(old.ContextTokens)
	c := Change{Kind: KindModel, Name: e.name, Of: provider, Details: modelDetails(old, in)}
	if !known || len(c.Details) > 0 {
		if _, err := d.saveModel(in); err != nil {
			return refusedModel(err, e)
		}
	}
	if !known {
		c.Details = nil
	}
	report.saved(!known, c)
	return nil
}

func (d *draft) applyGroup(e groupEntry, report *Report) error {
	old := Group{Policy: string(gateway.PolicyPriority), Enabled: true}
	found := find(d.Groups, func(g Group) bool { return g.Name == e.name })
	if found != nil {
		old = *found
	}
	in := GroupInput{
		ID: old.ID, Name: e.name, Policy: e.policy.or(old.Policy), Enabled: e.enabled.or(old.Enabled),
		Keyless: e.keyless.or(old.Keyless), Rules: e.rules.or(old.Rules), Members: []MemberInput{},
	}
	var err error
	after := Group{Name: old.Name, Policy: in.Policy, Enabled: in.Enabled, Keyless: in.Keyless}
	if after.Rules, err = cleanRules(in.Rules); err != nil {
		return refusedAt(err, e.path, groupFields)
	}
	if e.members.set {
		if in.Members, err = d.memberInputs(e.members.value, old.Members); err != nil {
			return err
		}
	} else {
		for _, m := range old.Members {
			in.Members = append(in.Members, MemberInput{
				ModelID: m.ModelID, Priority: m.Priority, Weight: m.Weight, Enabled: m.Enabled,
			})
		}
	}
	if after.Members, err = d.memberList(in.Members, old.Members); err != nil {
		return refusedMember(err, e, in.Members)
	}
	c := Change{Kind: KindGroup, Name: e.name, Details: groupDetails(old, after)}
	if found == nil || len(c.Details) > 0 {
		if _, err := d.saveGroup(in); err != nil {
			return refusedAt(err, e.path, groupFields)
		}
	}
	if found == nil {
		c.Details = newGroupDetails(after)
	}
	report.saved(found == nil, c)
	return nil
}

// memberInputs looks up what members name. Code: import_reference_unknown.
func (d *draft) memberInputs(entries []memberEntry, stored []Member) ([]MemberInput, error) {
	list := []MemberInput{}
	for _, e := range entries {
		p := find(d.Providers, func(p Provider) bool { return p.Name == e.provider })
		if p == nil {
			return nil, apperr.New("import_reference_unknown", "Path", e.path+".provider", "Name", e.provider)
		}
		m := find(p.Models, func(m Model) bool { return m.Name == e.model })
		if m == nil {
			return nil, apperr.New("import_reference_unknown", "Path", e.path+".model", "Name", e.model)
		}
		old := Member{Priority: 1, Weight: 1, Enabled: true}
		if was := find(stored, func(o Member) bool { return o.ModelID == m.ID }); was != nil {
			old = *was
		}
		list = append(list, MemberInput{
			ModelID:  m.ID,
			Priority: int(e.priority.or(int64(old.Priority))),
			Weight:   int(e.weight.or(int64(old.Weight))),
			Enabled:  e.enabled.or(old.Enabled),
		})
	}
	return list, nil
}

// referredGroups looks up the groups that an entry names.
// Code: import_reference_unknown.
func (d *draft) referredGroups(refs []reference) ([]int64, error) {
	ids := []int64{}
	for _, ref := range refs {
		g := find(d.Groups, func(g Group) bool { return g.Name == ref.name })
		if g == nil {
			return nil, apperr.New("import_reference_unknown", "Path", ref.path, "Name", ref.name)
		}
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (d *draft) applyKeyword(e keywordEntry, report *Report) error {
	old := Keyword{Enabled: true, Scope: string(gateway.ScopeBoth), GroupIDs: []int64{}}
	in := Keyword{Text: e.text, Regex: e.regex}
	found := find(d.Keywords, func(k Keyword) bool { return k.samePattern(in) })
	if found != nil {
		old = *found
	}
	in.ID, in.Enabled = old.ID, e.enabled.or(old.Enabled)
	in.Scope, in.GroupIDs = e.scope.or(old.Scope), old.GroupIDs
	in.Description = strings.TrimSpace(e.description.or(old.Description))
	if e.groups.set {
		var err error
		if in.GroupIDs, err = d.referredGroups(e.groups.value); err != nil {
			return err
		}
	}
	c := Change{Kind: KindKeyword, Name: e.text, Details: keywordDetails(old, in)}
	if found == nil || len(c.Details) > 0 {
		if _, err := d.saveKeyword(in); err != nil {
			return refusedKeyword(err, e.path)
		}
	}
	if found == nil {
		c.Details = nil
	}
	report.saved(found == nil, c)
	return nil
}
