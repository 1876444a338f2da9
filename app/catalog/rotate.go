package catalog

import (
	"context"
	"time"

	"headgate/app/apperr"
	"headgate/app/event"
)

// longestGrace is for how long the key before a rotation can go on working.
const longestGrace = 30 * 24 * time.Hour

// RotateAPIKey gives an API key a new text, which is in the result and nowhere
// else. The text before goes on working for so many seconds, as long as the key
// itself; with 0, or when the key has expired, it ends at once. The one before
// that ends at once too. Codes: api_key_not_found, grace_out_of_range.
func (c *Catalog) RotateAPIKey(ctx context.Context, id int64, graceSeconds int) (NewAPIKey, error) {
	if graceSeconds < 0 || graceSeconds > int(longestGrace/time.Second) {
		return NewAPIKey{}, apperr.New("grace_out_of_range", "MaxDays", int(longestGrace/(24*time.Hour)))
	}
	text, err := makeAPIKey()
	if err != nil {
		return NewAPIKey{}, err
	}
	var made NewAPIKey
	_, err = c.change(ctx, func(d *draft) error {
		k := d.apiKey(id)
		if k == nil {
			return apperr.New("api_key_not_found")
		}
		k.PreviousHash, k.PreviousLastFour = k.Hash, k.LastFour
		k.PreviousUntil = d.now.Add(seconds(graceSeconds)).UnixMilli()
		k.setText(text)
		if k.graceOver(d.now) {
			k.endGrace()
		}
		d.changed(event.APIKeys)
		err := d.tx.SaveAPIKey(k)
		made = NewAPIKey{APIKey: k.shown(d.now), Key: text}
		return err
	})
	return made, err
}

// EndGrace ends the time in which the text before the rotation works.
// Code: api_key_not_found.
func (c *Catalog) EndGrace(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		k := d.apiKey(id)
		if k == nil {
			return apperr.New("api_key_not_found")
		}
		if k.PreviousUntil == 0 {
			return nil
		}
		k.endGrace()
		d.changed(event.APIKeys)
		return d.tx.SaveAPIKey(k)
	})
	return err
}

// graceEnds is when the text before the rotation ends: with the grace, or with
// the key itself when that is sooner. 0: there is none.
func (k *APIKey) graceEnds() int64 {
	if k.ExpiresAt != 0 && k.ExpiresAt < k.PreviousUntil {
		return k.ExpiresAt
	}
	return k.PreviousUntil
}

func (k *APIKey) graceOver(now time.Time) bool { return k.graceEnds() <= now.UnixMilli() }

func (k *APIKey) endGrace() { k.PreviousHash, k.PreviousLastFour, k.PreviousUntil = nil, "", 0 }

// shown is the key as windows see it, with when its grace really ends.
func (k *APIKey) shown(now time.Time) APIKey {
	out := *k
	if out.graceOver(now) {
		out.endGrace()
	}
	out.PreviousUntil = out.graceEnds()
	return out
}

// forgetGraces drops the texts before rotations whose time is over, so that
// nothing is kept of what doesn't work any more.
func (d *draft) forgetGraces() error {
	for i := range d.APIKeys {
		k := &d.APIKeys[i]
		if k.PreviousUntil == 0 || k.PreviousUntil > d.now.UnixMilli() {
			continue
		}
		k.endGrace()
		d.changed(event.APIKeys)
		if err := d.tx.SaveAPIKey(k); err != nil {
			return err
		}
	}
	return nil
}
