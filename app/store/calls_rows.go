package store

import (
	"context"
	"database/sql"
	"math"
	"strings"
	"time"

	"headgate/app/calllog"
)

// callColumns and attemptColumns are in the order of callValues, scanCall and
// attemptValues.
var (
	callColumns = []string{
		"seq", "id", "started_at", "duration_us", "first_token_us", "route", "api_key_id", "api_key",
		"group_id", "model", "stream", "state", "status", "error_code", "message", "attempts",
		"provider", "member", "input_tokens", "output_tokens", "cost_nanos", "provider_id",
		// Up to here they are a list's.
		"user_agent", "bytes_in", "bytes_out", "cached_input_tokens", "reasoning_tokens", "cost_source",
		// And up to here they are shown.
		"kind", "attempt",
	}
	attemptColumns = []string{
		"call_seq", "number", "member_id", "provider_id", "provider", "model_id", "model",
		"provider_key_id", "key_hint", "priority", "start_us", "connect_us", "first_byte_us",
		"first_token_us", "total_us", "status", "class", "blames", "action", "counts", "bench_ms",
		"reason", "message", "keyword", "keyword_id", "rule",
	}
	listColumns   = callColumns[:22]
	detailColumns = callColumns[:28]
)

var (
	callInsert    = newInsert("calls", callColumns, "")
	attemptInsert = newInsert("attempts", attemptColumns, "")
	callUpdate    = "UPDATE calls SET " + strings.Join(callColumns[1:], " = ?, ") + " = ? WHERE seq = ?"
)

// rowsPerInsert is where inserts were fastest: a statement for each row takes a
// fifth more, longer ones take no less.
const rowsPerInsert = 8

// insert is the text of an INSERT for one row, two rows and so on.
type insert struct {
	columns int
	texts   [rowsPerInsert + 1]string
}

// newInsert makes inserts that keep what they did when they fail, since the whole
// transaction goes then: else SQLite would note how each page was before. That
// holds for attempts; it notes pages of several calls or bodies all the same.
func newInsert(table string, columns []string, conflict string) (in insert) {
	in.columns = len(columns)
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	for n := 1; n <= rowsPerInsert; n++ {
		in.texts[n] = "INSERT OR FAIL INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(row+", ", n), ", ") + conflict
	}
	return in
}

// rowInserter gathers rows into statements of rowsPerInsert.
type rowInserter struct {
	ctx    context.Context
	tx     *sql.Tx
	insert *insert
	rows   int
	values valueList
}

func (r *rowInserter) add(values func(to []any) []any) error {
	if r.values == nil {
		r.values = make(valueList, 0, rowsPerInsert*r.insert.columns)
	}
	r.values = values(r.values)
	r.rows++
	if r.rows < rowsPerInsert {
		return nil
	}
	return r.flush()
}

func (r *rowInserter) flush() error {
	if r.rows == 0 {
		return nil
	}
	_, err := r.tx.ExecContext(r.ctx, r.insert.texts[r.rows], r.values)
	r.rows, r.values = 0, r.values[:0]
	return err
}

func callValues(to []any, seq, kind int64, attempt any, e *calllog.Entry) []any {
	c, u := &e.Call, &e.Call.Usage
	var providerID int64
	var provider, member string
	if n := len(c.Attempts); n > 0 {
		last := &c.Attempts[n-1]
		providerID, provider, member = last.ProviderID, last.Provider, last.Model
	}
	var cost any
	if e.Cost.Source != calllog.CostUnknown {
		cost = e.Cost.Nanos
	}
	return append(to,
		seq, c.ID, c.StartedAt.UnixMilli(), c.Duration.Microseconds(), elapsed(c.FirstToken), c.Route,
		c.APIKeyID, c.APIKeyName, c.GroupID, c.Model, c.Stream, string(c.State), int64(c.Status),
		c.ErrorCode, c.Message, int64(len(c.Attempts)), provider, member,
		count(u.Input.N, u.Input.Known), count(u.Output.N, u.Output.Known), cost, providerID,
		c.UserAgent, c.BytesIn, c.BytesOut, count(u.CachedInput.N, u.CachedInput.Known), count(u.Reasoning.N, u.Reasoning.Known), e.Cost.Source,
		kind, attempt)
}

