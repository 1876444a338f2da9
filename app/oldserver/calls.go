package oldserver

import (
	"context"
	"fmt"
	"strings"
	"time"

	"headgate/app/catalog"
	"headgate/gateway"
)

// taipei is the zone in which the old server wrote its times, without saying
// so. It has had no summer time since 1979.
var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

// timeForms are how times were written, with and without a zone.
var timeForms = []string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z07:00",
}

func (v value) moment() (time.Time, bool) {
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, v.trimmed(), taipei); err == nil {
			return t.UTC(), v.isSet
		}
	}
	return time.Time{}, false
}

// streamNote stands as error message with every stream that succeeded.
const streamNote = "Usage data not available for streaming responses."

// keywordNote begins the error message of a call that a failure keyword failed.
const keywordNote = "Failure keyword found: '"

// maxMessage is how much of an error message is kept: some are whole replies.
const maxMessage = 500 // characters

// callsTable leaves out the bodies: they may hold anything.
var callsTable = table{
	name: "call_logs",
	columns: []string{
		"id", "provider_id", "api_key_id", "request_timestamp", "response_timestamp", "is_success", "status_code",
		"response_time_ms", "error_message", "prompt_tokens", "completion_tokens", "cost",
	},
}

// batchRows is how many rows are read at a time.
const batchRows = 500

// span counts the calls and tells when they began.
func (d *Database) span(ctx context.Context) (c Calls, err error) {
	has, err := d.columns(ctx, callsTable.name)
	if err != nil || len(has) == 0 {
		return c, err
	}
	if err := d.db.QueryRowContext(ctx, `SELECT count(*) FROM "call_logs"`).Scan(&c.Count); err != nil {
		return c, err
	}
	bounds := table{name: callsTable.name, columns: []string{"request_timestamp", "response_timestamp"}}
	// The rows are in the order of time: they were written as calls ended.
	for _, end := range []struct {
		order string
		to    *int64
	}{{"rowid", &c.First}, {"rowid DESC", &c.Last}} {
		rows, err := d.rows(ctx, bounds, bounds.query(has)+" ORDER BY "+end.order+" LIMIT 1000")
		if err != nil {
			return c, err
		}
		for _, r := range rows {
			if at, ok := began(r); ok {
				*end.to = at.UnixMilli()
				break
			}
		}
	}
	return c, nil
}

// began is when a call began. The old server noted the request's time at the
// end of the call, so the reply's time less what the call took is nearer.
func began(r row) (time.Time, bool) {
	ended, hasEnded := r["response_timestamp"].moment()
	if ms, ok := r["response_time_ms"].integer(); hasEnded && ok && ms >= 0 {
		return ended.Add(-time.Duration(ms) * time.Millisecond), true
	}
	if at, ok := r["request_timestamp"].moment(); ok {
		return at, true
	}
	return ended, hasEnded
}

// callReader makes calls of rows.
type callReader struct {
	rows    map[int64]origin
	apiKeys map[int64]catalog.APIKey
	models  map[[2]string]catalog.Model
	hints   map[string]string // of keys, by provider
	hide    *strings.Replacer
}

func newCallReader(p *plan, now present) *callReader {
	r := &callReader{rows: p.rows, apiKeys: map[int64]catalog.APIKey{}, models: map[[2]string]catalog.Model{}, hints: map[string]string{}}
	for _, provider := range now.providers {
		for _, m := range provider.Models {
			r.models[[2]string{provider.Name, m.Name}] = m
		}
	}
	for _, provider := range p.Providers {
		r.hints[provider.Name] = provider.KeyHint
	}
	for id, name := range p.apiKeys {
		for _, k := range now.apiKeys {
			if k.Name == name {
				r.apiKeys[id] = k
			}
		}
	}
	var pairs []string
	for _, s := range p.secrets {
		const least = 8 // a shorter one is a word as any other
		if len(s.Reveal()) >= least {
			pairs = append(pairs, s.Reveal(), s.Hint())
		}
	}
	r.hide = strings.NewReplacer(pairs...)
	return r
}

