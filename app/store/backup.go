package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	backupsKept   = 5 // the newest, and
	backupDays    = 7 // the newest of each of so many days that have any
	backupEvery   = 24 * time.Hour
	backupPrefix  = "headgate-"
	backupSuffix  = ".db"
	timeInName    = "20060102T150405.000" // UTC; sorts by time
	unfinishedEnd = ".part"
)

// keepBackup makes a copy of the configuration: always before its schema
// changes, else when the newest copy is a day old.
func keepBackup(ctx context.Context, db *sql.DB, folder string, always bool) error {
	if !always {
		names, err := backupNames(folder)
		if err != nil {
			return err
		}
		if len(names) > 0 && time.Since(backupTime(names[0])) < backupEvery {
			return nil
		}
	}
	_, err := makeBackup(ctx, db, folder)
	return err
}

// makeBackup makes a copy, looks whether it is sound, and returns its name.
func makeBackup(ctx context.Context, db *sql.DB, folder string) (name string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	name = backupPrefix + time.Now().UTC().Format(timeInName) + backupSuffix
	path := filepath.Join(folder, name)
	part := path + unfinishedEnd
	if err := createPrivate(part); err != nil {
		return "", err
	}
	if err := errors.Join(copyInto(ctx, db, part), checkCopy(ctx, part), syncFile(part)); err != nil {
		return "", errors.Join(err, os.Remove(part))
	}
	if err := errors.Join(os.Rename(part, path), syncFolder(folder)); err != nil {
		return "", err
	}
	return name, forgetBackups(folder)
}

// forgetBackups removes all but the newest copies. Several of one day, as a person
// may make them, leave those of the days before.
func forgetBackups(folder string) error {
	names, err := backupNames(folder)
	if err != nil {
		return err
	}
	days := map[string]struct{}{}
	var errs []error
	for i, name := range names {
		day := backupTime(name).Format(time.DateOnly)
		_, known := days[day]
		days[day] = struct{}{}
		if i < backupsKept || !known && len(days) <= backupDays {
			continue
		}
		errs = append(errs, os.Remove(filepath.Join(folder, name)))
	}
	return errors.Join(errs...)
}

// backupNames lists the finished copies, newest first.
func backupNames(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !backupTime(e.Name()).IsZero() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

func backupTime(name string) time.Time {
	stamp, ok := strings.CutPrefix(name, backupPrefix)
	stamp, isDB := strings.CutSuffix(stamp, backupSuffix)
	if !ok || !isDB {
		return time.Time{}
	}
	t, err := time.Parse(timeInName, stamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

// checkCopy walks a copy.
func checkCopy(ctx context.Context, path string) (err error) {
	if err := checkHeader(path); err != nil {
		return err
	}
	db, err := openSQL(path, inspectorPragmas(), "", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := check(ctx, db, "quick_check"); err != nil {
		return err
	}
	version, err := schemaVersion(ctx, db, path, configTable)
	if err == nil && version == 0 {
		err = fmt.Errorf("%w: it has no schema", errBroken)
	}
	return err
}

// restoreBackup puts the newest good copy at path and returns its name, or ""
// when there is none.
func restoreBackup(ctx context.Context, folder, path string) (string, error) {
	names, err := backupNames(folder)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		from := filepath.Join(folder, name)
		if checkCopy(ctx, from) != nil {
			continue // an older one may be good
		}
		return from, copyFile(from, path)
	}
	return "", nil
}

// copyFile leaves either the whole file at to, or none.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	part := to + unfinishedEnd
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return errors.Join(os.Rename(part, to), syncFolder(filepath.Dir(to)))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
