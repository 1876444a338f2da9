package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"headgate/app/calllog"
)

// backlogCalls is how many calls CatchUp counts, or SortIn sorts in, in one
// transaction: writes come in between.
var backlogCalls = 2000 // a variable for tests

// Interrupt marks what an earlier run left open, and counts it.
func (s *callStore) Interrupt(ctx context.Context) (n int, err error) {
	err = s.countStored(ctx, func(tx *sql.Tx, counted *counting) error {
		done, last, err := backlog(ctx, tx)
		if err != nil {
			return err
		}
		open, err := readStored(ctx, tx, "kind IN "+kindsOfState, string(calllog.StateOpen))
		if err != nil {
			return err
		}
		n = len(open)
		for i := range open {
			open[i].entry.Call.State = calllog.StateInterrupted
			if seq := open[i].seq; seq <= done || seq > last { // CatchUp has still to come to the others
				counted.add(&open[i].entry)
			}
		}
		if _, err := tx.ExecContext(ctx, openHits, string(calllog.StateOpen)); err != nil {
			return err
		}
		known, err := s.knownKinds(ctx, tx)
		if err != nil {
			return err
		}
		return known.change(ctx, tx, calllog.StateOpen, calllog.StateInterrupted)
	})
	if err != nil {
		return 0, fmt.Errorf("mark interrupted calls: %w", err)
	}
	return n, nil
}

// InterruptOnly marks some of the calls that are open, and counts them. They have
// no attempts yet.
func (s *callStore) InterruptOnly(ctx context.Context, ids []string) (n int, err error) {
	err = s.countStored(ctx, func(tx *sql.Tx, counted *counting) error {
		known, err := s.knownKinds(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			seq, isOpen := s.open[id]
			if !isOpen {
				continue
			}
			// A Write that seemed to fail may have completed it.
			open, err := readStored(ctx, tx, "calls.seq = ? AND state = ?", seq, string(calllog.StateOpen))
			if err != nil {
				return err
			}
			for i := range open {
				c := &open[i].entry.Call
				c.State = calllog.StateInterrupted
				counted.add(&open[i].entry)
				kind, err := known.id(ctx, tx, kindOf(c))
				if err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, "UPDATE calls SET state = ?, kind = ? WHERE seq = ?", string(c.State), kind, seq); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("mark dropped calls: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.open, id)
	}
	return n, nil
}

// CatchUp counts calls that are older than the statistics.
func (s *callStore) CatchUp(ctx context.Context) (more bool, err error) {
	err = s.countStored(ctx, func(tx *sql.Tx, counted *counting) error {
		done, last, err := backlog(ctx, tx)
		if err != nil || done >= last {
			return err
		}
		var end sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM (SELECT seq FROM calls WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?)`,
			done, last, backlogCalls).Scan(&end); err != nil {
			return err
		}
		if !end.Valid {
			_, err = tx.ExecContext(ctx, `DELETE FROM stat_backlog`)
			return err
		}
		more = true
		stored, err := readStored(ctx, tx, "calls.seq > ? AND calls.seq <= ?", done, end.Int64)
		if err != nil {
			return err
		}
		for i := range stored {
			if stored[i].entry.Call.State != calllog.StateOpen { // Interrupt counts these
				counted.add(&stored[i].entry)
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE stat_backlog SET done_seq = ?`, end.Int64)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count calls of earlier versions: %w", err)
	}
	return more, nil
}

// countStored runs work in a transaction that counts calls already stored.
func (s *callStore) countStored(ctx context.Context, work func(*sql.Tx, *counting) error) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		_ = tx.Rollback()
		if err != nil {
			s.kinds = nil
			s.stats.forget()
		}
	}()
	counted, err := s.stats.count(ctx, tx)
	if err != nil {
		return err
	}
	if err := errors.Join(work(tx, counted), counted.err); err != nil {
		return err
	}
	if err := counted.write(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	counted.remember()
	return nil
}

// backlog returns the bounds of the calls that CatchUp still has to count; both
// are the same when there are none.
func backlog(ctx context.Context, tx *sql.Tx) (done, last int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT done_seq, last_seq FROM stat_backlog`).Scan(&done, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return math.MinInt64, math.MinInt64, nil
	}
	return done, last, err
}

// storedCall is a call as far as it is counted.
type storedCall struct {
	seq   int64
	entry calllog.Entry
}

type storedAttempt struct {
	seq, providerID                int64
	provider, model, class, blames string
}

// readStored returns the calls that a condition on calls selects: open ones, and
// those from before statistics, none of which has its attempt in its row.
func readStored(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]storedCall, error) {
	calls, err := readAll(ctx, tx, `SELECT seq, started_at, duration_us, first_token_us, api_key_id, api_key, group_id, model, state,
		input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_nanos FROM calls WHERE `+where+` ORDER BY seq`,
		args, storedTargets)
	if err != nil {
		return nil, err
	}
	attempts, err := readAll(ctx, tx, `SELECT call_seq, attempts.provider_id, attempts.provider, attempts.model, class, blames
		FROM calls JOIN attempts ON call_seq = seq WHERE `+where+` ORDER BY seq, number`, args,
		func(a *storedAttempt) []any {
			return []any{&a.seq, &a.providerID, &a.provider, &a.model, &a.class, &a.blames}
		})
	if err != nil {
		return nil, err
	}
	next := 0
	for i := range calls {
		for ; next < len(attempts) && attempts[next].seq == calls[i].seq; next++ {
			a := &attempts[next]
			calls[i].entry.Attempted(a.providerID, a.provider, a.model, a.class, a.blames)
		}
	}
	return calls, nil
}

func storedTargets(s *storedCall) []any {
	c, u := &s.entry.Call, &s.entry.Call.Usage
	return []any{
		&s.seq,
		scanned(func(n int64, _ bool) { c.StartedAt = time.UnixMilli(n) }),
		scanned(func(n int64, _ bool) { c.Duration = time.Duration(n) * time.Microsecond }),
		scanned(func(n int64, _ bool) { c.FirstToken = time.Duration(n) * time.Microsecond }),
		&c.APIKeyID, &c.APIKeyName, &c.GroupID, &c.Model, &c.State,
		scanned(func(n int64, known bool) { u.Input.N, u.Input.Known = n, known }),
		scanned(func(n int64, known bool) { u.Output.N, u.Output.Known = n, known }),
		scanned(func(n int64, known bool) { u.CachedInput.N, u.CachedInput.Known = n, known }),
		scanned(func(n int64, known bool) { u.Reasoning.N, u.Reasoning.Known = n, known }),
		scanned(func(n int64, known bool) {
			s.entry.Cost = calllog.Cost{Source: calllog.CostUnknown}
			if known {
				s.entry.Cost = calllog.Cost{Nanos: n, Source: calllog.CostTokens}
			}
		}),
	}
}

// scanned takes an integer column that may be NULL.
type scanned func(n int64, known bool)

// Scan implements sql.Scanner.
func (s scanned) Scan(value any) error {
	var n sql.NullInt64
	if err := n.Scan(value); err != nil {
		return err
	}
	s(n.Int64, n.Valid)
	return nil
}
