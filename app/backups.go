package app

import (
	"context"

	"headgate/app/catalog"
)

// PreviewRestore tells what putting a backup back would change.
// Codes: those of store.LoadBackup.
func (a *App) PreviewRestore(ctx context.Context, name string) ([]catalog.Change, error) {
	kept, err := a.Store.LoadBackup(ctx, name)
	if err != nil {
		return nil, err
	}
	report, err := a.Catalog.PreviewRestore(ctx, kept)
	return report.Changes, err
}

// RestoreBackup puts the configuration back to a backup's, after making a backup
// of what is there now. The login of the administration pages stays. An address
// that can't be bound is not kept, as with SaveSettings.
// Codes: those of store.LoadBackup, backup_failed, those of catalog.Restore and
// of Listener.Move.
func (a *App) RestoreBackup(ctx context.Context, name string) error {
	kept, err := a.Store.LoadBackup(ctx, name) // before it could make room for another
	if err != nil {
		return err
	}
	if _, err := a.Catalog.PreviewRestore(ctx, kept); err != nil { // nor for one that comes to nothing
		return err
	}
	if _, err := a.Store.MakeBackup(ctx); err != nil {
		return err
	}
	before, err := a.Catalog.Settings(ctx)
	if err != nil {
		return err
	}
	if _, err := a.Catalog.Restore(ctx, kept); err != nil {
		return err
	}
	if a.Guarded { // a backup of before there was a list of private networks
		if err := a.nets.begin(ctx); err != nil {
			return err
		}
	}
	return a.followSettings(ctx, before)
}
