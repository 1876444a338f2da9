// Package oldserver brings what the old Python server kept in its
// api_server.db into Headgate: rows with the same endpoint and key become one
// provider with models and prices, groups keep their names and priorities, API
// keys go on working, and so do failure keywords and failover settings.
//
// Moving over adds and never changes what is there already, so that it may be
// repeated. The old database is only read. What in it makes no sense is left
// out or mended, and told as an Oddity; it never ends the move.
package oldserver

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"

	"headgate/app/apperr"
)

// magic is how every SQLite file begins.
const magic = "SQLite format 3\x00"

// IsDatabase reports whether the file is an SQLite database, by how it begins.
func IsDatabase(path string) (bool, error) {
	head, err := readHead(path)
	return bytes.HasPrefix(head, []byte(magic)), err
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 100)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// Database is an old server's database, open for reading.
type Database struct {
	db   *sql.DB
	path string // as it was named
	copy string // folder of the copy that is read instead; "": none
}

// Open opens an old server's database, which a running old server may still be
// using. Close must follow.
//
// Codes: old_database_unreadable, old_database_unknown, old_database_changing.
func Open(ctx context.Context, path string) (*Database, error) {
	isDatabase, err := IsDatabase(path)
	if err != nil {
		return nil, apperr.Wrap(err, "old_database_unreadable", "File", path)
	}
	if !isDatabase {
		return nil, apperr.New("old_database_unknown", "File", path)
	}
	d := &Database{path: path}
	if err := d.open(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	has, err := d.columns(ctx, "api_providers")
	switch {
	case err != nil:
		err = d.unreadable(err)
	case !has["api_endpoint"] || !has["api_key"]:
		err = apperr.New("old_database_unknown", "File", path)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close ends the reading and removes the copy, if there was one.
func (d *Database) Close() error {
	var errs []error
	if d.db != nil {
		errs = append(errs, d.db.Close())
	}
	if d.copy != "" {
		errs = append(errs, os.RemoveAll(d.copy))
	}
	return errors.Join(errs...)
}

func (d *Database) unreadable(err error) error {
	return apperr.Wrap(err, "old_database_unreadable", "File", d.path)
}
