package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/secret"
)

// Providers returns all providers, by name.
func (c *Catalog) Providers(ctx context.Context) ([]Provider, error) {
	stored, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	list := append([]Provider{}, stored.Providers...)
	slices.SortStableFunc(list, func(a, b Provider) int { return byName(a.Name, b.Name) })
	for _, p := range list {
		slices.SortStableFunc(p.Models, func(a, b Model) int { return byName(a.Name, b.Name) })
	}
	return list, nil
}

// byName orders as people look names up.
func byName(a, b string) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}

// SaveProvider creates or changes a provider and its key pool. A change of the
// base URL's origin, or of the proxy that reads what is sent in clear, asks for
// the stored keys and secret header values again, so that none is ever sent to a
// host it was not given for.
//
// Codes: provider_not_found, name_invalid, name_taken, dialect_unknown,
// base_url_invalid, header_invalid, header_reserved, header_duplicate,
// header_value_needed, proxy_invalid, setting_out_of_range (a timeout), rules_too_many, rule_invalid,
// provider_key_invalid, provider_key_duplicate, provider_key_not_found,
// provider_keys_needed, too_many.
func (c *Catalog) SaveProvider(ctx context.Context, in ProviderInput) (Provider, error) {
	var id int64
	after, err := c.change(ctx, func(d *draft) (err error) {
		id, err = d.saveProvider(in)
		return err
	})
	if err != nil {
		return Provider{}, err
	}
	return *after.provider(id), nil
}

// SetProviderEnabled switches a provider on or off. Code: provider_not_found.
func (c *Catalog) SetProviderEnabled(ctx context.Context, id int64, enabled bool) error {
	_, err := c.change(ctx, func(d *draft) error {
		p := d.provider(id)
		if p == nil {
			return apperr.New("provider_not_found")
		}
		if p.Enabled == enabled {
			return nil
		}
		p.Enabled, p.UpdatedAt = enabled, d.now.UnixMilli()
		d.changed(event.Providers, event.Groups)
		return d.tx.SaveProvider(p)
	})
	return err
}

// DeleteProvider removes a provider, its keys, its models and their
// memberships. Code: provider_not_found.
func (c *Catalog) DeleteProvider(ctx context.Context, id int64) error {
	_, err := c.change(ctx, func(d *draft) error {
		if d.provider(id) == nil {
			return apperr.New("provider_not_found")
		}
		d.changed(event.Providers, event.Groups)
		return d.tx.DeleteProvider(id)
	})
	return err
}

// TestProvider makes a real request with settings that may be unsaved; the name
// doesn't matter to it. Stored keys are used where the input keeps them, but
// for the stored origin only. Codes: those of SaveProvider.
func (c *Catalog) TestProvider(ctx context.Context, in ProviderInput) (ProbeResult, error) {
	_, compiled, err := c.probed(ctx, in)
	if err != nil {
		return ProbeResult{}, err
	}
	model := ""
	if len(compiled.Models) > 0 {
		model = compiled.Models[0].Name
	}
	return probeResult(c.engine.Probe(ctx, compiled, model)), nil
}

func (c *Configuration) provider(id int64) *Provider {
	return find(c.Providers, func(p Provider) bool { return p.ID == id })
}

func (d *draft) saveProvider(in ProviderInput) (int64, error) {
	p, err := d.prepareProvider(in)
	if err != nil {
		return 0, err
	}
	if p.Name, err = cleanName(in.Name); err != nil {
		return 0, err
	}
	if find(d.Providers, func(o Provider) bool { return o.Name == p.Name && o.ID != p.ID }) != nil {
		return 0, apperr.New("name_taken", "Name", p.Name)
	}
	p.UpdatedAt = d.now.UnixMilli()
	if p.ID == 0 {
		p.CreatedAt = p.UpdatedAt
		if err := checkCount(len(d.Providers)+1, maxProviders); err != nil {
			return 0, err
		}
	}
	if err := d.tx.SaveProvider(&p); err != nil {
		return 0, err
	}
	if old := d.provider(p.ID); old != nil {
		*old = p
	} else {
		d.Providers = append(d.Providers, p)
	}
	d.changed(event.Providers, event.Groups)
	return p.ID, nil
}

// prepareProvider checks all of a provider but its name.
func (c *Configuration) prepareProvider(in ProviderInput) (Provider, error) {
	p := Provider{Models: []Model{}}
	if in.ID != 0 {
		old := c.provider(in.ID)
		if old == nil {
			return p, apperr.New("provider_not_found")
		}
		p = *old
	}
	before := p
	p.Dialect, p.Enabled = in.Dialect, in.Enabled
	if !slices.Contains(dialects, p.Dialect) {
		return p, apperr.New("dialect_unknown", "Dialect", p.Dialect, "Known", strings.Join(dialects, ", "))
	}
	var err error
	if p.BaseURL, err = cleanBaseURL(in.BaseURL); err != nil {
		return p, err
	}
	if p.Proxy, err = cleanProxy(in.Proxy); err != nil {
		return p, err
	}
	moved := before.ID != 0 && leadsElsewhere(before, p)
	if p.Headers, err = cleanHeaders(in.Headers, before.Headers, moved); err != nil {
		return p, err
	}
	if p.Timeouts, err = in.Timeouts, checkTimeouts(in.Timeouts); err != nil {
		return p, err
	}
	if p.Rules, err = cleanRules(in.Rules); err != nil {
		return p, err
	}
	p.Keys, err = keyPool(in.Keys, before.Keys, moved)
	return p, err
}

// leadsElsewhere tells whether somebody would read a provider's secrets whom
// they weren't given for: another server, or another proxy where nothing but
// the proxy's honesty protects them. Over TLS a proxy passes on what it can't read.
func leadsElsewhere(before, after Provider) bool {
	origin := Origin(after.BaseURL)
	return origin != Origin(before.BaseURL) ||
		after.Proxy != "" && after.Proxy != before.Proxy && strings.HasPrefix(origin, "http:")
}

// keyPool makes the pool that was asked for, with the stored keys that it
// keeps unless the provider has moved to another origin.
func keyPool(in []ProviderKeyInput, stored []ProviderKey, moved bool) ([]ProviderKey, error) {
	if err := checkCount(len(in), maxKeys); err != nil {
		return nil, err
	}
	pool := make([]ProviderKey, 0, len(in))
	for _, k := range in {
		key := ProviderKey{}
		if k.ID != 0 {
			old := find(stored, func(o ProviderKey) bool { return o.ID == k.ID })
			if old == nil {
				return nil, apperr.New("provider_key_not_found")
			}
			key = *old
		}
		text := strings.TrimSpace(k.Secret)
		switch {
		case text != "":
			if !isSecret(text) {
				return nil, apperr.New("provider_key_invalid", "Max", maxSecret)
			}
			key.Secret = secret.New(text)
		case k.ID == 0:
			return nil, apperr.New("provider_key_invalid", "Max", maxSecret)
		case moved:
			return nil, apperr.New("provider_keys_needed")
		}
		key.Hint, key.Enabled = key.Secret.Hint(), k.Enabled
		if find(pool, func(o ProviderKey) bool { return o.Secret == key.Secret || key.ID != 0 && o.ID == key.ID }) != nil {
			return nil, apperr.New("provider_key_duplicate", "Hint", key.Hint)
		}
		pool = append(pool, key)
	}
	return pool, nil
}

// isSecret accepts what can stand in a request header.
func isSecret(text string) bool {
	return len(text) <= maxSecret && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
