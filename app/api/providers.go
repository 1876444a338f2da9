package api

import (
	"headgate/app"
	"headgate/app/catalog"
)

// Providers are upstream accounts with their models.
type Providers struct{ app *app.App }

// List returns all providers, by name.
func (p *Providers) List() ([]catalog.Provider, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.Providers(ctx)
}

// Save creates or changes a provider and its key pool.
func (p *Providers) Save(in catalog.ProviderInput) (catalog.Provider, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.SaveProvider(ctx, in)
}

// SetEnabled switches a provider on or off.
func (p *Providers) SetEnabled(id int64, enabled bool) error {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.SetProviderEnabled(ctx, id, enabled)
}

// Delete removes a provider, its keys, its models and their memberships.
func (p *Providers) Delete(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.DeleteProvider(ctx, id)
}

// Test makes a real request with the given, perhaps unsaved, settings. Stored
// keys are used where the input keeps them.
func (p *Providers) Test(in catalog.ProviderInput) (catalog.ProbeResult, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.TestProvider(ctx, in)
}

// SaveModel creates or changes a model of a provider.
func (p *Providers) SaveModel(in catalog.Model) (catalog.Model, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.SaveModel(ctx, in)
}

// DeleteModel removes a model and its memberships.
func (p *Providers) DeleteModel(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.DeleteModel(ctx, id)
}
