package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"headgate/app/calllog"
)

// PruneBodies removes the oldest bodies, as calllog.Store says: what is brought
// along has none, so that order of arrival is, but for a changed clock, order of
// time.
func (s *callStore) PruneBodies(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	done, err := s.write.ExecContext(ctx, `DELETE FROM bodies WHERE call_seq IN (SELECT call_seq FROM
		(SELECT call_seq, started_at FROM bodies ORDER BY call_seq LIMIT ?) WHERE started_at < ?)`, limit, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old bodies: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// removable are finished calls from before a time, wherever in the log they
// are: calls that were brought along arrived later than they began.
const removable = "SELECT seq FROM calls NOT INDEXED WHERE seq > ? AND seq <= ? AND started_at < ? AND state <> ?"

// Remove removes calls of a time, as calllog.Store says.
func (s *callStore) Remove(ctx context.Context, since, before time.Time, after int64, limit int) (removed int, last int64, err error) {
	err = s.removing(ctx, func(tx *sql.Tx) error {
		hours := calllog.HoursOf(since.UnixMilli(), before.UnixMilli())
		var first, end, found sql.NullInt64
		if err := tx.QueryRowContext(ctx, spanQuery, hours.From, hours.To).Scan(&first, &end); err != nil || !end.Valid {
			return err
		}
		args := []any{max(after, first.Int64-1), end.Int64, before.UnixMilli(), string(calllog.StateOpen)}
		if err := tx.QueryRowContext(ctx, "SELECT max(seq) FROM ("+removable+" ORDER BY seq LIMIT ?)", append(args, limit)...).
			Scan(&found); err != nil || !found.Valid {
			return err
		}
		last, args[1] = found.Int64, found.Int64
		removed, err = removeCalls(ctx, tx, "("+removable+")", args...)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("remove calls: %w", err)
	}
	return removed, last, nil
}

// removing runs work in a transaction between those of Write.
func (s *callStore) removing(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// removeCalls removes calls that a set of seqs names, and all that is theirs.
func removeCalls(ctx context.Context, tx *sql.Tx, seqs string, args ...any) (removed int, err error) {
	for _, from := range []string{"bodies WHERE call_seq", "attempts WHERE call_seq"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+from+" IN "+seqs, args...); err != nil {
			return 0, err
		}
	}
	done, err := tx.ExecContext(ctx, "DELETE FROM calls WHERE seq IN "+seqs, args...)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// Compact gives free pages back to the disk.
func (s *callStore) Compact(ctx context.Context) error { return shrinkFile(ctx, s.write) }
