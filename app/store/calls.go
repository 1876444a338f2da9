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

// callStore is the call log's file. It speaks SQL itself: rows by the ten
// thousand leave no room for a mapper.
type callStore struct {
	write, read *sql.DB

	mu     sync.Mutex       // one Write at a time
	last   int64            // the highest seq ever; 0: to be looked up
	open   map[string]int64 // seq of calls stored as open, by id
	unsure bool             // the last Write failed: what it brought may be there
	stats  tallies
	kinds  kinds
	rest   *time.Timer // begins when nothing was written for a while
}

func newCallStore(f *file) *callStore {
	s := &callStore{write: f.writeSQL, read: f.readSQL, open: map[string]int64{}}
	s.rest = time.AfterFunc(restAfter, func() { shrinkMemory(s.write) })
	return s
}

// Write stores entries in one transaction, as calllog.Store says.
func (s *callStore) Write(ctx context.Context, entries []calllog.Entry) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest.Reset(restAfter)
	defer func() {
		if s.unsure = err != nil; s.unsure {
			s.last, s.kinds = 0, nil
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
	opened, last, err := s.writeIn(ctx, tx, entries, counted)
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
	s.last = last
	for i := range entries {
		delete(s.open, entries[i].Call.ID)
	}
	for id, seq := range opened {
		s.open[id] = seq
	}
	return nil
}

// lastSeq is the highest seq that there ever was: what points after a call must
// not find an older one there because this one was removed.
const lastSeq = `SELECT max(coalesce((SELECT max(seq) FROM calls), 0), coalesce((SELECT max(last_seq) FROM stat_totals), 0))`

func (s *callStore) writeIn(ctx context.Context, tx *sql.Tx, entries []calllog.Entry, counted *counting) (opened map[string]int64, seq int64, err error) {
	if seq = s.last; seq == 0 {
		if err := tx.QueryRowContext(ctx, lastSeq).Scan(&seq); err != nil {
			return nil, 0, err
		}
	}
	known, err := s.knownKinds(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	calls := rowInserter{ctx: ctx, tx: tx, insert: &callInsert}
	attempts := rowInserter{ctx: ctx, tx: tx, insert: &attemptInsert}
	bodies := rowInserter{ctx: ctx, tx: tx, insert: &bodiesInsert}
	used := newUses()
	for i := range entries {
		c := &entries[i].Call
		kind, err := known.id(ctx, tx, kindOf(c))
		if err != nil {
			return nil, 0, err
		}
		attempt := inRow(c)
		at, isOpen := s.open[c.ID]
		if isOpen {
			if err := complete(ctx, tx, callValues(nil, at, kind, attempt, &entries[i])); err != nil {
				return nil, 0, err
			}
		} else {
			seq++
			at = seq
			if err := calls.add(func(to []any) []any { return callValues(to, at, kind, attempt, &entries[i]) }); err != nil {
				return nil, 0, err
			}
			if c.State == calllog.StateOpen {
				if opened == nil {
					opened = map[string]int64{}
				}
				opened[c.ID] = at
			}
		}
		counted.store(&entries[i], at)
		for n := 0; n < len(c.Attempts) && attempt == nil; n++ {
			if err := attempts.add(func(to []any) []any { return attemptValues(to, at, n, &entries[i]) }); err != nil {
				return nil, 0, err
			}
		}
		if c.State != calllog.StateOpen {
			packed, err := packBodies(c.Bodies)
			if err != nil {
				return nil, 0, fmt.Errorf("pack the bodies of call %s: %w", c.ID, err)
			}
			if packed != nil {
				if err := bodies.add(func(to []any) []any { return packed.values(to, at, c.StartedAt) }); err != nil {
					return nil, 0, err
				}
			}
		}
		used.note(c)
	}
	return opened, seq, errors.Join(calls.flush(), attempts.flush(), bodies.flush(), used.write(ctx, tx))
}

// complete replaces an open call and its attempts so far.
func complete(ctx context.Context, tx *sql.Tx, values []any) error {
	seq := values[0]
	if _, err := tx.ExecContext(ctx, `DELETE FROM attempts WHERE call_seq = ?`, seq); err != nil {
		return err
	}
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
