package oldserver_test

import (
	"reflect"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/oldserver"
)

func number[T any](n T) *T { return &n }

// brought moves one row of the call log and returns what it became.
func brought(t *testing.T, path string) (calllog.Detail, oldserver.Result) {
	t.Helper()
	h := newHouse(t)
	done := h.move(path, oldserver.Options{Calls: true})
	rows := h.calls()
	if len(rows) != 1 {
		t.Fatalf("there are %d calls: %+v", len(rows), done)
	}
	call, err := h.into.CallLog.Get(t.Context(), rows[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return call, done
}

func TestCallsAreBroughtAlong(t *testing.T) {
	utc := func(text string) int64 {
		at, err := time.Parse("2006-01-02 15:04:05.999", text)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMilli()
	}
	for name, c := range map[string]struct {
		row  string // after id and provider
		want calllog.Row
		try  calllog.Attempt
	}{
		"a call": {
			`'2025-08-20 10:17:00.000000', '2025-08-20 10:17:08.032000', 1, 200, 8032, NULL, '{}', 3092, 209, 3301, 0.006602`,
			calllog.Row{
				ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 8032, State: "ok", Status: 200,
				InputTokens: number(int64(3092)), OutputTokens: number(int64(209)), CostNanos: number(int64(6_602_000)),
			},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"a stream": {
			`'2025-08-20 10:17:00', '2025-08-20 10:17:08', 1, 200, 8000, 'Usage data not available for streaming responses.', '', 0, 0, 0, 0`,
			calllog.Row{
				ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 8000, State: "ok", Status: 200, Stream: true,
			},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"noted when it ended": {
			`'2025-08-20 10:17:08.001', '2025-08-20 10:17:08', 1, 200, 8000, NULL, '', 1, 0, 1, NULL`,
			calllog.Row{
				ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 8000, State: "ok", Status: 200,
				InputTokens: number(int64(1)), OutputTokens: number(int64(0)),
			},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"just after midnight": {
			`'2025-01-01 00:30:00', NULL, 1, 200, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{ID: "old_20241231T163000_7", StartedAt: utc("2024-12-31 16:30:00"), State: "ok", Status: 200},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"with a zone": {
			`'2025-08-20T10:17:00+09:00', '2025-08-20T10:17:02+09:00', 1, 200, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{ID: "old_20250820T011700_7", StartedAt: utc("2025-08-20 01:17:00"), DurationMS: 2000, State: "ok", Status: 200},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"tokens of nothing": {
			`'2025-08-20 10:17:00', NULL, 1, 200, 5, NULL, NULL, 0, 0, 0, NULL`,
			calllog.Row{ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 5, State: "ok", Status: 200},
			calllog.Attempt{Class: "ok", Action: "done"},
		},
		"limited": {
			`'2025-08-20 10:17:00', NULL, 0, 429, 5, 'slow down', NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 5, State: "failed", Status: 429, Message: "slow down"},
			calllog.Attempt{Class: "rate_limited", Reason: "rate_limited", Action: "next", Message: "slow down"},
		},
		"a bad request": {
			`'2025-08-20 10:17:00', NULL, 0, 422, 5, 'no', NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 5, State: "failed", Status: 422, Message: "no"},
			calllog.Attempt{Class: "caller_fault", Reason: "caller_fault", Action: "next", Message: "no"},
		},
		"a keyword": {
			`'2025-08-20 10:17:00', NULL, 0, 503, 5, 'Failure keyword found: ''quota exceeded''', NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{
				ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), DurationMS: 5, State: "failed", Status: 503,
				Message: "Failure keyword found: 'quota exceeded'",
			},
			calllog.Attempt{Class: "keyword", Reason: "keyword", Action: "next", Keyword: "quota exceeded", Message: "Failure keyword found: 'quota exceeded'"},
		},
		"no status": {
			`'2025-08-20 10:17:00', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
			calllog.Row{ID: "old_20250820T021700_7", StartedAt: utc("2025-08-20 02:17:00"), State: "failed"},
			calllog.Attempt{Class: "transient", Reason: "connection_failed", Action: "next"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, _ := brought(t, write(t, schema, account, `INSERT INTO call_logs VALUES (7, 1, `+c.row+`)`))
			c.want.Seq, c.want.Route, c.want.Attempts, c.want.Provider, c.want.Member = 1, "chat.completions", 1, "up", "gpt-5"
			r := call.Row
			got := calllog.Row{
				Seq: r.Seq, ID: r.ID, StartedAt: r.StartedAt, DurationMS: r.DurationMS, FirstTokenMS: r.FirstTokenMS, Route: r.Route,
				APIKeyID: r.APIKeyID, GroupID: r.GroupID, Model: r.Model, Stream: r.Stream, State: r.State, Status: r.Status,
				Message: r.Message, Attempts: r.Attempts, Provider: r.Provider, Member: r.Member,
				InputTokens: r.InputTokens, OutputTokens: r.OutputTokens, CostNanos: r.CostNanos,
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			source := "unknown"
			if c.want.CostNanos != nil {
				source = "reported"
			}
			if call.CostSource != source {
				t.Errorf("the cost is %s", call.CostSource)
			}
			c.try.Provider, c.try.Model, c.try.ProviderID, c.try.KeyHint = "up", "gpt-5", 1, "sk-u…6789"
			c.try.Blames, c.try.TotalMS, c.try.Status = "nobody", c.want.DurationMS, c.want.Status
			if len(call.Attempts) != 1 {
				t.Fatalf("there are %d attempts", len(call.Attempts))
			}
			a := call.Attempts[0]
			tried := calllog.Attempt{
				ProviderID: a.ProviderID, Provider: a.Provider, Model: a.Model, KeyHint: a.KeyHint, TotalMS: a.TotalMS,
				FirstByteMS: a.FirstByteMS, FirstTokenMS: a.FirstTokenMS, Status: a.Status, Class: a.Class, Blames: a.Blames,
				Action: a.Action, Reason: a.Reason, Message: a.Message, Keyword: a.Keyword,
			}
			if tried != c.try {
				t.Errorf("got  %+v\nwant %+v", tried, c.try)
			}
		})
	}
}

func TestCallsOfWhatIsGone(t *testing.T) {
	for name, c := range map[string]struct{ sql, provider, model string }{
		"row left out":  {`INSERT INTO api_providers VALUES (2, 'lost', 'nonsense', 'k', 'm', 1, 'per_token', 1, 0, 0)`, "lost", "m"},
		"row gone":      {``, "", ""},
		"never had one": {`UPDATE call_logs SET provider_id = NULL`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, _ := brought(t, write(t, schema, account,
				`INSERT INTO call_logs VALUES (7, 2, '2025-08-20 10:17:00', NULL, 1, 200, 5, NULL, NULL, NULL, NULL, NULL, NULL)`, c.sql))
			if call.Row.Provider != c.provider || call.Row.Member != c.model {
				t.Errorf("the call is %+v", call.Row)
			}
		})
	}
}

func TestCallsWithoutTimeAreTold(t *testing.T) {
	const values = `, NULL, NULL, 1, 200, 5, NULL, NULL, NULL, NULL, NULL, NULL)`
	_, done := brought(t, write(t, schema, account, `INSERT INTO call_logs VALUES (1, 1`+values+`, (3, 1`+values,
		`INSERT INTO call_logs VALUES (7, 1, '2025-08-20 10:17:00', NULL, 1, 200, 5, NULL, NULL, NULL, NULL, NULL, NULL)`))
	tells(t, done.Oddities)
	if got := codes(done.Oddities); len(got) != 2 || got[0] != "calls_kept call_logs[*]" || got[1] != "calls_without_time call_logs[*]" ||
		done.Oddities[1].Params["Count"] != "2" || done.Brought != 1 {
		t.Errorf("told %v, brought %d", done.Oddities, done.Brought)
	}
}

// A later release noted who called.
func TestCallsKnowTheirAPIKey(t *testing.T) {
	h := newHouse(t)
	h.move(write(t, schema, account, `ALTER TABLE call_logs ADD COLUMN api_key_id INTEGER`,
		`INSERT INTO api_keys VALUES (4, 'sk-tool-key-0123456789', 1, NULL, NULL)`,
		`INSERT INTO call_logs VALUES (7, 1, '2025-08-20 10:17:00', NULL, 1, 200, 0, NULL, NULL, NULL, NULL, NULL, NULL, 4)`),
		oldserver.Options{Calls: true})
	key := h.has().APIKeys[0]
	if c := h.calls()[0]; c.APIKey != "Old server key 4" || c.APIKeyID != key.ID {
		t.Errorf("the call is %+v", c)
	}
	used, err := h.into.CallLog.LastUsed(t.Context())
	if err != nil || used[key.ID] != time.Date(2025, 8, 20, 2, 17, 0, 0, time.UTC).UnixMilli() {
		t.Errorf("last used %v (%v)", used, err)
	}
}

func TestManyCallsComeInBatches(t *testing.T) {
	path := write(t, schema, account, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)
		INSERT INTO call_logs SELECT i * 3, 1, datetime('now', '+8 hours', '-1 days', '+' || i || ' seconds'), NULL, 1, 200, 5, NULL, NULL, NULL, NULL, NULL, NULL FROM n`)
	h := newHouse(t)
	var looked []int64
	done := h.move(path, oldserver.Options{Calls: true, Progress: func(n, total int64) {
		if total != 1234 {
			t.Errorf("of %d", total)
		}
		looked = append(looked, n)
	}})
	if done.Brought != 1234 || !reflect.DeepEqual(looked, []int64{500, 1000, 1234}) {
		t.Errorf("brought %d in %v", done.Brought, looked)
	}
	if days := h.has().Settings.Log.Days; days != 90 || len(done.Oddities) != 0 {
		t.Errorf("young calls made the log keep calls for %d days: %v", days, done.Oddities)
	}
}

func TestNoCallsUnlessWanted(t *testing.T) {
	h := newHouse(t)
	done := h.move(sample, oldserver.Options{})
	if rows := h.calls(); len(rows) != 0 || done.Brought != 0 || done.Calls.Count != 300 || h.has().Settings.Log.Days != 90 {
		t.Errorf("%d calls, %+v", len(rows), done.Calls)
	}
}
