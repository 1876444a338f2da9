package oldserver

import (
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/glebarez/go-sqlite" // the driver's name is driverName

	"headgate/app/apperr"
)

const driverName = "sqlite"

// The files in which SQLite keeps what isn't in the database yet.
var besides = []string{"-wal", "-journal"}

// The bytes of the header that say how the file is written to.
const (
	writeVersionAt = 18
	readVersionAt  = 19
	plainJournal   = 1 // and not a WAL
)

// open opens the file in place when that writes nothing anywhere. With a WAL,
// or a journal that a crash has left, SQLite would have to put the file in
// order first: then a copy is put in order and read.
func (d *Database) open() error {
	path, err := filepath.EvalSymlinks(d.path) // what lies beside it lies there
	if err != nil {
		return d.unreadable(err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return d.unreadable(err)
	}
	head, err := readHead(path)
	if err != nil {
		return d.unreadable(err)
	}
	mode := "ro"
	isPlain := len(head) > readVersionAt && head[writeVersionAt] == plainJournal && head[readVersionAt] == plainJournal
	if !isPlain || hasBesides(path) {
		if path, err = d.copyOf(path); err != nil {
			return err
		}
		mode = "rw"
	}
	if d.db, err = sql.Open(driverName, dsn(path, mode)); err != nil {
		return d.unreadable(err)
	}
	d.db.SetMaxOpenConns(1)
	return nil
}

// dsn names the file in a URI, where # % and ? are escaped.
func dsn(path, mode string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	query := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(5000)", "query_only(1)"}}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: query.Encode()}).String()
}

func hasBesides(path string) bool {
	for _, suffix := range besides {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return true
		}
	}
	return false
}

const (
	copyTries = 3
	copyPause = 200 * time.Millisecond
)

// copyOf copies the file and what lies beside it into a private folder. While
// something writes to them a copy may be torn, so it is made anew.
// Codes: old_database_unreadable, old_database_changing.
func (d *Database) copyOf(path string) (string, error) {
	var err error
	if d.copy, err = os.MkdirTemp("", "headgate-old-"); err != nil {
		return "", d.unreadable(err)
	}
	target := filepath.Join(d.copy, "api_server.db")
	for try := range copyTries {
		if try > 0 {
			time.Sleep(copyPause)
		}
		before, err := stampsOf(path)
		if err != nil {
			return "", d.unreadable(err)
		}
		for _, suffix := range append([]string{""}, besides...) {
			if err := copyFile(target+suffix, path+suffix); err != nil {
				return "", d.unreadable(err)
			}
		}
		if after, err := stampsOf(path); err == nil && after == before {
			return target, nil
		}
	}
	return "", apperr.New("old_database_changing", "File", d.path)
}

// stamp is what a write changes about a file.
type stamp struct {
	size     int64
	modified time.Time
}

func stampsOf(path string) (stamps [3]stamp, err error) {
	for i, suffix := range append([]string{""}, besides...) {
		info, err := os.Stat(path + suffix)
		if errors.Is(err, fs.ErrNotExist) && suffix != "" {
			continue
		}
		if err != nil {
			return stamps, err
		}
		stamps[i] = stamp{info.Size(), info.ModTime()}
	}
	return stamps, nil
}

// copyFile copies a file; one that isn't there is none in the copy either.
func copyFile(to, from string) (err error) {
	source, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = io.Copy(target, source)
	return err
}
