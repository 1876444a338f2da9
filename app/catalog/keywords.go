package catalog

import (
	"context"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
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
// match, so two that differ by case alone are the same.
//
// Codes: keyword_not_found, keyword_invalid, keyword_taken,
// description_too_long, too_many.
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
	k.Text, k.Description, k.Enabled = strings.TrimSpace(in.Text), strings.TrimSpace(in.Description), in.Enabled
	if !isText(k.Text, 1, maxKeyword) {
		return k, apperr.New("keyword_invalid", "Max", maxKeyword)
	}
	if len([]rune(k.Description)) > maxDescription {
		return k, apperr.New("description_too_long", "Max", maxDescription)
	}
	if find(d.Keywords, func(o Keyword) bool { return strings.EqualFold(o.Text, k.Text) && o.ID != k.ID }) != nil {
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
