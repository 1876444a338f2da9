package api

import (
	"headgate/app"
	"headgate/app/settings"
)

// Settings are a person's choices about Headgate as a whole.
type Settings struct{ app *app.App }

// Get returns the settings.
func (s *Settings) Get() (settings.Settings, error) {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.Catalog.Settings(ctx)
}

// Save checks, stores and applies the settings. An address that can't be bound
// is refused.
func (s *Settings) Save(in settings.Settings) error {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.SaveSettings(ctx, in)
}
