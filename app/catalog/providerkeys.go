package catalog

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/secret"
)

// KeyHealth returns the state of every provider key that was used or has failed
// since the start.
func (c *Catalog) KeyHealth() []KeyHealth {
	list := []KeyHealth{}
	for _, h := range c.engine.KeyHealth() {
		list = append(list, KeyHealth{
			ProviderKeyID: h.ProviderKeyID, Limited: h.Limited,
			CooldownUntil: milliseconds(h.CooldownUntil), LastFailureAt: milliseconds(h.LastFailureAt),
			LastUsedAt: milliseconds(h.LastUsedAt),
			Class:      string(h.Class), Reason: h.Reason, Message: h.Message,
		})
	}
	return list
}

// KeyPlaces finds every provider that keeps a key, by the key's whole text.
func (c *Catalog) KeyPlaces(ctx context.Context, text string) ([]KeyPlace, error) {
	stored, err := c.opened(ctx)
	if err != nil {
		return nil, err
	}
	places := []KeyPlace{}
	wanted := digest(secret.New(strings.TrimSpace(text)))
	for _, p := range stored.Providers {
		for _, k := range p.Keys {
			if kept := digest(k.Secret); subtle.ConstantTimeCompare(kept[:], wanted[:]) == 0 {
				continue
			}
			places = append(places, KeyPlace{
				KeyID: k.ID, Hint: k.Hint, ProviderID: p.ID, Provider: p.Name,
				Last: len(p.Keys) == 1, Models: len(p.Models), Groups: stored.groupsOf(p.ID),
			})
		}
	}
	slices.SortStableFunc(places, func(a, b KeyPlace) int { return byName(a.Provider, b.Provider) })
	return places, nil
}

// digest makes texts of one length: how long they take to compare tells nothing.
func digest(s secret.Value) [sha256.Size]byte { return sha256.Sum256([]byte(s.Reveal())) }

// groupsOf returns the names of the groups that have a model of the provider.
func (c *Configuration) groupsOf(provider int64) []string {
	names := []string{}
	for _, g := range c.Groups {
		if find(g.Members, func(m Member) bool { return m.ProviderID == provider }) != nil {
			names = append(names, g.Name)
		}
	}
	slices.SortFunc(names, byName)
	return names
}

// RemoveKeys removes provider keys, all or none. A provider whose last key goes
// is deleted with its models and their memberships: without any it would be
// called with none. Code: provider_key_not_found.
func (c *Catalog) RemoveKeys(ctx context.Context, keyIDs []int64) (RemovedKeys, error) {
	var removed RemovedKeys
	_, err := c.change(ctx, func(d *draft) (err error) {
		removed, err = d.removeKeys(keyIDs)
		return err
	})
	if err != nil {
		return RemovedKeys{}, err
	}
	return removed, nil
}

func (d *draft) removeKeys(keyIDs []int64) (RemovedKeys, error) {
	var removed RemovedKeys
	missing := map[int64]bool{}
	for _, id := range keyIDs {
		missing[id] = true
	}
	for i := range d.Providers {
		p := &d.Providers[i]
		before := len(p.Keys)
		p.Keys = slices.DeleteFunc(slices.Clone(p.Keys), func(k ProviderKey) bool {
			goes := missing[k.ID]
			delete(missing, k.ID)
			return goes
		})
		if len(p.Keys) == before {
			continue
		}
		removed.Keys += before - len(p.Keys)
		d.changed(event.Providers, event.Groups)
		if len(p.Keys) > 0 {
			p.UpdatedAt = d.now.UnixMilli()
			if err := d.tx.SaveProvider(p); err != nil {
				return removed, err
			}
			continue
		}
		removed.Providers++
		removed.Models += len(p.Models)
		removed.Members += d.membersOf(p.ID)
		if err := d.tx.DeleteProvider(p.ID); err != nil {
			return removed, err
		}
	}
	if len(missing) > 0 {
		return removed, apperr.New("provider_key_not_found")
	}
	return removed, nil
}

// membersOf counts the members that a provider's models are, in all groups.
func (c *Configuration) membersOf(provider int64) int {
	n := 0
	for _, g := range c.Groups {
		for _, m := range g.Members {
			if m.ProviderID == provider {
				n++
			}
		}
	}
	return n
}