func attemptValues(to []any, seq int64, number int, e *calllog.Entry) []any {
	a := &e.Call.Attempts[number]
	o := &a.Outcome
	return append(to,
		seq, int64(number), a.MemberID, a.ProviderID, a.Provider, a.ModelID, a.Model,
		a.ProviderKeyID, a.KeyHint, int64(a.Priority), a.Start.Microseconds(), elapsed(a.Connect), elapsed(a.FirstByte),
		elapsed(a.FirstToken), a.Total.Microseconds(), int64(a.Status), string(o.Class), string(o.Blames), string(o.Action),
		o.Counts, o.Bench.Milliseconds(), o.Reason, o.Message, o.Keyword, o.KeywordID, decidedBy(o))
}

// elapsed is a duration whose zero means that it didn't happen.
func elapsed(d time.Duration) any {
	if d <= 0 {
		return nil
	}
	return d.Microseconds()
}

func count(n int64, known bool) any {
	if !known {
		return nil
	}
	return n
}

// millis are microseconds of a row as the window's milliseconds.
type millis struct{ to *float64 }

// Scan takes an integer column.
func (m millis) Scan(value any) error {
	var n sql.NullInt64
	if err := n.Scan(value); err != nil {
		return err
	}
	*m.to = float64(n.Int64) / 1000
	return nil
}

// maybeMillis is millis of a column that may be NULL.
type maybeMillis struct{ to **float64 }

// Scan takes an integer column or NULL.
func (m maybeMillis) Scan(value any) error {
	if value == nil {
		*m.to = nil
		return nil
	}
	*m.to = new(float64)
	return millis{*m.to}.Scan(value)
}

func listTargets(r *calllog.Row) []any {
	return []any{
		&r.Seq, &r.ID, &r.StartedAt,
		millis{&r.DurationMS},
		maybeMillis{&r.FirstTokenMS},
		&r.Route,
		&r.APIKeyID, &r.APIKey, &r.GroupID, &r.Model, &r.Stream, &r.State, &r.Status,
		&r.ErrorCode, &r.Message, &r.Attempts, &r.Provider, &r.Member,
		&r.InputTokens, &r.OutputTokens, &r.CostNanos, &r.ProviderID,
	}
}

func detailTargets(d *calllog.Detail) []any {
	return append(listTargets(&d.Row),
		&d.UserAgent, &d.BytesIn, &d.BytesOut, &d.CachedInputTokens, &d.ReasoningTokens, &d.CostSource, &d.HasBodies)
}

// attemptRead are the columns of attemptTargets.
const attemptRead = `member_id, provider_id, provider, model, key_hint, priority, start_us, connect_us,
	first_byte_us, first_token_us, total_us, status, class, blames, action, reason, message, keyword, bench_ms, rule`

func attemptTargets(a *calllog.Attempt) []any {
	return []any{
		&a.MemberID, &a.ProviderID, &a.Provider, &a.Model, &a.KeyHint, &a.Priority,
		millis{&a.StartMS},
		maybeMillis{&a.ConnectMS},
		maybeMillis{&a.FirstByteMS},
		maybeMillis{&a.FirstTokenMS},
		millis{&a.TotalMS},
		&a.Status, &a.Class, &a.Blames, &a.Action,
		&a.Reason, &a.Message, &a.Keyword, &a.BenchMS,
		maybeRule{&a.Rule},
	}
}

// newest is a cursor that every call is before, oldestSeq one that none is.
const (
	newest    = math.MaxInt64
	oldestSeq = math.MinInt64
)
