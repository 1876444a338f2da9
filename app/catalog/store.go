package catalog

import (
	"context"

	"headgate/app/settings"
)

// Configuration is everything the catalog keeps, secrets in clear. Lists are in
// order of id; members and provider keys in the order they are used in.
type Configuration struct {
	Providers []Provider
	Groups    []Group
	APIKeys   []APIKey
	Keywords  []Keyword
	Settings  settings.Settings
	// Locked: the provider keys can't be opened, and are empty here.
	Locked bool
	// Unsealed: secret values of headers stand as they were typed, from before
	// they were sealed. Saving the providers seals them.
	Unsealed bool
}

// Store keeps the configuration.
type Store interface {
	// Load returns what was last committed.
	Load(ctx context.Context) (Configuration, error)
	// Change runs fn in one transaction. What fn did is committed when it
	// returns nil, and undone otherwise.
	Change(ctx context.Context, fn func(Tx) error) error
}

// Tx changes the configuration inside a transaction. A Save with ID 0 adds a
// row and sets the ID; otherwise the row must be there.
type Tx interface {
	// Load returns the configuration as this transaction has made it.
	Load() (Configuration, error)

	// SaveProvider saves a provider with its headers and its whole key pool: new
	// keys get their IDs, those left out are removed. Models are not touched.
	SaveProvider(*Provider) error
	DeleteProvider(id int64) error
	SaveModel(*Model) error
	// AddModels adds many at once and sets their IDs.
	AddModels([]Model) error
	DeleteModel(id int64) error
	// SaveGroup saves a group with all its members, in the same way.
	SaveGroup(*Group) error
	DeleteGroup(id int64) error
	SaveAPIKey(*APIKey) error
	DeleteAPIKey(id int64) error
	SaveKeyword(*Keyword) error
	DeleteKeyword(id int64) error
	SaveSettings(settings.Settings) error

	// Replace puts a whole configuration in place of the one that is there. Its
	// IDs stay as they are; all of them were given out here.
	Replace(Configuration) error
}
