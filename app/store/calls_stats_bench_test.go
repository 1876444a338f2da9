package store

import (
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/gateway"
)

const (
	benchCalls = 1_000_000
	benchDays  = 30
)

// BenchmarkDashboard asks for 30 days of a million calls to 12 providers and 40
// models with 10 API keys, of which some do most, by day and night. It fills
// the log first, for a minute or so:
//
//	go test -run '^$' -bench Dashboard ./app/store
func BenchmarkDashboard(b *testing.B) {
	f := openCallsFile(b)
	s := newCallStore(f)
	end := time.Date(2026, 6, 30, 15, 30, 0, 0, time.UTC)
	fillForDashboard(b, s, end)
	for _, table := range []string{"calls", "stat_slots", "stat_hours", "stat_days", "stat_totals"} {
		var rows int64
		if err := f.readSQL.QueryRow("SELECT count(*) FROM " + table).Scan(&rows); err != nil {
			b.Fatal(err)
		}
		b.Logf("%s has %d rows", table, rows)
	}
	log := calllog.New(s, &event.Bus{}, slog.New(slog.DiscardHandler))
	all := calllog.StatsQuery{
		From: end.AddDate(0, 0, -benchDays).UnixMilli(), To: end.UnixMilli(), Zone: "America/New_York", Buckets: 31,
	}
	for name, change := range map[string]func(*calllog.StatsQuery){
		"30days":               func(*calllog.StatsQuery) {},
		"30days/by=hour":       func(q *calllog.StatsQuery) { q.Buckets = 800 },
		"24hours":              func(q *calllog.StatsQuery) { q.From = end.Add(-24 * time.Hour).UnixMilli() },
		"7days":                func(q *calllog.StatsQuery) { q.From = end.AddDate(0, 0, -7).UnixMilli() },
		"30days/busy-provider": func(q *calllog.StatsQuery) { q.ProviderID = 1 },
		"30days/model":         func(q *calllog.StatsQuery) { q.Model = "model-07" },
		"30days/busy-key":      func(q *calllog.StatsQuery) { q.APIKeyID = 1 },
	} {
		b.Run(name, func(b *testing.B) {
			q := all
			change(&q)
			for b.Loop() {
				if _, err := log.Stats(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	page := func(q calllog.Query) func(b *testing.B) {
		return func(b *testing.B) {
			q.Limit = 100
			for b.Loop() {
				if _, err := log.Page(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("page/provider", page(calllog.Query{ProviderID: 3}))
	b.Run("page/text-nowhere", page(calllog.Query{Text: "nowhere"}))
	b.Run("page/key-and-other-model", page(calllog.Query{APIKeyID: 1, Model: "nobody's"}))
	b.Run("page/text-everywhere", page(calllog.Query{Text: "provider"}))
	b.Run("page/text-since", page(calllog.Query{Text: "nowhere", After: benchCalls - 300}))
	b.Run("page/all-filters", page(calllog.Query{
		ProviderID: 3, Member: "vendor/model-07", Model: "model-07", APIKeyID: 1, GroupID: 8,
		From: end.AddDate(0, 0, -20).UnixMilli(), To: end.AddDate(0, 0, -1).UnixMilli(), Text: "o", States: []string{"ok", "failed"},
	}))
	b.Run("keyword-in-stored-calls", func(b *testing.B) {
		for b.Loop() {
			if _, err := log.FindKeyword(b.Context(), gateway.Keyword{Text: "nowhere"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("clear/nothing-is-old", func(b *testing.B) { // all is looked through
		for b.Loop() {
			if _, _, err := s.Remove(b.Context(), time.Time{}, end.AddDate(0, 0, -benchDays), 0, 1000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("page/old-day", page(calllog.Query{From: end.AddDate(0, 0, -20).UnixMilli(), To: end.AddDate(0, 0, -19).UnixMilli()}))
}

func fillForDashboard(b *testing.B, s *callStore, end time.Time) {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	models, keys := rand.NewZipf(random, 1.2, 3, 39), rand.NewZipf(random, 1.3, 2, 9)
	starts := make([]time.Duration, 0, benchCalls)
	for len(starts) < benchCalls {
		at := time.Duration(random.Int64N(int64(benchDays * 24 * time.Hour)))
		if busy := 0.55 - 0.45*math.Cos(at.Hours()/24*2*math.Pi); random.Float64() < busy {
			starts = append(starts, at)
		}
	}
	slices.Sort(starts)
	entries := make([]calllog.Entry, 0, 1000)
	for n, at := range starts {
		model := int64(models.Uint64())
		e := benchEntry(n)
		c := &e.Call
		c.StartedAt, c.Model, c.GroupID = end.AddDate(0, 0, -benchDays).Add(at), fmt.Sprintf("model-%02d", model), model+1
		c.APIKeyID = int64(keys.Uint64()) + 1
		c.Duration = time.Duration(math.Exp(random.NormFloat64()*0.9+7.5) * float64(time.Millisecond))
		c.FirstToken = c.Duration / time.Duration(2+random.IntN(8))
		tries := 1
		for tries < 3 && random.Float64() < 0.05 {
			tries++
		}
		first := c.Attempts[0]
		c.Attempts = nil
		for try := range tries {
			a := first
			a.ProviderID = (model*5+int64(try))%12 + 1
			a.Provider, a.Model = fmt.Sprint("provider-", a.ProviderID), fmt.Sprintf("vendor/model-%02d", model)
			if try < tries-1 {
				a.Outcome = gateway.Outcome{Class: gateway.ClassTransient, Blames: gateway.BlamesMember, Action: gateway.ActionNext}
			}
			c.Attempts = append(c.Attempts, a)
		}
		if random.Float64() < 0.01 {
			c.State, c.Status = gateway.StateFailed, 502
		}
		entries = append(entries, e)
		if len(entries) == cap(entries) || n == len(starts)-1 {
			if err := s.Write(b.Context(), entries); err != nil {
				b.Fatal(err)
			}
			entries = entries[:0]
		}
	}
}
