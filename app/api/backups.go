package api

import (
	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
)

// Backups are the copies of the configuration that the data folder keeps.
type Backups struct{ app *app.App }

// Backup is one copy.
type Backup struct {
	Name string `json:"name"`
	At   int64  `json:"at"`   // Unix milliseconds
	Size int64  `json:"size"` // bytes
}

// List returns the copies, newest first.
func (b *Backups) List() ([]Backup, error) { return nil, apperr.New(apperr.Internal) }

// Make makes a copy now.
func (b *Backups) Make() (Backup, error) { return Backup{}, apperr.New(apperr.Internal) }

// Preview tells what restoring a copy would change; here things are removed too.
func (b *Backups) Preview(name string) ([]catalog.Change, error) {
	return nil, apperr.New(apperr.Internal)
}

// Restore puts the configuration back to a copy's, after making a copy of what
// is there now.
func (b *Backups) Restore(name string) error { return apperr.New(apperr.Internal) }