// call makes a call with one attempt of a row; false when it has no time. The
// old server noted each try on its own, and not which call it belonged to, nor
// the group. Counts of tokens that it didn't note are unknown.
func (c *callReader) call(r row) (gateway.Call, bool) {
	at, ok := began(r)
	if !ok {
		return gateway.Call{}, false
	}
	isStream := r["error_message"].trimmed() == streamNote
	call := gateway.Call{
		ID:        fmt.Sprintf("old_%s_%d", at.Format("20060102T150405"), r.id()),
		StartedAt: at,
		Duration:  took(r, at),
		Route:     "chat.completions",
		Stream:    isStream,
		State:     gateway.StateOK,
		Status:    int(min(max(r.number("status_code"), 0), 999)),
	}
	if k, known := c.apiKeys[r.number("api_key_id")]; known {
		call.APIKeyID, call.APIKeyName = k.ID, k.Name
	}
	if !r["is_success"].truth() {
		call.State = gateway.StateFailed
		call.Message = c.message(r["error_message"].trimmed())
	}
	if !isStream {
		input, output := count(r["prompt_tokens"]), count(r["completion_tokens"])
		if input.N+output.N > 0 { // no call takes none
			call.Usage.Input, call.Usage.Output = input, output
		}
		if cost, ok := r["cost"].number(); ok && cost >= 0 {
			call.Usage.Cost = &cost
		}
	}
	call.Attempts = []gateway.Attempt{c.attempt(r, &call)}
	return call, true
}

func took(r row, at time.Time) time.Duration {
	if ms, ok := r["response_time_ms"].integer(); ok && ms >= 0 {
		return time.Duration(ms) * time.Millisecond
	}
	ended, _ := r["response_timestamp"].moment()
	return max(ended.Sub(at), 0)
}

func (c *callReader) attempt(r row, call *gateway.Call) gateway.Attempt {
	from := c.rows[r.number("provider_id")]
	a := gateway.Attempt{
		Provider: from.provider, Model: from.model, KeyHint: c.hints[from.provider],
		Total: call.Duration, Status: call.Status, Outcome: outcome(call),
	}
	if a.Provider == "" {
		a.Provider = from.name // of a row that was left out
	}
	if m, known := c.models[[2]string{from.provider, from.model}]; known {
		a.ProviderID, a.ModelID = m.ProviderID, m.ID
	}
	return a
}

func count(v value) gateway.Count {
	n, ok := v.integer()
	if !ok || n < 0 {
		return gateway.Count{}
	}
	return gateway.Count{N: n, Known: true}
}

func (c *callReader) message(text string) string {
	text = c.hide.Replace(strings.ToValidUTF8(text, ""))
	if letters := []rune(text); len(letters) > maxMessage {
		text = string(letters[:maxMessage]) + "…"
	}
	return text
}

// outcomes are what a failure was, by its status.
var outcomes = []struct {
	low, high int
	class     gateway.Class
	reason    string
}{
	{200, 299, gateway.ClassMalformed, "error_in_reply"},
	{300, 399, gateway.ClassTransient, "redirected"},
	{401, 401, gateway.ClassCredential, "bad_key"},
	{402, 402, gateway.ClassQuota, "quota"},
	{403, 403, gateway.ClassCredential, "forbidden"},
	{404, 405, gateway.ClassModelUnavailable, "wrong_path"},
	{408, 409, gateway.ClassTransient, "upstream_busy"},
	{413, 413, gateway.ClassCallerFault, "too_large"},
	{425, 425, gateway.ClassTransient, "upstream_busy"},
	{429, 429, gateway.ClassRateLimited, "rate_limited"},
	{451, 451, gateway.ClassContentPolicy, "content_policy"},
	{400, 499, gateway.ClassCallerFault, "caller_fault"},
	{500, 599, gateway.ClassTransient, "upstream_error"},
	{0, 999, gateway.ClassTransient, "connection_failed"},
}

// outcome classifies a call. It blames nobody: that time is over.
func outcome(c *gateway.Call) gateway.Outcome {
	if c.State == gateway.StateOK {
		return gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone}
	}
	o := gateway.Outcome{Blames: gateway.BlamesNobody, Action: gateway.ActionNext, Message: c.Message}
	if rest, isKeyword := strings.CutPrefix(c.Message, keywordNote); isKeyword {
		o.Class, o.Reason, o.Keyword = gateway.ClassKeyword, "keyword", strings.TrimSuffix(rest, "'")
		return o
	}
	for _, row := range outcomes {
		if c.Status >= row.low && c.Status <= row.high {
			o.Class, o.Reason = row.class, row.reason
			break
		}
	}
	return o
}
