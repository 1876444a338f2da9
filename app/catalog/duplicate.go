package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
)

// DuplicateProvider copies a provider with its keys and models under a name that
// is free: "up" becomes "up (2)". The copy is in no group.
// Codes: provider_not_found, too_many.
func (c *Catalog) DuplicateProvider(ctx context.Context, id int64) (Provider, error) {
	var made int64
	after, err := c.change(ctx, func(d *draft) (err error) {
		made, err = d.duplicateProvider(id)
		return err
	})
	if err != nil {
		return Provider{}, err
	}
	return *after.provider(made), nil
}

func (d *draft) duplicateProvider(id int64) (int64, error) {
	original := d.provider(id)
	if original == nil {
		return 0, apperr.New("provider_not_found")
	}
	if err := checkCount(len(d.Providers)+1, maxProviders); err != nil {
		return 0, err
	}
	p := *original
	p.ID, p.Name, p.Models = 0, d.nextName(original.Name), nil
	p.CreatedAt, p.UpdatedAt = d.now.UnixMilli(), d.now.UnixMilli()
	p.Headers, p.Keys, p.Rules = slices.Clone(p.Headers), slices.Clone(p.Keys), slices.Clone(p.Rules)
	for i := range p.Keys {
		p.Keys[i].ID = 0
	}
	if err := d.tx.SaveProvider(&p); err != nil {
		return 0, err
	}
	p.Models = slices.Clone(original.Models)
	for i := range p.Models {
		p.Models[i].ID, p.Models[i].ProviderID = 0, p.ID
	}
	if err := d.tx.AddModels(p.Models); err != nil {
		return 0, err
	}
	d.Providers = append(d.Providers, p)
	d.changed(event.Providers)
	return p.ID, nil
}

// numbered is a name that ends as nextName ends it.
var numbered = regexp.MustCompile(`^(.+) \((?:[2-9]|[1-9][0-9]+)\)$`)

// nextName returns the name with the first number that is free, cut where it
// would be too long.
func (c *Configuration) nextName(name string) string {
	if parts := numbered.FindStringSubmatch(name); parts != nil {
		name = parts[1]
	}
	for n := 2; ; n++ {
		ending := fmt.Sprintf(" (%d)", n)
		letters := []rune(name)
		next := strings.TrimSpace(string(letters[:min(len(letters), maxName-len(ending))])) + ending
		if find(c.Providers, func(p Provider) bool { return p.Name == next }) == nil {
			return next
		}
	}
}
