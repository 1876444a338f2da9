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
func (db *DB) openConfig(ctx context.Context, s spec) (*file, error) {
	f, err := openFile(ctx, s, db.log)
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
	db.setAside = append(db.setAside, aside)
	f, err = openFile(ctx, s, db.log)
	return f, unusable(err, s.path)
}

// openCalls opens the call log. Whatever is wrong with that file itself, it
// must not keep the configuration from working: it makes room for a new one.
func (db *DB) openCalls(ctx context.Context, s spec) (*file, error) {
	f, err := openFile(ctx, s, db.log)
	if err == nil || apperr.Code(err) != apperr.Internal || isPassing(err) || ctx.Err() != nil {
		return f, unusable(err, s.path)
	}
	aside, err := db.putAside(s.path, err)
	if err != nil {
		return nil, unusable(err, s.path)
	}
	db.setAside = append(db.setAside, aside)
	f, err = openFile(ctx, s, db.log)
	return f, unusable(err, s.path)
}

// putAside renames a file and those beside it, so that the kept ones still
// open together.
func (db *DB) putAside(path string, why error) (SetAside, error) {
	kept := path + ".corrupt-" + time.Now().UTC().Format(timeInName)
	db.log.Error("a broken database file is set aside", "file", path, "kept", kept, "error", why)
	for _, suffix := range []string{"", walSuffix, shmSuffix} {
		err := os.Rename(path+suffix, kept+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return SetAside{}, fmt.Errorf("set %s aside: %w", path+suffix, err)
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
