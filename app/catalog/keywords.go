package catalog

import (
	"context"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway"
)

// Keywords returns all failure keywords, by text.
func (c *Catalog) Keywords(ctx context.Context) ([]Keyword, error) {
	stored, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	list := append([]Keyword{}, stored.Keywords...)
	slices.SortStableFunc(list, func(a, b Keyword) int { return byName(a.Text, b.Text) })
	return list, nil
}

// SaveKeyword creates or changes a failure keyword. Case doesn't matter to a
// match, so two texts that differ by case alone are the same. It counts in the
// groups that it names, or in all when it names none.
//
// Codes: keyword_not_found, keyword_invalid, those of a regular expression, which
// begin with keyword_regex_, keyword_scope_unknown, group_not_found,
// keyword_taken, description_too_long, too_many.
func (c *Catalog) SaveKeyword(ctx context.Context, in Keyword) (Keyword, error) {
	var saved Keyword
	_, err := c.change(ctx, func(d *draft) (err error) {
		saved, err = d.saveKeyword(in)
		return err
	})
	return saved, err
}

// DeleteKeyword removes a failure keyword. Code: keyword_not_found.
func (c *Catalog) DeleteKeyword(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		if d.keyword(id) == nil {
			return apperr.New("keyword_not_found")
		}
		d.changed(event.Keywords)
		return d.tx.DeleteKeyword(id)
	})
	return err
}

// maxSample is the longest text that a keyword is tried on.
const maxSample = 256 << 10 // bytes

// TestKeyword looks for a keyword, perhaps an unsaved one, in a text. Neither
// its scope nor its groups matter.
// Codes: keyword_sample_too_long, and those of CompileKeyword.
func (c *Catalog) TestKeyword(in Keyword, sample string) (KeywordTest, error) {
	if len(sample) > maxSample {
		return KeywordTest{}, apperr.New("keyword_sample_too_long", "MaxKiB", maxSample>>10)
	}
	keyword, err := c.CompileKeyword(in)
	if err != nil {
		return KeywordTest{}, err
	}
	found, err := gateway.FindKeyword(keyword, sample)
	if err != nil {
		return KeywordTest{}, err
	}
	test, seen := KeywordTest{Parts: []string{}}, 0
	for _, at := range found {
		test.Parts = append(test.Parts, sample[seen:at[0]], sample[at[0]:at[1]])
		seen = at[1]
	}
	test.Parts = append(test.Parts, sample[seen:])
	return test, nil
}

// CompileKeyword checks a keyword, perhaps an unsaved one, and returns what the
// engine would look for. Codes: keyword_invalid, those of a regular expression,
// which begin with keyword_regex_, keyword_scope_unknown.
func (c *Catalog) CompileKeyword(in Keyword) (gateway.Keyword, error) {
	var err error
	if in.Text, in.Scope, err = cleanPattern(in); err != nil {
		return gateway.Keyword{}, err
	}
	return compileKeyword(in), nil
}

func (c *Configuration) keyword(id int64) *Keyword {
	return find(c.Keywords, func(k Keyword) bool { return k.ID == id })
}

func (d *draft) saveKeyword(in Keyword) (Keyword, error) {
	k := Keyword{CreatedAt: d.now.UnixMilli()}
	if in.ID != 0 {
		old := d.keyword(in.ID)
		if old == nil {
			return k, apperr.New("keyword_not_found")
		}
		k = *old
	} else if err := checkCount(len(d.Keywords)+1, maxKeywords); err != nil {
		return k, err
	}
	var err error
	if k.Text, k.Scope, err = cleanPattern(in); err != nil {
		return k, err
	}
	k.Regex, k.Description, k.Enabled = in.Regex, strings.TrimSpace(in.Description), in.Enabled
	if len([]rune(k.Description)) > maxDescription {
		return k, apperr.New("description_too_long", "Max", maxDescription)
	}
	if k.GroupIDs, err = d.groupIDs(in.GroupIDs); err != nil {
		return k, err
	}
	if find(d.Keywords, func(o Keyword) bool { return o.ID != k.ID && o.samePattern(k) }) != nil {
		return k, apperr.New("keyword_taken", "Text", k.Text)
	}
	if err := d.tx.SaveKeyword(&k); err != nil {
		return k, err
	}
	if old := d.keyword(k.ID); old != nil {
		*old = k
	} else {
		d.Keywords = append(d.Keywords, k)
	}
	d.changed(event.Keywords)
	return k, nil
}
