package api

import (
	"context"
	"errors"
	"io"

	"headgate/app"
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
func (b *Backups) List() ([]Backup, error) {
	list := []Backup{}
	kept, err := b.app.Store.Backups()
	for _, k := range kept {
		list = append(list, Backup{Name: k.Name, At: k.At.UnixMilli(), Size: k.Size})
	}
	return list, err
}

// Make makes a copy now.
func (b *Backups) Make() (Backup, error) {
	ctx, cancel := bounded()
	defer cancel()
	made, err := b.app.Store.MakeBackup(ctx)
	if err != nil {
		return Backup{}, err
	}
	return Backup{Name: made.Name, At: made.At.UnixMilli(), Size: made.Size}, nil
}

// Preview tells what restoring a copy would change; here things are removed too.
func (b *Backups) Preview(name string) ([]catalog.Change, error) {
	ctx, cancel := bounded()
	defer cancel()
	return b.app.PreviewRestore(ctx, name)
}

// Restore puts the configuration back to a copy's, after making a copy of what
// is there now.
func (b *Backups) Restore(name string) error {
	ctx, cancel := bounded()
	defer cancel()
	return b.app.RestoreBackup(ctx, name)
}

// backupFile is a copy as it lies in the data folder.
func backupFile(a *app.App, args string) (File, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := decodeArgs(args, &in); err != nil {
		return File{}, err
	}
	f, err := a.Store.OpenBackup(in.Name)
	if err != nil {
		return File{}, err
	}
	if err := f.Close(); err != nil { // whoever never writes it must leave nothing open
		return File{}, err
	}
	return File{Name: in.Name, ContentType: "application/vnd.sqlite3", Write: func(_ context.Context, w io.Writer) error {
		f, err := a.Store.OpenBackup(in.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		return errors.Join(err, f.Close())
	}}, nil
}
