package catalog

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"headgate/app/apperr"
	"headgate/app/event"
)

// APIKeys returns all API keys, newest first.
func (c *Catalog) APIKeys(ctx context.Context) ([]APIKey, error) {
	stored, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	list := []APIKey{}
	for _, k := range stored.APIKeys {
		list = append(list, k.shown(c.now()))
	}
	slices.SortFunc(list, func(a, b APIKey) int {
		return cmp.Or(cmp.Compare(b.CreatedAt, a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return list, nil
}

// CreateAPIKey makes an API key, or takes the one brought along. Its text is in
// the result and nowhere else.
//
// Codes: name_invalid, name_taken, group_not_found, api_key_invalid,
// api_key_taken, expiry_past, too_many.
func (c *Catalog) CreateAPIKey(ctx context.Context, in APIKeyInput) (NewAPIKey, error) {
	in.ID = 0
	var made NewAPIKey
	_, err := c.change(ctx, func(d *draft) (err error) {
		made, err = d.saveAPIKey(in)
		return err
	})
	return made, err
}

// SaveAPIKey changes an API key's name, groups, models, expiry or switch; its text
// stays, and so does the grace of the one before. Codes: api_key_not_found, api_key_fixed, and those of CreateAPIKey.
func (c *Catalog) SaveAPIKey(ctx context.Context, in APIKeyInput) (APIKey, error) {
	if in.ID == 0 {
		return APIKey{}, apperr.New("api_key_not_found")
	}
	if in.Key != "" {
		return APIKey{}, apperr.New("api_key_fixed")
	}
	var saved NewAPIKey
	_, err := c.change(ctx, func(d *draft) (err error) {
		saved, err = d.saveAPIKey(in)
		return err
	})
	return saved.APIKey, err
}

// DeleteAPIKey revokes an API key for good. Code: api_key_not_found.
func (c *Catalog) DeleteAPIKey(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		if d.apiKey(id) == nil {
			return apperr.New("api_key_not_found")
		}
		d.changed(event.APIKeys)
		return d.tx.DeleteAPIKey(id)
	})
	return err
}

func (c *Configuration) apiKey(id int64) *APIKey {
	return find(c.APIKeys, func(k APIKey) bool { return k.ID == id })
}

// saveAPIKey returns the key's text when it was given or made.
func (d *draft) saveAPIKey(in APIKeyInput) (NewAPIKey, error) { return d.putAPIKey(in, nil) }

// putAPIKey is saveAPIKey for a key that has, with a mark, no text.
func (d *draft) putAPIKey(in APIKeyInput, mark *apiKeyMark) (NewAPIKey, error) {
	k := APIKey{CreatedAt: d.now.UnixMilli()}
	if in.ID != 0 {
		old := d.apiKey(in.ID)
		if old == nil {
			return NewAPIKey{}, apperr.New("api_key_not_found")
		}
		k = *old
	} else if err := checkCount(len(d.APIKeys)+1, maxAPIKeys); err != nil {
		return NewAPIKey{}, err
	}
	var err error
	if k.Name, err = cleanName(in.Name); err != nil {
		return NewAPIKey{}, err
	}
	if find(d.APIKeys, func(o APIKey) bool { return o.Name == k.Name && o.ID != k.ID }) != nil {
		return NewAPIKey{}, apperr.New("name_taken", "Name", k.Name)
	}
	if mark == nil && in.ExpiresAt != k.ExpiresAt && in.ExpiresAt != 0 && in.ExpiresAt <= d.now.UnixMilli() {
		return NewAPIKey{}, apperr.New("expiry_past")
	}
	k.ExpiresAt, k.Enabled, k.Models = in.ExpiresAt, in.Enabled, in.Models
	if k.GroupIDs, err = d.groupIDs(in.GroupIDs); err != nil {
		return NewAPIKey{}, err
	}
	text := in.Key
	if mark != nil {
		mark.over(&k, d)
	} else if text == "" && k.ID == 0 {
		if text, err = makeAPIKey(); err != nil {
			return NewAPIKey{}, err
		}
	}
	if text != "" {
		if !isAPIKey(text) {
			return NewAPIKey{}, apperr.New("api_key_invalid", "Min", leastAPIKey, "Max", mostAPIKey)
		}
		k.setText(text)
	}
	if bytes.Equal(k.PreviousHash, k.Hash) {
		k.endGrace() // it is the text again
	}
	if same := d.knowsHash(k.ID, k.Hash, k.PreviousHash); same != nil {
		return NewAPIKey{}, apperr.New("api_key_taken", "Name", same.Name)
	}
	if err := d.tx.SaveAPIKey(&k); err != nil {
		return NewAPIKey{}, err
	}
	if old := d.apiKey(k.ID); old != nil {
		*old = k
	} else {
		d.APIKeys = append(d.APIKeys, k)
	}
	d.changed(event.APIKeys)
	return NewAPIKey{APIKey: k.shown(d.now), Key: text}, nil
}
