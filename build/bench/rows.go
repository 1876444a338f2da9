package main

import (
	"context"
	"database/sql"
	"path/filepath"

	_ "github.com/glebarez/go-sqlite" // the driver
)

// rowsIn counts the calls in the log of a data folder that no program has open.
func rowsIn(ctx context.Context, data string) (rows int, err error) {
	db, err := sql.Open("sqlite", filepath.Join(data, "calls.db"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	return rows, db.QueryRowContext(ctx, "SELECT count(*) FROM calls WHERE state <> 'open'").Scan(&rows)
}
