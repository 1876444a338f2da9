package api

import (
	"headgate/app"
	"headgate/app/calllog"
	"headgate/app/catalog"
)

// Keywords are texts that turn a seemingly good reply into a failure.
type Keywords struct{ app *app.App }

// List returns all failure keywords, by text, with how often each was found.
func (k *Keywords) List() ([]catalog.Keyword, error) {
	ctx, cancel := bounded()
	defer cancel()
	keywords, err := k.app.Catalog.Keywords(ctx)
	if err != nil {
		return nil, err
	}
	use, err := k.app.CallLog.KeywordUse(ctx)
	if err != nil {
		return nil, err
	}
	for i := range keywords {
		keywords[i].Hits, keywords[i].LastHitAt = use[keywords[i].ID].Hits, use[keywords[i].ID].LastAt
	}
	return keywords, nil
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

// Test looks for a keyword, perhaps an unsaved one, in a text.
func (k *Keywords) Test(in catalog.Keyword, sample string) (catalog.KeywordTest, error) {
	return k.app.Catalog.TestKeyword(in, sample)
}

// TestCalls looks for a keyword, perhaps an unsaved one, in the newest stored
// calls.
func (k *Keywords) TestCalls(in catalog.Keyword) (calllog.KeywordFinds, error) {
	ctx, cancel := bounded()
	defer cancel()
	keyword, err := k.app.Catalog.CompileKeyword(in)
	if err != nil {
		return calllog.KeywordFinds{}, err
	}
	return k.app.CallLog.FindKeyword(ctx, keyword)
}
