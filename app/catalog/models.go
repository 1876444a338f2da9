package catalog

import (
	"context"
	"slices"

	"headgate/app/apperr"
	"headgate/app/event"
)

// SaveModel creates or changes a model of a provider. A model stays with its
// provider.
//
// Codes: provider_not_found, model_not_found, model_name_invalid,
// model_name_taken, price_invalid, context_tokens_invalid, too_many.
func (c *Catalog) SaveModel(ctx context.Context, in Model) (Model, error) {
	var saved Model
	_, err := c.change(ctx, func(d *draft) (err error) {
		saved, err = d.saveModel(in)
		return err
	})
	return saved, err
}

// DeleteModel removes a model and its memberships. Code: model_not_found.
func (c *Catalog) DeleteModel(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		if d.model(id) == nil {
			return apperr.New("model_not_found")
		}
		d.changed(event.Providers, event.Groups)
		return d.tx.DeleteModel(id)
	})
	return err
}

func (c *Configuration) model(id int64) *Model {
	for i := range c.Providers {
		if m := find(c.Providers[i].Models, func(m Model) bool { return m.ID == id }); m != nil {
			return m
		}
	}
	return nil
}

func (d *draft) saveModel(in Model) (Model, error) {
	if in.ID != 0 {
		old := d.model(in.ID)
		if old == nil || in.ProviderID != 0 && in.ProviderID != old.ProviderID {
			return in, apperr.New("model_not_found")
		}
		in.ProviderID = old.ProviderID
	}
	p := d.provider(in.ProviderID)
	if p == nil {
		return in, apperr.New("provider_not_found")
	}
	if err := checkModelName(in.Name); err != nil {
		return in, err
	}
	if find(p.Models, func(o Model) bool { return o.Name == in.Name && o.ID != in.ID }) != nil {
		return in, apperr.New("model_name_taken", "Name", in.Name, "Provider", p.Name)
	}
	if err := checkPrices(in); err != nil {
		return in, err
	}
	if in.ContextTokens < 0 || in.ContextTokens > maxTokens {
		return in, apperr.New("context_tokens_invalid", "Max", maxTokens)
	}
	if in.ID == 0 {
		if err := checkCount(len(p.Models)+1, maxModels); err != nil {
			return in, err
		}
	}
	if err := d.tx.SaveModel(&in); err != nil {
		return in, err
	}
	if i := slices.IndexFunc(p.Models, func(o Model) bool { return o.ID == in.ID }); i >= 0 {
		p.Models[i] = in
	} else {
		p.Models = append(p.Models, in)
	}
	d.changed(event.Providers, event.Groups)
	return in, nil
}
