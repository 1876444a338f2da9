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

// lookBack is through how many calls, about, one page looks for what no index
// knows: a second filter, a time within its hours, a text. Of several states
// each has a third of it: most calls are of two or three.
var lookBack = 50_000 // a variable for tests

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

// find returns the seqs of at least limit + 1 calls that match q, newest first,
// if there are as many. It looks no further down than to cut; 0: to the end.
func (s *callStore) find(ctx context.Context, q calllog.Query) (found []int64, cut int64, err error) {
	search, some, err := s.search(ctx, q)
	if err != nil || !some {
		return nil, 0, err
	}
	if search.looks {
		text, args := search.floor()
		var floor sql.NullInt64
		if err := s.read.QueryRowContext(ctx, text, args...).Scan(&floor); err != nil {
			return nil, 0, fmt.Errorf("look how far back to look: %w", err)
		}
		if floor.Valid {
			search.from, cut = max(search.from, floor.Int64), floor.Int64
		}
	}
	text, args := search.find()
	found, err = readAll(ctx, s.read, text, args, func(seq *int64) []any { return []any{seq} })
	if err != nil {
		return nil, 0, fmt.Errorf("find calls: %w", err)
	}
	slices.SortFunc(found, func(a, b int64) int { return cmp.Compare(b, a) })
	return found, cut, nil
}

// search is how the calls of a page are found: one index, or the table itself,
// read from the newest on, and conditions on the rows it leads to.
type search struct {
	by        string // INDEXED BY …
	fixed     string // conditions that the index's columns meet, but for the state
	fixedArgs []any
	states    []string // each is its own part; empty: the index has none

	looks     bool // there are conditions on rows
	where     string
	whereArgs []any

	from, before int64 // seqs
	limit        int
}

// filter is a condition of a Query and the index that it begins.
type filter struct {
	isSet  bool
	index  string
	column string
	value  any
}

// search plans a page. Nothing can be found when some is false.
func (s *callStore) search(ctx context.Context, q calllog.Query) (_ search, some bool, err error) {
	p := planSearch(q)
	if q.From == 0 && q.To == 0 {
		return p, true, nil
	}
	hours := calllog.HoursOf(q.From, q.To)
	var first, last sql.NullInt64
	if err := s.read.QueryRowContext(ctx, spanQuery, hours.From, hours.To).Scan(&first, &last); err != nil {
		return search{}, false, fmt.Errorf("find the calls of a time: %w", err)
	}
	p.from, p.before = max(p.from, first.Int64), min(p.before, last.Int64+1)
	return p, first.Valid && p.from < p.before, nil
}

const spanQuery = "SELECT min(first_seq), max(last_seq) FROM stat_totals WHERE hour >= ? AND hour < ?"

// planSearch chooses the first filter that is set as the one to read by: those
// that most often tell few calls from many come first.
func planSearch(q calllog.Query) search {
	p := search{by: "NOT INDEXED", from: oldestSeq, before: q.Before, limit: q.Limit + 1, states: q.States}
	if p.before <= 0 {
		p.before = newest
	}
	if q.After > 0 {
		p.from = q.After + 1
	}
	for _, f := range []filter{
		{q.ID != "", "sqlite_autoindex_calls_1", "id", q.ID},
		{q.APIKeyID != 0, "calls_api_key", "api_key_id", q.APIKeyID},
		{q.Member != "", "calls_member", "member", q.Member},
		{q.GroupID != 0, "calls_group", "group_id", q.GroupID},
		{q.Model != "", "calls_model", "model", q.Model},
		{q.ProviderID != 0, "calls_provider", "provider_id", q.ProviderID},
	} {
		switch {
		case !f.isSet:
		case p.fixed == "":
			p.by, p.fixed, p.fixedArgs = "INDEXED BY "+f.index, f.column+" = ? AND ", []any{f.value}
		default:
			p.check(f.column+" = ?", f.value)
		}
	}
	switch {
	case q.ID != "": // at most one call
		if len(q.States) > 0 {
			p.check("state IN (?"+strings.Repeat(", ?", len(q.States)-1)+")", texts(q.States)...)
		}
		p.states = nil
	case p.fixed != "" && len(q.States) == 0:
		p.states = calllog.States
	case p.fixed == "" && len(q.States) > 0:
		p.by = "INDEXED BY calls_state"
	}
	if q.From != 0 {
		p.check("started_at >= ?", q.From)
	}
	if q.To != 0 {
		p.check("started_at < ?", q.To)
	}
	if q.Text != "" {
		like := "%" + escapeLike.Replace(q.Text) + "%"
		p.check(`(message LIKE ? ESCAPE '\' OR model LIKE ? ESCAPE '\' OR provider LIKE ? ESCAPE '\' OR member LIKE ? ESCAPE '\')`,
			like, like, like, like)
	}
	return p
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func texts(all []string) []any {
	values := make([]any, len(all))
	for i, one := range all {
		values[i] = one
	}
	return values
}

func (p *search) check(condition string, values ...any) {
	p.looks = true
	p.where += condition + " AND "
	p.whereArgs = append(p.whereArgs, values...)
}

// parts repeats a query for each state. Each part reads its calls newest first
// and stops at its limit.
func (p *search) parts(where string, whereArgs []any, from int64, tail string, tailArgs ...any) (text string, args []any) {
	states := p.states
	state := "state = ? AND "
	if len(states) == 0 {
		states, state = []string{""}, ""
	}
	part := "SELECT * FROM (SELECT seq FROM calls " + p.by + " WHERE " + p.fixed + state + where +
		"seq >= ? AND seq < ? ORDER BY seq DESC " + tail + ")"
	each := make([]string, len(states))
	for i, one := range states {
		each[i] = part
		args = append(args, p.fixedArgs...)
		if state != "" {
			args = append(args, one)
		}
		args = append(append(append(args, whereArgs...), from, p.before), tailArgs...)
	}
	return strings.Join(each, " UNION ALL "), args
}

// floor asks for the seq down to which a page may look: below it one of the
// parts would see more calls than its share of lookBack.
func (p *search) floor() (text string, args []any) {
	text, args = p.parts("", nil, p.from, "LIMIT 1 OFFSET ?", lookBack/min(max(len(p.states), 1), 3)-1)
	return "SELECT max(seq) FROM (" + text + ")", args
}

// find asks for the seqs of a page and one more. Together the parts may find
// more than that.
func (p *search) find() (text string, args []any) {
	return p.parts(p.where, p.whereArgs, p.from, "LIMIT ?", p.limit)
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
