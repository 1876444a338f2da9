package api

import (
	"headgate/app"
	"headgate/app/update"
)

// Updates find, fetch and install newer versions, each when a person wants it.
type Updates struct{ app *app.App }

// State tells what is known of newer versions, and what is going on.
func (u *Updates) State() update.State { return u.app.Updates.State() }

// Check looks for a newer version now.
func (u *Updates) Check() error {
	ctx, cancel := bounded()
	defer cancel()
	return u.app.Updates.Check(ctx)
}

// Download begins to fetch the newer version.
func (u *Updates) Download() error { return u.app.Updates.Download() }

// Cancel ends the download.
func (u *Updates) Cancel() { u.app.Updates.Cancel() }

// Install hands what was fetched to what installs it.
func (u *Updates) Install() error { return u.app.Updates.Install() }
