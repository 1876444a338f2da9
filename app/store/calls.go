package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"headgate/app/calllog"
)

// CallLog returns the store of the call log. It is the one writer of its file.
func (db *DB) CallLog() calllog.Store { return newCallStore(db.calls) }

// callStore is the call log's file. It speaks SQL itself: rows by the ten
// thousand leave no room for a mapper.
type callStore struct {
	write, read *sql.DB

	mu     sync.Mutex       // one Write at a time
	open   map[string]int64 // seq of calls stored as open, by id
	unsure bool             // the last Write failed: what it brought may be there
	stats  tallies
}

func newCallStore(f *file) *callStore {
	return &callStore{write: f.writeSQL, read: f.readSQL, open: map[string]int64{}}
}

// Write stores entries in one transaction, as calllog.Store says.
func (s *callStore) Write(ctx context.Context, entries []calllog.Entry) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if s.unsure = err != nil; s.unsure {
			s.stats.forget()
		}
	}()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin to write calls: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if s.unsure {
		if entries, err = s.missing(ctx, tx, entries); err != nil {
			return fmt.Errorf("look which calls are there: %w", err)
		}
	}
	counted, err := s.stats.count(ctx, tx)
	if err != nil {
		return err
	}
	opened, err := s.writeIn(ctx, tx, entries, counted)
	if err != nil {
		return fmt.Errorf("write calls: %w", err)
	}
	if err := counted.write(); err != nil {
		return fmt.Errorf("count calls: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit calls: %w", err)
	}
	counted.remember()
	for i := range entries {
		delete(s.open, entries[i].Call.ID)
	}
	for id, seq := range opened {
		s.open[id] = seq
	}
	return nil
}

func (s *callStore) writeIn(ctx context.Context, tx *sql.Tx, entries []calllog.Entry, counted *counting) (opened map[string]int64, err error) {
	var seq int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM calls`).Scan(&seq); err != nil {
		return nil, err
	}
	calls := rowInserter{ctx: ctx, tx: tx, insert: &callInsert}
	attempts := rowInserter{ctx: ctx, tx: tx, insert: &attemptInsert}
	used := map[int64]int64{}
	for i := range entries {
		c := &entries[i].Call
		at, isOpen := s.open[c.ID]
		if isOpen {
			if err := complete(ctx, tx, at, &entries[i]); err != nil {
				return nil, err
			}
		} else {
			seq++
			at = seq
			if err := calls.add(func(to []any) []any { return callValues(to, at, &entries[i]) }); err != nil {
				return nil, err
			}
			if c.State == calllog.StateOpen {
				if opened == nil {
					opened = map[string]int64{}
				}
				opened[c.ID] = at
			}
		}
		counted.store(&entries[i], at)
		for n := range c.Attempts {
			if err := attempts.add(func(to []any) []any { return attemptValues(to, at, n, &entries[i]) }); err != nil {
				return nil, err
			}
		}
		if c.APIKeyID != 0 {
			used[c.APIKeyID] = max(used[c.APIKeyID], c.StartedAt.UnixMilli())
		}
	}
	return opened, errors.Join(calls.flush(), attempts.flush(), markUsed(ctx, tx, used))
}

// complete replaces an open call and its attempts so far.
func complete(ctx context.Context, tx *sql.Tx, seq int64, e *calllog.Entry) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM attempts WHERE call_seq = ?`, seq); err != nil {
		return err
	}
	values := callValues(nil, seq, e)
	_, err := tx.ExecContext(ctx, callUpdate, append(values[1:], seq)...)
	return err
}

// missing leaves out what an earlier Write stored although it seemed to fail.
func (s *callStore) missing(ctx context.Context, tx *sql.Tx, entries []calllog.Entry) ([]calllog.Entry, error) {
	left := make([]calllog.Entry, 0, len(entries))
	for _, e := range entries {
		var seq int64
		var state string
		err := tx.QueryRowContext(ctx, `SELECT seq, state FROM calls WHERE id = ?`, e.Call.ID).Scan(&seq, &state)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			left = append(left, e)
		case err != nil:
			return nil, err
		case state == string(calllog.StateOpen):
			s.open[e.Call.ID] = seq
			left = append(left, e)
		default:
			delete(s.open, e.Call.ID) // it was completed, and counted
		}
	}
	return left, nil
}

func markUsed(ctx context.Context, tx *sql.Tx, used map[int64]int64) error {
	for key, at := range used {
		if _, err := tx.ExecContext(ctx, `INSERT INTO api_key_use (api_key_id, used_at) VALUES (?, ?)
			ON CONFLICT (api_key_id) DO UPDATE SET used_at = max(used_at, excluded.used_at)`, key, at); err != nil {
			return err
		}
	}
	return nil
}

// oldest are the calls that Prune removes: order of arrival is, but for a
// changed clock, order of time, so that no index by time is needed.
const oldest = `(SELECT seq FROM (SELECT seq, started_at FROM calls ORDER BY seq LIMIT ?) WHERE started_at < ?)`

// Prune removes the oldest calls, as calllog.Store says.
func (s *callStore) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("begin to remove old calls: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `DELETE FROM attempts WHERE call_seq IN `+oldest, limit, before.UnixMilli()); err != nil {
		return 0, fmt.Errorf("remove attempts of old calls: %w", err)
	}
	done, err := tx.ExecContext(ctx, `DELETE FROM calls WHERE seq IN `+oldest, limit, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old calls: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("commit the removal of old calls: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// Compact gives free pages back to the disk.
func (s *callStore) Compact(ctx context.Context) error { return shrinkFile(ctx, s.write) }
