package api

import (
	"headgate/app"
	"headgate/app/catalog"
)

// APIKeys are the credentials that local tools use.
type APIKeys struct{ app *app.App }

// List returns all API keys, newest first, with when each was last used.
func (k *APIKeys) List() ([]catalog.APIKey, error) {
	ctx, cancel := bounded()
	defer cancel()
	keys, err := k.app.Catalog.APIKeys(ctx)
	if err != nil {
		return nil, err
	}
	used, err := k.app.CallLog.LastUsed(ctx)
	if err != nil {
		return nil, err
	}
	for i := range keys {
		keys[i].LastUsedAt = used[keys[i].ID]
	}
	return keys, nil
}

// Create makes an API key. Its text is in the result and nowhere else.
func (k *APIKeys) Create(in catalog.APIKeyInput) (catalog.NewAPIKey, error) {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.CreateAPIKey(ctx, in)
}

// Save changes an API key's name, groups, expiry or switch.
func (k *APIKeys) Save(in catalog.APIKeyInput) (catalog.APIKey, error) {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.SaveAPIKey(ctx, in)
}

// Delete revokes an API key for good.
func (k *APIKeys) Delete(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.DeleteAPIKey(ctx, id)
}

// Rotate gives an API key a new text. The text before works for so many seconds
// more; 0: it ends at once.
func (k *APIKeys) Rotate(id int64, graceSeconds int) (catalog.NewAPIKey, error) {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.RotateAPIKey(ctx, id, graceSeconds)
}

// EndGrace ends the time in which the text before the rotation works.
func (k *APIKeys) EndGrace(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.EndGrace(ctx, id)
}
