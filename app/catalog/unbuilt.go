package catalog

import (
	"context"

	"headgate/app/apperr"
)

var errUnbuilt = apperr.New(apperr.Internal)

func (c *Catalog) KeyHealth() []KeyHealth { return nil }
func (c *Catalog) DuplicateProvider(ctx context.Context, id int64) (Provider, error) {
	return Provider{}, errUnbuilt
}
func (c *Catalog) KeyPlaces(ctx context.Context, secret string) ([]KeyPlace, error) {
	return nil, errUnbuilt
}
func (c *Catalog) RemoveKeys(ctx context.Context, keyIDs []int64) (RemovedKeys, error) {
	return RemovedKeys{}, errUnbuilt
}
func (c *Catalog) Explain(ctx context.Context, groupID int64) ([]Prospect, error) {
	return nil, errUnbuilt
}
