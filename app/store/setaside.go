package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"headgate/app/apperr"
)

// openConfig opens the configuration. A broken file makes room for its newest
// good backup, once: what is broken again is an error.
func (db *DB) openConfig(ctx context.Context, s spec, calls string) (*file, error) {
	f, err := db.openSound(ctx, s, calls)
	if err == nil || !isBroken(err) {
		return f, unusable(err, s.path)
	}
	aside, err := db.putAside(s.path, err)
	if err != nil {
		return nil, unusable(err, s.path)
	}
	if aside.Restored, err = restoreBackup(ctx, s.backups, s.path); err != nil {
		return nil, unusable(err, s.path)
	}
	db.noteAside(aside)
	f, err = openFile(ctx, s, db.log)
	return f, unusable(err, s.path)
}

// openSound opens a configuration, unless it was emptied: there are copies of it, or
// calls, which come after it.
func (db *DB) openSound(ctx context.Context, s spec, calls string) (*file, error) {
	if info, err := os.Stat(s.path); err == nil && info.Size() == 0 {
		names, err := backupNames(s.backups)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(calls); len(names) > 0 || err == nil && info.Size() > 0 {
			return nil, fmt.Errorf("%w: it is empty", errBroken)
		}
	}
	return openFile(ctx, s, db.log)
}

// openCalls opens the call log. A broken file makes room for a new one.
func (db *DB) openCalls(ctx context.Context, s spec) (*file, error) {
	f, err := openFile(ctx, s, db.log)
	if err == nil || !isBroken(err) {
		return f, unusable(err, s.path)
	}
	return db.beginCalls(ctx, s, err)
}

// beginCalls puts a new call log in place of one that is broken.
func (db *DB) beginCalls(ctx context.Context, s spec, why error) (*file, error) {
	aside, err := db.putAside(s.path, why)
	if err != nil {
		return nil, unusable(err, s.path)
	}
	db.noteAside(aside)
	f, err := openFile(ctx, s, db.log)
	return f, unusable(err, s.path)
}

// putAside renames a file and those beside it, so that the kept ones still
// open together: all of them, or none.
func (db *DB) putAside(path string, why error) (SetAside, error) {
	kept := path + ".corrupt-" + time.Now().UTC().Format(timeInName)
	db.log.Error("a broken database file is set aside", "file", path, "kept", kept, "error", why)
	if _, err := os.Lstat(kept); err == nil {
		return SetAside{}, fmt.Errorf("set %s aside: there is a %s already", path, kept)
	}
	var moved []string
	for _, suffix := range []string{"", walSuffix, shmSuffix} {
		err := os.Rename(path+suffix, kept+suffix)
		switch {
		case err == nil:
			moved = append(moved, suffix)
		case !errors.Is(err, os.ErrNotExist):
			err = fmt.Errorf("set %s aside: %w", path+suffix, err)
			for _, suffix := range moved {
				err = errors.Join(err, os.Rename(kept+suffix, path+suffix))
			}
			return SetAside{}, err
		}
	}
	return SetAside{File: path, Kept: kept}, nil
}

// unusable gives an error without a code one that names the file.
func unusable(err error, path string) error {
	if err == nil || apperr.Code(err) != apperr.Internal {
		return err
	}
	return apperr.Wrap(err, "database_unusable", "File", path)
}
