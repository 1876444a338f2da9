package oldserver

import (
	"context"

	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/settings"
)

// present is what Headgate has already.
type present struct {
	providers []catalog.Provider
	groups    []catalog.Group
	apiKeys   []catalog.APIKey
	keywords  []catalog.Keyword
	settings  settings.Settings
}

func presentIn(ctx context.Context, c *catalog.Catalog) (p present, err error) {
	if p.providers, err = c.Providers(ctx); err != nil {
		return p, err
	}
	if p.groups, err = c.Groups(ctx); err != nil {
		return p, err
	}
	if p.apiKeys, err = c.APIKeys(ctx); err != nil {
		return p, err
	}
	if p.keywords, err = c.Keywords(ctx); err != nil {
		return p, err
	}
	p.settings, err = c.Settings(ctx)
	return p, err
}

// plan is what is to become of an old configuration.
type plan struct {
	Preview
	document document
	now      present
	rows     map[int64]origin // what the provider rows became, by id
	groups   map[int64]string // the same of groups: their names
	apiKeys  map[int64]string // and of API keys
	secrets  []secret.Value   // all keys, for keeping them out of texts
}

// origin is what a provider row became.
type origin struct {
	name     string // the old one
	provider string // "": the row was left out
	model    string
	active   bool
}

func makePlan(old tables, now present) *plan {
	p := &plan{now: now, rows: map[int64]origin{}, groups: map[int64]string{}, apiKeys: map[int64]string{}}
	p.Preview = Preview{
		Providers: []Provider{}, Groups: []Group{}, APIKeys: []APIKey{}, Keywords: []Keyword{}, Oddities: []Oddity{},
	}
	p.document.Version = 1
	p.addProviders(old.providers)
	p.addGroups(old.groups)
	p.addMembers(old.members)
	p.addAPIKeys(old.apiKeys, old.keyGroups)
	p.addKeywords(old.keywords)
	p.addSettings(old.settings)
	return p
}

// document is what catalog.Import applies. Entries of what is there already
// hold a name alone, so that they change nothing.
type document struct {
	Version   int                `json:"version"`
	Providers []providerDocument `json:"providers,omitempty"`
	Groups    []groupDocument    `json:"groups,omitempty"`
	APIKeys   []apiKeyDocument   `json:"api_keys,omitempty"`
	Keywords  []keywordDocument  `json:"failure_keywords,omitempty"`
	Settings  *settingsDocument  `json:"settings,omitempty"`
}

type providerDocument struct {
	Name    string          `json:"name"`
	BaseURL string          `json:"base_url,omitempty"`
	Keys    []string        `json:"keys,omitempty"`
	Models  []modelDocument `json:"models,omitempty"`
}

type modelDocument struct {
	ID          string   `json:"id"`
	Enabled     *bool    `json:"enabled,omitempty"`
	InputPrice  *float64 `json:"input_price,omitempty"`
	OutputPrice *float64 `json:"output_price,omitempty"`
	CallPrice   *float64 `json:"call_price,omitempty"`
}

type groupDocument struct {
	Name    string           `json:"name"`
	Members []memberDocument `json:"members,omitempty"`
}

type memberDocument struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Priority int64  `json:"priority"`
	Weight   int64  `json:"weight"`
	Enabled  bool   `json:"enabled"`
}

type apiKeyDocument struct {
	Name    string   `json:"name"`
	Key     string   `json:"key,omitempty"`
	Groups  []string `json:"groups,omitempty"`
	Enabled *bool    `json:"enabled,omitempty"`
}

type keywordDocument struct {
	Keyword     string `json:"keyword"`
	Description string `json:"description,omitempty"`
	Enabled     *bool  `json:"enabled,omitempty"`
}

type settingsDocument struct {
	Failover failoverDocument `json:"failover"`
}

type failoverDocument struct {
	Count   *int64 `json:"count,omitempty"`
	Minutes *int64 `json:"minutes,omitempty"`
}
