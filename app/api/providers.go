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

// KeyHealth returns the state of every provider key that was used or has failed
// since the start.
func (p *Providers) KeyHealth() []catalog.KeyHealth { return p.app.Catalog.KeyHealth() }

// Duplicate copies a provider with its keys and models under a name that is
// free. The copy is in no group.
func (p *Providers) Duplicate(id int64) (catalog.Provider, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.DuplicateProvider(ctx, id)
}

// KeyPlaces finds where a provider key is kept, by its whole text.
func (p *Providers) KeyPlaces(secret string) ([]catalog.KeyPlace, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.KeyPlaces(ctx, secret)
}

// RemoveKeys removes provider keys and, with the last key of a provider, the
// provider and everything behind it.
func (p *Providers) RemoveKeys(keyIDs []int64) (catalog.RemovedKeys, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.RemoveKeys(ctx, keyIDs)
}

// ListModels asks a provider, perhaps an unsaved one, what it serves.
func (p *Providers) ListModels(in catalog.ProviderInput) (catalog.ModelListing, error) {
	ctx, cancel := bounded()
	defer cancel()
	return p.app.Catalog.ListModels(ctx, in)
}

// StartModelImport begins to import models and returns the import's id.
func (p *Providers) StartModelImport(in catalog.ModelImport) (string, error) {
	return p.app.Catalog.StartModelImport(in)
}

// ModelImportProgress tells how far an import is. It is known for ten minutes
// after its end.
func (p *Providers) ModelImportProgress(id string) (catalog.ModelImportProgress, error) {
	return p.app.Catalog.ModelImportProgress(id)
}

// CancelModelImport ends an import; nothing of it stays.
func (p *Providers) CancelModelImport(id string) { p.app.Catalog.CancelModelImport(id) }
