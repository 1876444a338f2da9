package api

import (
	"headgate/app"
)

// Secrets are the keys that seal what is secret in the data folder.
type Secrets struct{ app *app.App }

// State tells where they are kept, and whether they are locked.
func (s *Secrets) State() app.KeysState { return s.app.Keys.State() }

// Unlock opens them, with a passphrase where one is needed.
func (s *Secrets) Unlock(passphrase string) error {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.Keys.Unlock(ctx, passphrase)
}

// Keep keeps them elsewhere: keychain, passphrase or key_file. The passphrase is
// that choice's.
func (s *Secrets) Keep(where, passphrase string) error {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.Keys.KeepIn(ctx, where, passphrase)
}

// Rotate makes new keys and seals everything with them. The passphrase is the one
// that locks them now, if any does.
func (s *Secrets) Rotate(passphrase string) error {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.Keys.Rotate(ctx, passphrase)
}
