package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
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
// whose name is there already keeps its text unless the file gives one; a new
// one without text is made, and is in the Report alone. Applied twice, the
// second time changes nothing.
//
// Codes: import_too_large, import_malformed, import_version_unknown,
// import_field_unknown, import_field_repeated, import_field_invalid,
// import_field_missing, import_name_repeated, import_reference_unknown, all but
// the first three with the Path in the file; and import_refused with the Path
// of the entry, wrapping the error that a save in the window would have given.
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
	if file.failover.set {
		return report, d.applyFailover(file.failover.value, &report)
	}
	return report, nil
}

// refused puts the entry's path in front of a rule's error; what is no rule's
// is left as it is.
func refused(err error, path string) error {
	if code := apperr.Code(err); code != "" && code != apperr.Internal {
		return apperr.Wrap(err, "import_refused", "Path", path, "Problem", err)
	}
	return err
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
		Keys:    keyInputs(e.keys, old.Keys),
	}
	// Prepared first: only what the rules make of it can be compared.
	after, err := d.prepareProvider(in)
	if err != nil {
		return refused(err, e.path)
	}
	details := providerDetails(old, after)
	if found == nil || len(details) > 0 {
		if in.ID, err = d.saveProvider(in); err != nil {
			return refused(err, e.path)
		}
	}
	if found == nil {
		details = nil
		if n := len(after.Keys); n > 0 {
			details = []string{"with " + counted(n, "key")}
		}
	}
	report.saved(found == nil, quoted("provider", e.name), details)
	for _, m := range e.models {
		if err := d.applyModel(in.ID, e.name, m, report); err != nil {
			return err
		}
	}
	return nil
}

// keyInputs recognises the stored keys among those of the file.
func keyInputs(keys optional[[]string], stored []ProviderKey) []ProviderKeyInput {
	list := []ProviderKeyInput{}
	if !keys.set {
		for _, k := range stored {
			list = append(list, ProviderKeyInput{ID: k.ID, Enabled: k.Enabled})
		}
		return list
	}
	for _, text := range keys.value {
		in := ProviderKeyInput{Secret: text, Enabled: true}
		same := func(k ProviderKey) bool { return k.Secret.Reveal() == strings.TrimSpace(text) }
		if old := find(stored, same); old != nil {
			in.ID, in.Enabled = old.ID, old.Enabled
		}
		list = append(list, in)
	}
	return list
}

func (d *draft) applyModel(providerID int64, provider string, e modelEntry, report *Report) error {
	old := Model{ProviderID: providerID, Name: e.name, Enabled: true}
	found := find(d.provider(providerID).Models, func(m Model) bool { return m.Name == e.name })
	if found != nil {
		old = *found
	}
	in := old
	in.Enabled = e.enabled.or(old.Enabled)
	in.InputPrice = e.inputPrice.or(old.InputPrice)
	in.OutputPrice = e.outputPrice.or(old.OutputPrice)
	in.CachedInputPrice = e.cachedInputPrice.or(old.CachedInputPrice)
	in.CallPrice = e.callPrice.or(old.CallPrice)
	in.ContextTokens = e.contextTokens.or(old.ContextTokens)
	details := modelDetails(old, in)
	created := found == nil
	if created || len(details) > 0 {
		if _, err := d.saveModel(in); err != nil {
			return refused(err, e.path)
		}
	}
	if created {
		details = nil
	}
	report.saved(created, quoted("model", e.name)+" of "+quoted("provider", provider), details)
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
		Members: []MemberInput{},
	}
	var err error
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
	after := Group{Policy: in.Policy, Enabled: in.Enabled}
	if after.Members, err = d.memberList(in.Members, old.Members); err != nil {
		return refused(err, e.path)
	}
	details := groupDetails(old, after)
	created := found == nil
	if created || len(details) > 0 {
		if _, err := d.saveGroup(in); err != nil {
			return refused(err, e.path)
		}
	}
	if created {
		details = []string{"with " + counted(len(after.Members), "member")}
	}
	report.saved(created, quoted("group", e.name), details)
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

func (d *draft) applyAPIKey(e apiKeyEntry, report *Report) error {
	old := APIKey{Enabled: true}
	found := find(d.APIKeys, func(k APIKey) bool { return k.Name == e.name })
	if found != nil {
		old = *found
	}
	in := APIKeyInput{
		ID: old.ID, Name: e.name, GroupIDs: old.GroupIDs,
		Enabled: e.enabled.or(old.Enabled), ExpiresAt: e.expiresAt.or(old.ExpiresAt), Key: e.key.or(""),
	}
	if e.key.set && !isAPIKey(in.Key) { // an empty one would be made
		return refused(apperr.New("api_key_invalid", "Min", leastAPIKey, "Max", mostAPIKey), e.path+".key")
	}
	if e.groups.set {
		in.GroupIDs = []int64{}
		for _, ref := range e.groups.value {
			g := find(d.Groups, func(g Group) bool { return g.Name == ref.name })
			if g == nil {
				return apperr.New("import_reference_unknown", "Path", ref.path, "Name", ref.name)
			}
			in.GroupIDs = append(in.GroupIDs, g.ID)
		}
		slices.Sort(in.GroupIDs)
		in.GroupIDs = slices.Compact(in.GroupIDs)
	}
	details := apiKeyDetails(old, in)
	if hash := sha256.Sum256([]byte(in.Key)); in.Key != "" && !bytes.Equal(old.Hash, hash[:]) {
		details = append(details, "its text")
	}
	created := found == nil
	if created || len(details) > 0 {
		saved, err := d.saveAPIKey(in)
		if err != nil {
			return refused(err, e.path)
		}
		if created && in.Key == "" {
			report.MadeKeys = append(report.MadeKeys, MadeKey{Name: saved.APIKey.Name, Key: saved.Key})
		}
	}
	if created {
		details = nil
	}
	report.saved(created, quoted("API key", e.name), details)
	return nil
}

func (d *draft) applyKeyword(e keywordEntry, report *Report) error {
	old := Keyword{Enabled: true}
	found := find(d.Keywords, func(k Keyword) bool { return strings.EqualFold(k.Text, e.text) })
	if found != nil {
		old = *found
	}
	in := Keyword{
		ID: old.ID, Text: e.text, Enabled: e.enabled.or(old.Enabled),
		Description: strings.TrimSpace(e.description.or(old.Description)),
	}
	var details []string
	details = differs(details, "text", old.Text != in.Text)
	details = differs(details, "description", old.Description != in.Description)
	details = switched(details, old.Enabled, in.Enabled)
	created := found == nil
	if created || len(details) > 0 {
		if _, err := d.saveKeyword(in); err != nil {
			return refused(err, e.path)
		}
	}
	if created {
		details = nil
	}
	report.saved(created, quoted("failure keyword", e.text), details)
	return nil
}

func (d *draft) applyFailover(e failoverEntry, report *Report) error {
	in := d.Settings
	in.Failover.Count = int(e.count.or(int64(in.Failover.Count)))
	in.Failover.Minutes = int(e.minutes.or(int64(in.Failover.Minutes)))
	in.Failover.CooldownSeconds = int(e.cooldownSeconds.or(int64(in.Failover.CooldownSeconds)))
	details := failoverDetails(d.Settings.Failover, in.Failover)
	if len(details) > 0 {
		if err := d.saveSettings(in); err != nil {
			return refused(err, e.path)
		}
	}
	report.saved(false, "settings", details)
	return nil
}
