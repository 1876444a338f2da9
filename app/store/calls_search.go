package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"headgate/app/calllog"
)

// lookBack is through how many calls, about, one page looks for what no index
// knows: a text, a time within its hours, and a model or a member where kinds are
// loose. It counts whatever calls have such a kind, strangers' too. Among calls
// that have no kind yet no index knows any filter.
var lookBack = 50_000 // a variable for tests

// partsAtOnce is how many kinds one statement merges.
const partsAtOnce = 30

// search is how the calls of a page are found: by their id, in the lists of the
// kinds that match, or, where no filter is set, in the table itself.
type search struct {
	byID string // a call's id; "": not by it

	filters    string // conditions on a kind, or on the row that it is of
	filterArgs []any
	kinds      string // the same, and loose kinds
	where      string // conditions on rows alone
	whereArgs  []any
	names      string // those on rows of loose kinds
	nameArgs   []any

	from, before int64 // seqs
	limit        int
}

func (p *search) check(condition string, values ...any) {
	p.where += condition + " AND "
	p.whereArgs = append(p.whereArgs, values...)
}

func planSearch(q calllog.Query) search {
	p := search{byID: q.ID, from: oldestSeq, before: q.Before, limit: q.Limit + 1}
	if p.before <= 0 {
		p.before = newest
	}
	if q.After > 0 {
		p.from = q.After + 1
	}
	filter := func(isSet bool, condition string, values ...any) {
		if isSet {
			p.filters += condition + " AND "
			p.kinds += condition + " AND "
			p.filterArgs = append(p.filterArgs, values...)
		}
	}
	filter(len(q.States) > 0, "state IN (?"+strings.Repeat(", ?", max(len(q.States)-1, 0))+")", texts(q.States)...)
	filter(q.APIKeyID != 0, "api_key_id = ?", q.APIKeyID)
	filter(q.GroupID != 0, "group_id = ?", q.GroupID)
	filter(q.ProviderID != 0, "provider_id = ?", q.ProviderID)
	name := func(column, value string) {
		if value != "" {
			p.filters += column + " = ? AND "
			p.kinds += "(loose OR " + column + " = ?) AND "
			p.names += column + " = ? AND "
			p.filterArgs, p.nameArgs = append(p.filterArgs, value), append(p.nameArgs, value)
		}
	}
	name("model", q.Model)
	name("member", q.Member)
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

const spanQuery = "SELECT min(first_seq), max(last_seq) FROM stat_totals WHERE hour >= ? AND hour < ?"

// find returns the seqs of up to limit + 1 calls that match q, newest first. It
// looks no further down than to cut; 0: to the end.
func (s *callStore) find(ctx context.Context, q calllog.Query) (found []int64, cut int64, err error) {
	p := planSearch(q)
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one view: kinds change
	if err != nil {
		return nil, 0, fmt.Errorf("find calls: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if q.From != 0 || q.To != 0 {
		hours := calllog.HoursOf(q.From, q.To)
		var first, last sql.NullInt64
		if err := tx.QueryRowContext(ctx, spanQuery, hours.From, hours.To).Scan(&first, &last); err != nil {
			return nil, 0, fmt.Errorf("find the calls of a time: %w", err)
		}
		if p.from, p.before = max(p.from, first.Int64), min(p.before, last.Int64+1); !first.Valid || p.from >= p.before {
			return nil, 0, nil
		}
	}
	switch {
	case p.byID != "":
		text, args := p.one()
		found, err = readSeqs(ctx, tx, text, args)
	case p.filters == "":
		found, cut, err = p.inTable(ctx, tx)
	default:
		found, cut, err = p.inAll(ctx, tx)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("find calls: %w", err)
	}
	return found, cut, nil
}

func readSeqs(ctx context.Context, db querier, text string, args []any) ([]int64, error) {
	return readAll(ctx, db, text, args, func(seq *int64) []any { return []any{seq} })
}

func (p *search) one() (text string, args []any) {
	return "SELECT seq FROM calls INDEXED BY sqlite_autoindex_calls_1 WHERE id = ? AND " + p.filters + p.where + "seq >= ? AND seq < ?",
		slices.Concat([]any{p.byID}, p.filterArgs, p.whereArgs, []any{p.from, p.before})
}

func (p *search) table() (text string, args []any) {
	return "SELECT seq FROM calls NOT INDEXED WHERE " + p.filters + p.where + "seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?",
		slices.Concat(p.filterArgs, p.whereArgs, []any{p.from, p.before, p.limit})
}

const tableFloor = "SELECT seq FROM calls NOT INDEXED WHERE seq >= ? AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?"

func (p *search) inTable(ctx context.Context, db querier) (found []int64, cut int64, err error) {
	if p.filters+p.where != "" {
		floor, err := readSeqs(ctx, db, tableFloor, []any{p.from, p.before, lookBack - 1})
		if err != nil {
			return nil, 0, err
		}
		if len(floor) > 0 {
			p.from, cut = floor[0], floor[0]
		}
	}
	text, args := p.table()
	found, err = readSeqs(ctx, db, text, args)
	return found, cut, err
}

// inAll finds calls by their kinds as far down as they have any, and goes on in
// the table.
func (p *search) inAll(ctx context.Context, db querier) (found []int64, cut int64, err error) {
	unsorted, err := readSeqs(ctx, db, unsortedQuery, nil)
	if err != nil {
		return nil, 0, err
	}
	rest := *p
	if len(unsorted) > 0 {
		p.from = max(p.from, unsorted[0]+1)
	}
	if p.from < p.before {
		if found, cut, err = p.inKinds(ctx, db); err != nil || len(found) >= p.limit || cut > 0 {
			return found, cut, err
		}
	}
	if len(unsorted) > 0 && rest.from <= unsorted[0] {
		rest.before = min(rest.before, unsorted[0]+1)
		var more []int64
		more, cut, err = rest.inTable(ctx, db)
		found = append(found, more...)
	}
	return found, cut, err
}

// list are the calls of a kind that matches.
type list struct {
	kind  int64
	loose bool
	head  int64 // its newest call's seq
}

// heads asks for the kinds that match, and for the newest call of each.
func (p *search) heads() (text string, args []any) {
	return `SELECT id, loose, (SELECT max(seq) FROM calls INDEXED BY calls_kind WHERE kind = call_kinds.id AND seq >= ? AND seq < ?)
		FROM call_kinds WHERE ` + p.kinds + "TRUE", append([]any{p.from, p.before}, p.filterArgs...)
}

func (p *search) lists(ctx context.Context, db querier) (all []list, err error) {
	type row struct {
		list
		head sql.NullInt64
	}
	text, args := p.heads()
	rows, err := readAll(ctx, db, text, args, func(r *row) []any { return []any{&r.kind, &r.loose, &r.head} })
	for _, r := range rows {
		if r.head.Valid {
			all = append(all, list{r.kind, r.loose, r.head.Int64})
		}
	}
	slices.SortFunc(all, func(a, b list) int { return cmp.Compare(b.head, a.head) })
	return all, err
}

// inKinds merges the lists of the kinds that match. Those with the newest calls
// come first, so that all the others soon have nothing to add.
func (p *search) inKinds(ctx context.Context, db querier) (found []int64, cut int64, err error) {
	all, err := p.lists(ctx, db)
	if err != nil {
		return nil, 0, err
	}
	if cut, err = p.floor(ctx, db, all); err != nil {
		return nil, 0, err
	}
	p.from = max(p.from, cut)
	for some := range slices.Chunk(all, partsAtOnce) {
		if some[0].head < p.from {
			break
		}
		text, args := p.merge(some)
		more, err := readSeqs(ctx, db, text, args)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, more...)
		slices.SortFunc(found, func(a, b int64) int { return cmp.Compare(b, a) })
		if len(found) >= p.limit {
			found = found[:p.limit]
			p.from = found[p.limit-1]
		}
	}
	return found, cut, nil
}

// merge asks for the seqs of some lists. Each is read newest first and stops at
// the limit.
func (p *search) merge(some []list) (text string, args []any) {
	parts := make([]string, len(some))
	for i, l := range some {
		where := p.where
		args = append(append(args, l.kind), p.whereArgs...)
		if l.loose {
			where += p.names
			args = append(args, p.nameArgs...)
		}
		parts[i] = "SELECT * FROM (SELECT seq FROM calls INDEXED BY calls_kind WHERE kind = ? AND " + where +
			"seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?)"
		args = append(args, p.from, p.before, p.limit)
	}
	return strings.Join(parts, " UNION ALL "), args
}

const countQuery = `SELECT count(*) FROM (SELECT 1 FROM calls INDEXED BY calls_kind
	WHERE kind IN (SELECT value FROM json_each(?)) AND seq > ? AND seq <= ? LIMIT ?)`

// floor returns down to which seq a page may look: some lookBack of the calls
// whose rows it has to look at are above it. 0: it may look at all of them.
func (p *search) floor(ctx context.Context, db querier, all []list) (int64, error) {
	looked := make([]int64, 0, len(all))
	top := int64(0)
	for _, l := range all {
		if p.where != "" || l.loose && p.names != "" {
			looked = append(looked, l.kind)
			top = max(top, l.head)
		}
	}
	if len(looked) == 0 {
		return 0, nil
	}
	these, err := json.Marshal(looked)
	if err != nil {
		return 0, err
	}
	bottom := max(p.from, 1) - 1
	for width := int64(lookBack); top-width > bottom; width *= 2 {
		count, err := readSeqs(ctx, db, countQuery, []any{string(these), max(top-2*width, bottom), top, lookBack + 1})
		if err != nil {
			return 0, err
		}
		if count[0] > int64(lookBack) {
			return top - width + 1, nil
		}
	}
	return 0, nil
}
