package api

import (
	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/oldserver"
)

// Imports take a configuration, or an old server's database, from a file that
// was given as an upload.
type Imports struct{ app *app.App }

// The kinds of files.
const (
	ImportConfiguration = "configuration"
	ImportOldServer     = "old_server"
)

// ImportPreview is what an import would do.
type ImportPreview struct {
	Kind      string             `json:"kind"`      // configuration or old_server
	Encrypted bool               `json:"encrypted"` // a passphrase is needed first: there is nothing else here
	Changes   []catalog.Change   `json:"changes"`   // in the order of the file
	OldServer *oldserver.Preview `json:"oldServer"` // null for a configuration
}

// ImportProgress is how far the import that was started last is.
type ImportProgress struct {
	Running  bool              `json:"running"`
	Count    int64             `json:"count"` // calls brought along so far
	Total    int64             `json:"total"`
	Error    *apperr.Error     `json:"error"`    // null: none
	Changes  []catalog.Change  `json:"changes"`  // when it has ended
	MadeKeys []catalog.MadeKey `json:"madeKeys"` // shown this once
}

// Preview tells what importing an uploaded file would do.
func (i *Imports) Preview(upload, passphrase string) (ImportPreview, error) {
	return ImportPreview{}, apperr.New(apperr.Internal)
}

// Start imports an uploaded file; with calls, an old server's call log too.
func (i *Imports) Start(upload, passphrase string, calls bool) error {
	return apperr.New(apperr.Internal)
}

// Progress tells how far the import that was started last is.
func (i *Imports) Progress() ImportProgress { return ImportProgress{} }
