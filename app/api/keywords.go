package api

import (
	"headgate/app"
	"headgate/app/catalog"
)

// Keywords are texts that turn a seemingly good reply into a failure.
type Keywords struct{ app *app.App }

// List returns all failure keywords, by text.
func (k *Keywords) List() ([]catalog.Keyword, error) {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.Keywords(ctx)
}

// Save creates or changes a failure keyword.
func (k *Keywords) Save(in catalog.Keyword) (catalog.Keyword, error) {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.SaveKeyword(ctx, in)
}

// Delete removes a failure keyword.
func (k *Keywords) Delete(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return k.app.Catalog.DeleteKeyword(ctx, id)
}
