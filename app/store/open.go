// Package store keeps the configuration and the call log in two database
// files. It alone knows gorm, SQL and how a row looks; what goes in and out are
// the types of catalog and calllog.
package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"headgate/app/apperr"
)

// Options say where the files are and who seals what is secret in them.
type Options struct {
	Dir    string // the data folder
	URL    string // "" or sqlite:///absolute/path.db in place of the data folder's files
	Sealer Sealer
	Log    *slog.Logger // nil: nowhere
}

// Sealer encrypts columns. Place is bound to the ciphertext: opened under
// another place it fails.
type Sealer interface {
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) ([]byte, error)
	// Lock says why what is stored can't be opened. From then on both methods fail
	// with secret.ErrLocked until a person has put that right.
	Lock(why error)
}

// SetAside is a broken database file that was put out of the way.
type SetAside struct {
	File     string // what it was
	Kept     string // where it is now; the files beside it are there too
	Restored string // the backup that took its place; "": a new, empty file did
}

// DB is the open store.
type DB struct {
	config *file
	calls  *callLog

	sealer   Sealer
	backups  string     // folder of the configuration's copies
	backupMu sync.Mutex // one copy is made at a time
	log      *slog.Logger

	asideMu  sync.Mutex
	setAside []SetAside
}

// Open opens both files, bringing them to this program's schema first. A broken
// file is set aside, never deleted, and replaced by its newest good backup or
// by a new file: see SetAside. A call log that just can't be had is tried again each
// time that calls are to be written.
//
// Codes: database_url_unknown, database_kind_unknown, data_folder_unusable,
// database_unusable, database_foreign, database_swapped, schema_newer, sqlite_too_old,
// pragma_refused.
func Open(ctx context.Context, o Options) (_ *DB, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Sealer == nil {
		return nil, errors.New("store: no sealer")
	}
	at, err := locate(o.Dir, o.URL)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{o.Dir, filepath.Dir(at.config)} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", folder)
		}
	}
	db := &DB{sealer: o.Sealer, log: o.Log, backups: filepath.Join(o.Dir, "backups")}
	db.tidyBackups()
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	config := configSpec(at.config)
	config.alwaysCheck, config.backups = true, db.backups
	if db.config, err = db.openConfig(ctx, config, at.calls); err != nil {
		return nil, err
	}
	if err := db.checkSecrets(ctx); err != nil {
		return nil, err
	}
	db.calls = newCallLog(db, callsSpec(at.calls))
	if err := db.calls.begin(ctx); err != nil {
		return nil, err
	}
	return db, nil
}

// SetAside tells which files were found broken since the store was opened.
func (db *DB) SetAside() []SetAside {
	db.asideMu.Lock()
	defer db.asideMu.Unlock()
	return slices.Clone(db.setAside)
}

func (db *DB) noteAside(aside SetAside) {
	db.asideMu.Lock()
	defer db.asideMu.Unlock()
	db.setAside = append(db.setAside, aside)
}

// Close closes both files. It is safe after a failed Open.
func (db *DB) Close() error {
	var errs []error
	if db.calls != nil {
		errs = append(errs, db.calls.close())
	}
	if db.config != nil {
		errs = append(errs, db.config.close())
	}
	return errors.Join(errs...)
}

const configTable = "providers"

func configSpec(path string) spec {
	return spec{path: path, migrations: "config", synchronous: "FULL", table: configTable}
}

func callsSpec(path string) spec {
	return spec{path: path, migrations: "calls", synchronous: "NORMAL", table: "calls", manyRows: true}
}
