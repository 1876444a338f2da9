package store

import (
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
// ones, in indexes alone, and then reads no row that isn't shown.
func (s *callStore) Page(ctx context.Context, q calllog.Query) (calllog.Page, error) {
	text, args := pageQuery(q)
	found, err := readAll(ctx, s.read, text, args, func(seq *int64) []any { return []any{seq} })
	if err != nil {
		return calllog.Page{}, fmt.Errorf("find calls: %w", err)
	}
	slices.SortFunc(found, func(a, b int64) int { return int(min(max(b-a, -1), 1)) })
	page := calllog.Page{Rows: []calllog.Row{}, More: len(found) > q.Limit}
	found = found[:min(len(found), q.Limit)]
	if len(found) == 0 {
		return page, nil
	}
	text, args = rowsQuery(found)
	if page.Rows, err = readAll(ctx, s.read, text, args, listTargets); err != nil {
		return calllog.Page{}, fmt.Errorf("read calls: %w", err)
	}
	slices.SortFunc(page.Rows, func(a, b calllog.Row) int { return int(min(max(b.Seq-a.Seq, -1), 1)) })
	return page, nil
}

// pageQuery finds the seqs of a page and one more. Each of its parts fixes
// every column of an index and stops at its limit; together they may find more
// than a page.
func pageQuery(q calllog.Query) (text string, args []any) {
	if q.Before <= 0 {
		q.Before = newest
	}
	var where strings.Builder
	var filters []any
	fix := func(column string, value any) {
		where.WriteString(column + " = ? AND ")
		filters = append(filters, value)
	}
	if q.ID != "" {
		fix("id", q.ID)
	}
	if q.APIKeyID != 0 {
		fix("api_key_id", q.APIKeyID)
	}
	if q.GroupID != 0 {
		fix("group_id", q.GroupID)
	}
	const tail = "seq < ? ORDER BY seq DESC LIMIT ?"
	if q.ID == "" && len(filters) > 0 && len(q.States) == 0 {
		q.States = calllog.States
	}
	if len(q.States) == 0 {
		return "SELECT seq FROM calls WHERE " + where.String() + tail, append(filters, q.Before, q.Limit+1)
	}
	part := "SELECT * FROM (SELECT seq FROM calls WHERE " + where.String() + "state = ? AND " + tail + ")"
	parts := make([]string, len(q.States))
	for i, state := range q.States {
		parts[i] = part
		args = append(append(args, filters...), state, q.Before, q.Limit+1)
	}
	return strings.Join(parts, " UNION ALL "), args
}

func rowsQuery(seqs []int64) (text string, args []any) {
	for _, seq := range seqs {
		args = append(args, seq)
	}
	return "SELECT " + strings.Join(listColumns, ", ") + " FROM calls WHERE seq IN (?" +
		strings.Repeat(", ?", len(seqs)-1) + ")", args
}

const (
	detailQuery   = " FROM calls WHERE id = ?"
	attemptsQuery = "SELECT " + attemptRead + " FROM attempts WHERE call_seq = ? ORDER BY number"
)

// Get returns one call with its attempts. Code: call_not_found.
func (s *callStore) Get(ctx context.Context, id string) (calllog.Detail, error) {
	var d calllog.Detail
	err := s.read.QueryRowContext(ctx, "SELECT "+strings.Join(callColumns, ", ")+detailQuery, id).Scan(detailTargets(&d)...)
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

// LastUsed returns when each API key was last used.
func (s *callStore) LastUsed(ctx context.Context) (map[int64]int64, error) {
	type use struct{ key, at int64 }
	uses, err := readAll(ctx, s.read, `SELECT api_key_id, used_at FROM api_key_use`, nil,
		func(u *use) []any { return []any{&u.key, &u.at} })
	if err != nil {
		return nil, fmt.Errorf("read the API keys' last use: %w", err)
	}
	used := make(map[int64]int64, len(uses))
	for _, u := range uses {
		used[u.key] = u.at
	}
	return used, nil
}

// readAll returns every row of a query, never nil.
func readAll[T any](ctx context.Context, db *sql.DB, text string, args []any, targets func(*T) []any) (all []T, err error) {
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
