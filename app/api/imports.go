package api

import "headgate/app"

// Imports take a configuration, or an old server's database, from a file that
// was given as an upload.
type Imports struct{ app *app.App }

// Preview tells what importing an uploaded file would do.
func (i *Imports) Preview(upload, passphrase string) (app.ImportPreview, error) {
	ctx, cancel := bounded()
	defer cancel()
	return i.app.Imports.Preview(ctx, upload, passphrase)
}

// Start imports an uploaded file; with calls, an old server's call log too.
func (i *Imports) Start(upload, passphrase string, calls bool) error {
	return i.app.Imports.Start(upload, passphrase, calls)
}

// Progress tells how far the import that was started last is.
func (i *Imports) Progress() app.ImportProgress { return i.app.Imports.Progress() }
