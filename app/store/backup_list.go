package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
)

// Backup is a copy of the configuration in the data folder.
type Backup struct {
	Name string
	At   time.Time
	Size int64 // bytes
}

// openedPrefix begins the folders in which copies are looked into: beside the
// copies, since they hold as much.
const openedPrefix = "open-"

// tidyBackups removes what a run that broke off has left.
func (db *DB) tidyBackups() {
	entries, err := os.ReadDir(db.backups)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		db.log.Warn("the backups can't be tidied up", "folder", db.backups, "error", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), openedPrefix) && !strings.HasSuffix(e.Name(), backupSuffix+unfinishedEnd) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(db.backups, e.Name())); err != nil {
			db.log.Warn("a left-over of a backup can't be removed", "file", e.Name(), "error", err)
		}
	}
}

// Backups lists the copies, newest first.
func (db *DB) Backups() ([]Backup, error) {
	names, err := backupNames(db.backups)
	if err != nil {
		return nil, err
	}
	list := []Backup{}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(db.backups, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // it made room meanwhile
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Backup{Name: name, At: backupTime(name), Size: info.Size()})
	}
	return list, nil
}

// MakeBackup makes a copy now. The oldest ones make room for it.
// Code: backup_failed.
func (db *DB) MakeBackup(ctx context.Context) (Backup, error) {
	db.backupMu.Lock()
	defer db.backupMu.Unlock()
	name, err := makeBackup(ctx, db.config.writeSQL, db.backups)
	if err != nil {
		return Backup{}, apperr.Wrap(err, "backup_failed")
	}
	info, err := os.Stat(filepath.Join(db.backups, name))
	if err != nil {
		return Backup{}, apperr.Wrap(err, "backup_failed")
	}
	return Backup{Name: name, At: backupTime(name), Size: info.Size()}, nil
}

// OpenBackup opens a copy for reading it as a file. Code: backup_unknown.
func (db *DB) OpenBackup(name string) (*os.File, error) {
	path, err := db.backupPath(name)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// LoadBackup returns what a copy holds. The copy itself is left as it is: it may
// have an older schema.
// Codes: backup_unknown, backup_broken, backup_newer, backup_key_mismatch.
func (db *DB) LoadBackup(ctx context.Context, name string) (_ catalog.Configuration, err error) {
	from, err := db.backupPath(name)
	if err != nil {
		return catalog.Configuration{}, err
	}
	folder, err := os.MkdirTemp(db.backups, openedPrefix)
	if err != nil {
		return catalog.Configuration{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "copy.db")
	if err := copyFile(from, path); err != nil {
		return catalog.Configuration{}, err
	}
	if err := checkCopy(ctx, path); err != nil {
		return catalog.Configuration{}, backupError(err)
	}
	f, err := openFile(ctx, configSpec(path), db.log)
	if err != nil {
		return catalog.Configuration{}, backupError(err)
	}
	defer func() { err = errors.Join(err, f.close()) }()
	loaded, err := load(f.read.WithContext(ctx), db.sealer)
	return loaded, backupError(err)
}

// backupPath accepts names from the list alone. Code: backup_unknown.
func (db *DB) backupPath(name string) (string, error) {
	names, err := backupNames(db.backups)
	if err != nil {
		return "", err
	}
	if !slices.Contains(names, name) {
		return "", apperr.New("backup_unknown")
	}
	return filepath.Join(db.backups, name), nil
}

// backupError says of a copy what its errors say of the file in use.
func backupError(err error) error {
	switch apperr.Code(err) {
	case "":
		return nil
	case "secret_key_mismatch":
		return apperr.Wrap(err, "backup_key_mismatch")
	case "schema_newer":
		return apperr.Wrap(err, "backup_newer")
	case "database_foreign", "database_swapped":
		return apperr.Wrap(err, "backup_broken")
	}
	if isBroken(err) {
		return apperr.Wrap(err, "backup_broken")
	}
	return err
}
