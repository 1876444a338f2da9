package catalog

import "context"

func (c *Catalog) ListModels(ctx context.Context, in ProviderInput) (ModelListing, error) {
	return ModelListing{}, errUnbuilt
}
func (c *Catalog) StartModelImport(in ModelImport) (string, error) { return "", errUnbuilt }
func (c *Catalog) ModelImportProgress(id string) (ModelImportProgress, error) {
	return ModelImportProgress{}, errUnbuilt
}
func (c *Catalog) CancelModelImport(id string) {}
