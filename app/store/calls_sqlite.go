package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// restAfter is for how long nothing may be written until the writer's cache is
// given back, which the next writes fill again from the system's.
const restAfter = 2 * time.Second

// shrinkMemory lets go of a connection's cached pages, some 20 MB after a burst: a
// page lies in twice its size. What can't be had back now is no harm.
func shrinkMemory(db *sql.DB) { _, _ = db.ExecContext(context.Background(), "PRAGMA shrink_memory") }

// pagesAtOnce bounds how long shrinkFile keeps the writer from its work.
const pagesAtOnce = 1000

// shrinkFile cuts the file's free pages off, some at a time.
func shrinkFile(ctx context.Context, db *sql.DB) error {
	for last := int64(-1); ; {
		var free int64
		if err := db.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free); err != nil {
			return fmt.Errorf("count free pages: %w", err)
		}
		if free == 0 || free == last {
			return nil
		}
		last = free
		if err := vacuumSome(ctx, db); err != nil {
			return fmt.Errorf("cut free pages off: %w", err)
		}
	}
}

// vacuumSome steps through the pragma's rows: it frees one page at each.
func vacuumSome(ctx context.Context, db *sql.DB) (err error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pagesAtOnce))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		continue
	}
	return rows.Err()
}
