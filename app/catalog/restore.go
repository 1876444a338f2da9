package catalog

import (
	"context"

	"headgate/app/apperr"
	"headgate/app/event"
)

// Restore puts an earlier state of this configuration in place of the one that
// is there, in one transaction. Objects are known by their IDs: those that were
// there then get them back, and with them what the engine and the call log know
// of them. Codes: secrets_locked, those of settings.Validate, configuration_refused.
func (c *Catalog) Restore(ctx context.Context, to Configuration) (Report, error) {
	var report Report
	if to.Locked { // its keys are empty: they would be lost
		return report, apperr.New("secrets_locked")
	}
	_, err := c.change(ctx, func(d *draft) error {
		if err := to.Settings.Validate(); err != nil {
			return err
		}
		report = differences(d.Configuration, to)
		d.changed(event.Providers, event.Groups, event.APIKeys, event.Keywords, event.Settings)
		return d.tx.Replace(to)
	})
	return report, err
}

// PreviewRestore tells what Restore would change.
func (c *Catalog) PreviewRestore(ctx context.Context, to Configuration) (Report, error) {
	now, err := c.opened(ctx)
	if err != nil {
		return Report{}, err
	}
	return differences(now, to), nil
}

// differences tells what becomes of the objects of one configuration in another.
// What stays as it is is left out.
func differences(before, after Configuration) Report {
	r := &Report{Changes: []Change{}}
	compare(r, KindProvider, before.Providers, after.Providers, func(p Provider) (int64, string) { return p.ID, p.Name },
		providerDetails, func(p Provider) []Detail {
			return append(counted("keys", len(p.Keys)), counted("models", len(p.Models))...)
		})
	was := make(map[int64][]Model, len(before.Providers))
	for _, p := range before.Providers {
		was[p.ID] = p.Models
	}
	for _, p := range after.Providers {
		if models, known := was[p.ID]; known { // else they come or go with it
			first := len(r.Changes)
			compare(r, KindModel, models, p.Models, func(m Model) (int64, string) { return m.ID, m.Name }, modelDetails, nil)
			for i := first; i < len(r.Changes); i++ {
				r.Changes[i].Of = p.Name
			}
		}
	}
	compare(r, KindGroup, before.Groups, after.Groups, func(g Group) (int64, string) { return g.ID, g.Name },
		groupDetails, newGroupDetails)
	compare(r, KindAPIKey, before.APIKeys, after.APIKeys, func(k APIKey) (int64, string) { return k.ID, k.Name }, apiKeyDetails, nil)
	compare(r, KindKeyword, before.Keywords, after.Keywords, func(k Keyword) (int64, string) { return k.ID, k.Text }, keywordDetails, nil)
	if details := settingsDetails(before.Settings, after.Settings); len(details) > 0 {
		r.note(Change{Action: Changed, Kind: KindSettings, Details: details})
	}
	return *r
}

// compare notes what becomes of a list; has tells what comes with a new object.
func compare[T any](r *Report, kind Kind, before, after []T, known func(T) (int64, string), differ func(before, after T) []Detail, has func(T) []Detail) {
	was := make(map[int64]T, len(before))
	for _, o := range before {
		id, _ := known(o)
		was[id] = o
	}
	for _, o := range after {
		id, name := known(o)
		old, there := was[id]
		delete(was, id)
		if !there {
			c := Change{Action: Created, Kind: kind, Name: name}
			if has != nil {
				c.Details = has(o)
			}
			r.note(c)
			continue
		}
		if details := differ(old, o); len(details) > 0 {
			r.note(Change{Action: Changed, Kind: kind, Name: name, Details: details})
		}
	}
	for _, o := range before {
		id, name := known(o)
		if _, gone := was[id]; gone {
			r.note(Change{Action: Removed, Kind: kind, Name: name})
		}
	}
}
