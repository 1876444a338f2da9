package store

import (
	"context"
	"database/sql"
	"io/fs"
)

// MigrationFiles gives tests the migrations of this program.
func MigrationFiles() fs.FS { return embedded }

// UseMigrations replaces them until the returned function is called.
func UseMigrations(files fs.FS) (restore func()) {
	migrationFiles = files
	return func() { migrationFiles = embedded }
}

// OlderVersion and LeastSQLite show how versions of the engine are compared.
func OlderVersion(version, least string) bool { return olderVersion(version, least) }

// LeastSQLite is the oldest version that may run.
const LeastSQLite = leastSQLite

// ExpectPragma reads back one pragma of a connection.
func ExpectPragma(ctx context.Context, db *sql.DB, name, want string) error {
	return checkPragmas(ctx, db, []pragma{{name: name, want: want}})
}

// Connections returns the writers and readers of both files.
func (db *DB) Connections() map[string]*sql.DB {
	return map[string]*sql.DB{
		"config writer": db.config.writeSQL, "config reader": db.config.readSQL,
		"calls writer": db.calls.open.Load().file.writeSQL, "calls reader": db.calls.open.Load().file.readSQL,
	}
}
