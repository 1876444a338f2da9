package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/app/store"
	"headgate/gateway"
)

// plainSealer stands in where a test keeps no secrets.
type plainSealer struct{}

func (plainSealer) Seal(plain []byte, _ string) ([]byte, error)  { return plain, nil }
func (plainSealer) Open(sealed []byte, _ string) ([]byte, error) { return sealed, nil }
func (plainSealer) Lock(error)                                   {}

func openForCalls(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: dir, Sealer: plainSealer{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var callsBegan = time.UnixMilli(1_790_000_000_123)

func storedCall(n int) calllog.Entry {
	return calllog.Entry{
		Call: gateway.Call{
			ID: fmt.Sprintf("call-%04d", n), StartedAt: callsBegan.Add(time.Duration(n) * time.Second),
			State: gateway.StateOK, Status: 200, Model: "chat",
		},
		Cost: calllog.Cost{Source: calllog.CostUnknown},
	}
}

func mustWrite(t *testing.T, s calllog.Store, entries ...calllog.Entry) {
	t.Helper()
	if err := s.Write(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func TestCallComesBackAsItWasWritten(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	full := calllog.Entry{
		Call: gateway.Call{
			ID: "full", StartedAt: callsBegan, Duration: 1500 * time.Microsecond, FirstToken: 250 * time.Microsecond,
			Route: "chat.completions", APIKeyID: 7, APIKeyName: "laptop", GroupID: 3, Model: "chat", Stream: true,
			State: gateway.StatePartial, Status: 200, ErrorCode: "cut", Message: "It broke off.", UserAgent: "tool/1",
			BytesIn: 10, BytesOut: 20,
			Usage: gateway.Usage{
				Input: gateway.Count{N: 5, Known: true}, Output: gateway.Count{Known: true},
				CachedInput: gateway.Count{N: 2, Known: true},
			},
			Attempts: []gateway.Attempt{
				{MemberID: 1, ProviderID: 2, Provider: "first", Model: "m1", Priority: 1, Total: time.Millisecond, Outcome: gateway.Outcome{
					Class: gateway.ClassRateLimited, Blames: gateway.BlamesKey, Action: gateway.ActionNext, Counts: true,
					Bench: 2 * time.Second, Reason: "retry_after", Message: "Slow down.", Keyword: "slow", KeywordID: 4,
					Rule:   &gateway.Rule{StatusFrom: 429, StatusTo: 499, Text: "sl[o0]w", Regex: true, Action: gateway.RuleCooldown, Cooldown: time.Hour},
					RuleOf: gateway.RuleOfGroup,
				}, Status: 429, KeyHint: "sk-a…wxyz", Connect: time.Millisecond},
				{
					MemberID: 5, ProviderID: 6, Provider: "second", Model: "m2", Priority: 2, Start: 1200 * time.Microsecond,
					FirstByte: 10 * time.Microsecond, FirstToken: 20 * time.Microsecond, Total: 300 * time.Microsecond, Status: 200,
					Outcome: gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone},
				},
			},
		},
		Cost: calllog.Cost{Nanos: 42, Source: calllog.CostTokens},
	}
	mustWrite(t, s, full, storedCall(1))
	got, err := s.Get(t.Context(), "full")
	if err != nil {
		t.Fatal(err)
	}
	ms := func(f float64) *float64 { return &f }
	n := func(i int64) *int64 { return &i }
	want := calllog.Detail{
		Row: calllog.Row{
			Seq: 1, ID: "full", StartedAt: callsBegan.UnixMilli(), DurationMS: 1.5, FirstTokenMS: ms(0.25), Route: "chat.completions",
			APIKeyID: 7, APIKey: "laptop", GroupID: 3, Model: "chat", Stream: true, State: "partial", Status: 200,
			ErrorCode: "cut", Message: "It broke off.", Attempts: 2, ProviderID: 6, Provider: "second", Member: "m2",
			InputTokens: n(5), OutputTokens: n(0), CostNanos: n(42),
		},
		UserAgent: "tool/1", BytesIn: 10, BytesOut: 20, CachedInputTokens: n(2), CostSource: "tokens",
		Attempts: []calllog.Attempt{
			{
				MemberID: 1, ProviderID: 2, Provider: "first", Model: "m1", KeyHint: "sk-a…wxyz", Priority: 1, ConnectMS: ms(1), TotalMS: 1,
				Status: 429, Class: "rate_limited", Blames: "key", Action: "next", Reason: "retry_after", Message: "Slow down.",
				Keyword: "slow", BenchMS: 2000,
				Rule: &calllog.Rule{Of: "group", StatusFrom: 429, StatusTo: 499, Text: "sl[o0]w", Regex: true, Action: "cooldown", CooldownSeconds: 3600},
			},
			{
				MemberID: 5, ProviderID: 6, Provider: "second", Model: "m2", Priority: 2, StartMS: 1.2, FirstByteMS: ms(0.01),
				FirstTokenMS: ms(0.02), TotalMS: 0.3, Status: 200, Class: "ok", Blames: "nobody", Action: "done",
			},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	page, err := s.Page(t.Context(), calllog.Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(page.Rows[1], want.Row) {
		t.Errorf("in a list it is %+v", page.Rows[1])
	}
	plain, err := s.Get(t.Context(), "call-0001")
	if err != nil {
		t.Fatal(err)
	}
	if r := plain.Row; r.CostNanos != nil || r.InputTokens != nil || r.FirstTokenMS != nil || len(plain.Attempts) != 0 {
		t.Errorf("what is unknown became %+v", plain)
	}
	if _, err := s.Get(t.Context(), "nobody"); apperr.Code(err) != "call_not_found" {
		t.Errorf("a call that isn't there: %v", err)
	}
}

func TestPagesGoThroughTheWholeLog(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	states := []gateway.State{gateway.StateOK, gateway.StateOK, gateway.StateFailed, gateway.StateCanceled}
	var all []calllog.Entry
	for n := range 60 {
		e := storedCall(n)
		e.Call.State, e.Call.GroupID, e.Call.APIKeyID = states[n%4], int64(n%3), int64(n%5)
		all = append(all, e)
	}
	mustWrite(t, s, all...)
	for _, q := range []calllog.Query{
		{},
		{States: []string{"failed"}},
		{States: []string{"canceled", "failed", "open"}},
		{GroupID: 2},
		{APIKeyID: 4},
		{GroupID: 1, APIKeyID: 3},
		{GroupID: 1, States: []string{"failed", "ok"}},
		{APIKeyID: 1, States: []string{"canceled"}},
		{GroupID: 2, APIKeyID: 2, States: []string{"ok", "failed"}},
		{ID: "call-0007"},
		{ID: "call-0007", States: []string{"failed"}},
		{ID: "call-0007", GroupID: 1, States: []string{"canceled"}},
	} {
		t.Run(fmt.Sprintf("%+v", q), func(t *testing.T) {
			var want, got []string
			for _, e := range slices.Backward(all) {
				c := e.Call
				if (q.GroupID == 0 || q.GroupID == c.GroupID) && (q.APIKeyID == 0 || q.APIKeyID == c.APIKeyID) &&
					(q.ID == "" || q.ID == c.ID) && (len(q.States) == 0 || slices.Contains(q.States, string(c.State))) {
					want = append(want, c.ID)
				}
			}
			for q.Limit = 7; ; {
				page, err := s.Page(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Rows {
					got = append(got, r.ID)
				}
				if !page.More {
					break
				}
				if len(page.Rows) != 7 {
					t.Fatalf("a page of %d with more to come", len(page.Rows))
				}
				q.Before = page.Rows[6].Seq
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v\nwant %v", got, want)
			}
		})
	}
}

func TestOpenCallIsCompletedInItsPlace(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	open := storedCall(1)
	open.Call.State = gateway.StateOpen
	open.Call.Attempts = []gateway.Attempt{{Provider: "first"}}
	mustWrite(t, s, open)
	mustWrite(t, s, storedCall(2))
	done := storedCall(1)
	done.Call.Attempts = []gateway.Attempt{{Provider: "first", Status: 500}, {Provider: "second"}}
	mustWrite(t, s, done)
	got, err := s.Get(t.Context(), "call-0001")
	if err != nil {
		t.Fatal(err)
	}
	if got.Row.Seq != 1 || got.Row.State != "ok" || len(got.Attempts) != 2 || got.Attempts[0].Status != 500 {
		t.Fatalf("the call became %+v", got)
	}
}

func TestInterruptedCallsAreFoundAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	db := openForCalls(t, dir)
	var bus event.Bus
	heard := bus.Listen()
	log := calllog.New(db.CallLog(), &bus, slog.New(slog.DiscardHandler))
	log.Start(settings.Log{})
	log.Open(gateway.Call{ID: "cut-off", StartedAt: callsBegan})
	log.Record(gateway.Call{ID: "whole", StartedAt: callsBegan, State: gateway.StateOK})
	<-heard.Wake()
	killed := t.TempDir() // the files as a kill would leave them
	for _, name := range []string{"headgate.db", "headgate.db-wal", "calls.db", "calls.db-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(killed, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	log = calllog.New(openForCalls(t, killed).CallLog(), &event.Bus{}, slog.New(slog.DiscardHandler))
	log.Start(settings.Log{})
	log.Record(gateway.Call{ID: "next", StartedAt: callsBegan, State: gateway.StateOK})
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"cut-off": "interrupted", "whole": "ok", "next": "ok"} {
		got, err := log.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got.Row.State != want {
			t.Errorf("%s is %s, want %s", id, got.Row.State, want)
		}
	}
}

func TestEntriesWrittenAgainAreThereOnce(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	opened := storedCall(3)
	opened.Call.State = gateway.StateOpen
	mustWrite(t, s, storedCall(1), storedCall(2), opened)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(ended, []calllog.Entry{storedCall(4)}); err == nil {
		t.Fatal("a write after the end succeeded")
	}
	mustWrite(t, s, storedCall(1), storedCall(2), storedCall(3), storedCall(4))
	page, err := s.Page(t.Context(), calllog.Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Rows) != 4 {
		t.Fatalf("%d rows, want 4", len(page.Rows))
	}
	for _, r := range page.Rows {
		if r.State != "ok" {
			t.Errorf("%s is %s", r.ID, r.State)
		}
	}
}

func TestLastUseOutlivesTheCalls(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	var all []calllog.Entry
	for n := range 5 {
		e := storedCall(n)
		e.Call.APIKeyID = int64(n % 2)
		all = append(all, e)
	}
	mustWrite(t, s, all...)
	late := storedCall(1) // an earlier call that ended later
	late.Call.ID, late.Call.APIKeyID = "late", 1
	mustWrite(t, s, late)
	if _, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 100); err != nil {
		t.Fatal(err)
	}
	used, err := s.LastUsed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]int64{1: callsBegan.Add(3 * time.Second).UnixMilli()}
	if !reflect.DeepEqual(used, want) {
		t.Errorf("last used %v, want %v", used, want)
	}
}

func TestOldCallsGoAndTheFileShrinks(t *testing.T) {
	dir := t.TempDir()
	db := openForCalls(t, dir)
	s := db.CallLog()
	var all []calllog.Entry
	for n := range 3000 {
		e := storedCall(n)
		e.Call.Attempts = make([]gateway.Attempt, 3)
		all = append(all, e)
	}
	mustWrite(t, s, all...)
	before := callsBegan.Add(2500 * time.Second)
	for _, want := range []int{2000, 500, 0} {
		if n, _, err := s.Remove(t.Context(), time.Time{}, before, 0, 2000); err != nil || n != want {
			t.Fatalf("removed %d (%v), want %d", n, err, want)
		}
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := s.Page(t.Context(), calllog.Query{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Rows) != 500 || page.More || page.Rows[499].ID != "call-2500" {
		t.Fatalf("%d rows are left, the last is %s", len(page.Rows), page.Rows[len(page.Rows)-1].ID)
	}
	if d, err := s.Get(t.Context(), "call-2500"); err != nil || len(d.Attempts) != 3 {
		t.Fatalf("a young call lost its attempts: %+v %v", d, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "calls.db"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 600<<10 {
		t.Errorf("500 calls take %d bytes", info.Size())
	}
}
