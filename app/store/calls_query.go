package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"headgate/app/apperr"
	"headgate/app/calllog"
)

// Page returns calls that match q, as calllog.Store says. It first finds which
// ones, in indexes as far as these go, and then reads no row that isn't shown.
func (s *callStore) Page(ctx context.Context, q calllog.Query) (page calllog.Page, err error) {
	found, cut, err := s.find(ctx, q)
	if err != nil {
		return page, err
	}
	page.More = len(found) > q.Limit
	page.Cut = !page.More && cut > 0
	found = found[:min(len(found), q.Limit)]
	switch {
	case page.More:
		page.Next = found[len(found)-1]
	case page.Cut:
		page.Next = cut
	}
	page.Rows, err = s.Rows(ctx, found)
	return page, err
}

// Rows returns the calls with these seqs that are still there, newest first.
func (s *callStore) Rows(ctx context.Context, seqs []int64) ([]calllog.Row, error) {
	if len(seqs) == 0 {
		return []calllog.Row{}, nil
	}
	text, args := rowsQuery(seqs)
	rows, err := readAll(ctx, s.read, text, args, listTargets)
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	slices.SortFunc(rows, func(a, b calllog.Row) int { return cmp.Compare(b.Seq, a.Seq) })
	return rows, nil
}

func rowsQuery(seqs []int64) (text string, args []any) {
	for _, seq := range seqs {
		args = append(args, seq)
	}
	return "SELECT " + strings.Join(listColumns, ", ") + " FROM calls WHERE seq IN (?" +
		strings.Repeat(", ?", len(seqs)-1) + ")", args
}

const (
	detailQuery   = ", EXISTS (SELECT 1 FROM bodies WHERE call_seq = seq) FROM calls WHERE id = ?"
	attemptsQuery = "SELECT " + attemptRead + " FROM all_attempts WHERE call_seq = ? ORDER BY number"
)

// Get returns one call with its attempts. Code: call_not_found.
func (s *callStore) Get(ctx context.Context, id string) (calllog.Detail, error) {
	var d calllog.Detail
	err := s.read.QueryRowContext(ctx, "SELECT "+strings.Join(detailColumns, ", ")+detailQuery, id).Scan(detailTargets(&d)...)
	if errors.Is(err, sql.ErrNoRows) {
		return calllog.Detail{}, apperr.New("call_not_found", "ID", id)
	}
	if err != nil {
		return calllog.Detail{}, fmt.Errorf("read call %s: %w", id, err)
	}
	if d.Attempts, err = readAll(ctx, s.read, attemptsQuery, []any{d.Row.Seq}, attemptTargets); err != nil {
		return calllog.Detail{}, fmt.Errorf("read the attempts of call %s: %w", id, err)
	}
	return d, nil
}

// readAll returns every row of a query, never nil.
func readAll[T any](ctx context.Context, db querier, text string, args []any, targets func(*T) []any) (all []T, err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = []T{}
	for rows.Next() {
		var one T
		if err := rows.Scan(targets(&one)...); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
