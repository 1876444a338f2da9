package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/store"
	"headgate/gateway"
)

func statsOf(t *testing.T, s calllog.Store, q calllog.StatsQuery) calllog.Stats {
	t.Helper()
	stats, err := calllog.New(s, &event.Bus{}, slog.New(slog.DiscardHandler)).Stats(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

var statsBegan = time.Date(2026, 3, 6, 11, 20, 0, 0, time.UTC)

// randomCalls are finished calls of ten days, in no order.
func randomCalls(count int) []calllog.Entry {
	random := rand.New(rand.NewPCG(7, 7))
	states := []gateway.State{
		gateway.StateOK, gateway.StateOK, gateway.StateOK, gateway.StateFailed,
		gateway.StatePartial, gateway.StateCanceled, gateway.StateRefused,
	}
	tokens := func() gateway.Count {
		return gateway.Count{N: random.Int64N(5000), Known: random.IntN(4) > 0}
	}
	var all []calllog.Entry
	for n := range count {
		e := storedCall(n)
		c := &e.Call
		c.StartedAt = statsBegan.Add(time.Duration(random.Int64N(int64(240 * time.Hour))))
		c.State = states[random.IntN(len(states))]
		c.GroupID, c.APIKeyID = random.Int64N(4), random.Int64N(3)
		c.Model, c.APIKeyName = fmt.Sprint("group-", c.GroupID), fmt.Sprint("key-", c.APIKeyID)
		c.Duration = time.Duration(math.Exp(random.NormFloat64()*2+6)*1000) * time.Microsecond
		if c.State != gateway.StateRefused {
			c.FirstToken = c.Duration / time.Microsecond / 3 * time.Microsecond
			for range 1 + random.IntN(3) {
				provider := 1 + random.Int64N(3)
				a := gateway.Attempt{
					ProviderID: provider, Provider: fmt.Sprint("provider-", provider), Model: fmt.Sprint("m-", random.IntN(2)),
					Outcome: gateway.Outcome{Class: gateway.ClassTransient, Blames: gateway.BlamesMember},
				}
				c.Attempts = append(c.Attempts, a)
			}
			if c.State == gateway.StateOK {
				c.Attempts[len(c.Attempts)-1].Outcome = gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody}
			}
			c.Usage = gateway.Usage{Input: tokens(), Output: tokens(), CachedInput: tokens(), Reasoning: tokens()}
			if random.IntN(3) > 0 {
				e.Cost = calllog.Cost{Nanos: random.Int64N(1_000_000), Source: calllog.CostTokens}
			}
		}
		all = append(all, e)
	}
	return all
}

// figuresOf counts calls one by one. Quantiles are exact.
func figuresOf(calls []calllog.Entry) calllog.Figures {
	var f calllog.Figures
	var durations, firsts []float64
	reached := int64(0)
	tell := func(sum **int64, unknown *int64, known bool, n int64) {
		switch {
		case !known:
			*unknown++
		case *sum == nil:
			*sum = &n
		default:
			**sum += n
		}
	}
	for i := range calls {
		c, u := &calls[i].Call, &calls[i].Call.Usage
		f.Calls++
		switch c.State {
		case gateway.StateOK:
			f.OK++
			durations = append(durations, float64(c.Duration.Microseconds())/1000)
			if len(c.Attempts) > 1 {
				f.Rescued++
			}
		case gateway.StateFailed:
			f.Failed++
		case gateway.StatePartial:
			f.Partial++
		case gateway.StateCanceled:
			f.Canceled++
		case gateway.StateRefused:
			f.Refused++
		}
		if c.FirstToken > 0 {
			firsts = append(firsts, float64(c.FirstToken.Microseconds())/1000)
		}
		if len(c.Attempts) > 0 {
			reached++
			tell(&f.InputTokens, &f.InputUnknown, u.Input.Known, u.Input.N)
			tell(&f.OutputTokens, &f.OutputUnknown, u.Output.Known, u.Output.N)
			tell(&f.CachedTokens, &f.CachedUnknown, u.CachedInput.Known, u.CachedInput.N)
			tell(&f.ReasoningTokens, &f.ReasoningUnknown, u.Reasoning.Known, u.Reasoning.N)
			tell(&f.CostNanos, &f.CostUnknown, calls[i].Cost.Source != calllog.CostUnknown, calls[i].Cost.Nanos)
		}
	}
	if reached == 0 {
		for _, sum := range []**int64{&f.InputTokens, &f.OutputTokens, &f.CachedTokens, &f.ReasoningTokens, &f.CostNanos} {
			*sum = new(int64)
		}
	}
	if all := f.OK + f.Failed + f.Partial; all > 0 {
		rate := float64(f.OK) / float64(all)
		f.SuccessRate = &rate
	}
	summary := func(values []float64, mean, p50, p95, p99 **float64) {
		if len(values) == 0 {
			return
		}
		slices.Sort(values)
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		sum /= float64(len(values))
		*mean = &sum
		for share, to := range map[float64]**float64{0.5: p50, 0.95: p95, 0.99: p99} {
			*to = &values[max(int(math.Ceil(share*float64(len(values))))-1, 0)]
		}
	}
	summary(durations, &f.MeanMS, &f.P50MS, &f.P95MS, &f.P99MS)
	summary(firsts, &f.FirstTokenMS, &f.FirstTokenP50MS, &f.FirstTokenP95MS, &f.FirstTokenP99MS)
	return f
}

// sameFigures compares all but attempts: exactly, means to rounding, quantiles
// to 5 %.
func sameFigures(t *testing.T, what string, got, want calllog.Figures) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		name := g.Type().Field(i).Name
		if strings.HasPrefix(name, "Attempts") {
			continue
		}
		a, b := g.Field(i), w.Field(i)
		if a.Kind() == reflect.Pointer {
			if a.IsNil() != b.IsNil() {
				t.Errorf("%s: %s is %v, want %v", what, name, a, b)
				continue
			}
			if a.IsNil() {
				continue
			}
			a, b = a.Elem(), b.Elem()
		}
		same := a.Equal(b)
		if a.Kind() == reflect.Float64 {
			off := 1e-9
			if strings.Contains(name, "P50") || strings.Contains(name, "P9") {
				off = 0.05
			}
			same = math.Abs(a.Float()-b.Float()) <= off*b.Float()
		}
		if !same {
			t.Errorf("%s: %s is %v, want %v", what, name, a, b)
		}
	}
}

func selectCalls(all []calllog.Entry, want func(*gateway.Call) bool) (some []calllog.Entry) {
	for _, e := range all {
		if want(&e.Call) {
			some = append(some, e)
		}
	}
	return some
}

func lastOf(c *gateway.Call) (last gateway.Attempt) {
	if n := len(c.Attempts); n > 0 {
		last = c.Attempts[n-1]
	}
	return last
}

// modelOf is the model that a call is counted by.
func modelOf(c *gateway.Call) string {
	if c.GroupID == 0 {
		return ""
	}
	return c.Model
}

func inTime(from, to int64) func(*gateway.Call) bool {
	return func(c *gateway.Call) bool {
		hour := c.StartedAt.Truncate(time.Hour).UnixMilli()
		return hour >= from && hour < to
	}
}

func TestStatisticsAreWhatCountingGives(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	all := randomCalls(1500)
	for run := range slices.Chunk(all, 170) {
		mustWrite(t, s, run...)
	}
	from, to := statsBegan.Add(70*time.Hour+20*time.Minute).UnixMilli(), statsBegan.Add(190*time.Hour).UnixMilli()
	for name, tc := range map[string]struct {
		set  func(*calllog.StatsQuery)
		want func(*gateway.Call) bool
	}{
		"all":        {func(*calllog.StatsQuery) {}, func(*gateway.Call) bool { return true }},
		"a group":    {func(q *calllog.StatsQuery) { q.GroupID = 2 }, func(c *gateway.Call) bool { return c.GroupID == 2 }},
		"an API key": {func(q *calllog.StatsQuery) { q.APIKeyID = 1 }, func(c *gateway.Call) bool { return c.APIKeyID == 1 }},
		"a model":    {func(q *calllog.StatsQuery) { q.Model = "group-3" }, func(c *gateway.Call) bool { return modelOf(c) == "group-3" }},
		"a member": {
			func(q *calllog.StatsQuery) { q.ProviderID, q.Member = 3, "m-1" },
			func(c *gateway.Call) bool { a := lastOf(c); return a.ProviderID == 3 && a.Model == "m-1" },
		},
		"nothing": {func(q *calllog.StatsQuery) { q.GroupID = 77 }, func(*gateway.Call) bool { return false }},
	} {
		for _, zone := range []string{"", "America/New_York", "Asia/Kolkata"} {
			t.Run(name+" in "+zone, func(t *testing.T) {
				q := calllog.StatsQuery{From: from, To: to, Zone: zone, Buckets: 8, Top: 2}
				tc.set(&q)
				got := statsOf(t, s, q)
				calls := selectCalls(all, tc.want)
				if got.From-from >= 3_600_000 || got.From < from || got.To < to || got.To-to >= 3_600_000 {
					t.Fatalf("%d to %d became %d to %d", from, to, got.From, got.To)
				}
				here := selectCalls(calls, inTime(got.From, got.To))
				sameFigures(t, "totals", got.Totals, figuresOf(here))
				sameFigures(t, "before", got.Before, figuresOf(selectCalls(calls, inTime(2*got.From-got.To, got.From))))
				if n := len(got.Series); n < 5 || n > 8 || got.Series[0].Start != got.From {
					t.Fatalf("%d buckets from %d", n, got.Series[0].Start)
				}
				for i, b := range got.Series {
					end := got.To
					if i+1 < len(got.Series) {
						end = got.Series[i+1].Start
					}
					sameFigures(t, fmt.Sprint("bucket ", i), b.Figures, figuresOf(selectCalls(here, inTime(b.Start, end))))
				}
				checkParts(t, here, "model", got.ByModel, func(c *gateway.Call) string { return "0 " + modelOf(c) })
				checkParts(t, here, "group", got.ByGroup, func(c *gateway.Call) string {
					return fmt.Sprint(c.GroupID, " ", modelOf(c))
				})
				checkParts(t, here, "provider", got.ByProvider, func(c *gateway.Call) string {
					return fmt.Sprint(lastOf(c).ProviderID, " ", lastOf(c).Provider)
				})
				checkParts(t, here, "member", got.ByMember, func(c *gateway.Call) string {
					return fmt.Sprint(lastOf(c).ProviderID, " ", lastOf(c).Model)
				})
				checkParts(t, here, "key", got.ByAPIKey, func(c *gateway.Call) string {
					if c.APIKeyID == 0 {
						return "0 "
					}
					return fmt.Sprint(c.APIKeyID, " ", c.APIKeyName)
				})
			})
		}
	}
}

func checkParts(t *testing.T, calls []calllog.Entry, by string, got []calllog.Part, partOf func(*gateway.Call) string) {
	t.Helper()
	want := map[string][]calllog.Entry{}
	for _, e := range calls {
		want[partOf(&e.Call)] = append(want[partOf(&e.Call)], e)
	}
	count, others := int64(0), 0
	for i, p := range got {
		count += p.Figures.Calls
		if i > 0 && p.Others == 0 && p.Figures.Calls > got[i-1].Figures.Calls {
			t.Errorf("by %s: more calls come later", by)
		}
		if p.Others != 0 {
			others = p.Others
			continue
		}
		if p.Share != nil && math.Abs(*p.Share-float64(p.Figures.Calls)/float64(len(calls))) > 1e-9 {
			t.Errorf("by %s: %d of %d calls are a share of %v", by, p.Figures.Calls, len(calls), *p.Share)
		}
		key := fmt.Sprint(p.ID, " ", p.Name)
		if p.Figures.Calls > 0 {
			sameFigures(t, by+" "+key, p.Figures, figuresOf(want[key]))
		}
	}
	if count != int64(len(calls)) || len(got)-min(others, 1)+others < len(want) {
		t.Errorf("by %s: %d of %d calls in %d parts and %d others, want %d", by, count, len(calls), len(got), others, len(want))
	}
}

func TestAttemptsCountWhereTheyWereMade(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	e := storedCall(1)
	e.Call.Attempts = []gateway.Attempt{
		{ProviderID: 1, Provider: "bad", Model: "m", Outcome: gateway.Outcome{Class: gateway.ClassTimeout, Blames: gateway.BlamesMember}},
		{ProviderID: 2, Provider: "good", Model: "m", Outcome: gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody}},
	}
	mustWrite(t, s, e)
	got := statsOf(t, s, calllog.StatsQuery{From: callsBegan.Add(-2 * time.Hour).UnixMilli(), To: callsBegan.Add(2 * time.Hour).UnixMilli()})
	if f := got.Totals; f.Calls != 1 || f.Rescued != 1 || f.Attempts != 2 || f.AttemptsFailed != 1 {
		t.Errorf("totals %+v", f)
	}
	if len(got.ByProvider) != 2 || got.ByProvider[0].Name != "good" || got.ByProvider[1].Name != "bad" {
		t.Fatalf("providers %+v", got.ByProvider)
	}
	if f := got.ByProvider[1].Figures; f.Calls != 0 || f.Attempts != 1 || f.AttemptsFailed != 1 || f.SuccessRate != nil {
		t.Errorf("the one that failed %+v", f)
	}
	if f := got.ByProvider[0].Figures; f.Calls != 1 || f.Attempts != 1 || f.AttemptsFailed != 0 || *f.SuccessRate != 1 {
		t.Errorf("the one that answered %+v", f)
	}
}

func allTime(q calllog.StatsQuery) calllog.StatsQuery {
	q.From, q.To = callsBegan.AddDate(-1, 0, 0).UnixMilli(), callsBegan.AddDate(1, 0, 0).UnixMilli()
	return q
}

func TestACallCountsOnceAndWhenItIsFinished(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	open := storedCall(1)
	open.Call.State = gateway.StateOpen
	mustWrite(t, s, open, storedCall(2))
	calls := func() int64 { return statsOf(t, s, allTime(calllog.StatsQuery{})).Totals.Calls }
	if n := calls(); n != 1 {
		t.Fatalf("%d calls, want the finished one", n)
	}
	mustWrite(t, s, storedCall(1))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(ended, []calllog.Entry{storedCall(3)}); err == nil {
		t.Fatal("a write after the end succeeded")
	}
	mustWrite(t, s, storedCall(1), storedCall(2), storedCall(3))
	if n := calls(); n != 3 {
		t.Fatalf("%d calls, want 3", n)
	}
	open = storedCall(4)
	open.Call.State = gateway.StateOpen
	mustWrite(t, s, open)
	if n, err := s.Interrupt(t.Context()); n != 1 || err != nil {
		t.Fatalf("interrupted %d, %v", n, err)
	}
	if f := statsOf(t, s, allTime(calllog.StatsQuery{})).Totals; f.Calls != 4 || f.Interrupted != 1 || *f.SuccessRate != 1 {
		t.Fatalf("with an interrupted call it is %+v", f)
	}
}

func TestStatisticsOutliveCallsAndNames(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	for n, name := range []string{"old", "new"} {
		e := storedCall(n)
		e.Call.GroupID, e.Call.APIKeyID, e.Call.Model, e.Call.APIKeyName = 3, 4, name+"-group", name+"-key"
		e.Call.Attempts = []gateway.Attempt{{ProviderID: 5, Provider: name + "-provider", Model: "m"}}
		mustWrite(t, s, e)
	}
	brought := storedCall(-1000)
	brought.Call.GroupID, brought.Call.Model = 3, "older-group"
	mustWrite(t, s, brought)
	if n, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 100); n != 3 || err != nil {
		t.Fatalf("removed %d, %v", n, err)
	}
	got := statsOf(t, s, allTime(calllog.StatsQuery{}))
	if got.Totals.Calls != 3 || len(got.ByGroup) != 1 || got.ByGroup[0].Name != "new-group" ||
		got.ByAPIKey[0].Name != "new-key" || got.ByProvider[0].Name != "new-provider" || len(got.ByModel) != 3 {
		t.Errorf("got %+v", got)
	}
	if err := s.ForgetTallies(t.Context(), callsBegan.AddDate(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	got = statsOf(t, s, allTime(calllog.StatsQuery{}))
	if got.Totals.Calls != 0 || len(got.ByGroup) != 0 || got.Totals.SuccessRate != nil || *got.Totals.CostNanos != 0 {
		t.Errorf("forgotten, it is %+v", got)
	}
	mustWrite(t, s, storedCall(7))
	if n := statsOf(t, s, allTime(calllog.StatsQuery{})).Totals.Calls; n != 1 {
		t.Errorf("%d calls after that, want 1", n)
	}
}

// firstSchema is what a log had before there were statistics.
func firstSchema(t *testing.T) fs.FS {
	files := fstest.MapFS{}
	err := fs.WalkDir(store.MigrationFiles(), ".", func(path string, d fs.DirEntry, err error) error {
		isLater := strings.Contains(path, "calls/") && !strings.HasSuffix(path, "calls/00001_start.sql")
		if err != nil || d.IsDir() || isLater {
			return err
		}
		data, err := fs.ReadFile(store.MigrationFiles(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func columnsOf(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	var columns string
	if err := db.QueryRow("SELECT group_concat(name) FROM pragma_table_info(?)", table).Scan(&columns); err != nil {
		t.Fatal(err)
	}
	return columns
}

// Not parallel: it changes the migrations of the whole package, and how many
// calls are counted at a time.
func TestCallsFromBeforeStatisticsAreCounted(t *testing.T) {
	defer store.BacklogCalls(200)()
	dir, newDir := t.TempDir(), t.TempDir()
	all := randomCalls(450)
	slices.SortFunc(all, func(a, b calllog.Entry) int { return a.Call.StartedAt.Compare(b.Call.StartedAt) })
	for n := range all {
		for i := range all[n].Call.Attempts {
			all[n].Call.Attempts[i].Outcome.KeywordID = int64((n + i) % 4)
		}
	}
	wanted := openForCalls(t, newDir)
	for run := range slices.Chunk(all, 150) {
		mustWrite(t, wanted.CallLog(), run...)
	}
	open := storedCall(99_999)
	open.Call.State, open.Call.StartedAt = gateway.StateOpen, statsBegan.Add(100*time.Hour)
	open.Call.Attempts = []gateway.Attempt{{Outcome: gateway.Outcome{KeywordID: 3}}}
	mustWrite(t, wanted.CallLog(), open)

	restore := store.UseMigrations(firstSchema(t))
	old := openForCalls(t, dir)
	restore()
	w := old.Connections()["calls writer"]
	for _, text := range []string{
		"ATTACH '" + newDir + "/calls.db' AS new",
		"INSERT INTO calls SELECT " + columnsOf(t, w, "calls") + " FROM new.calls",
		"INSERT INTO attempts SELECT " + columnsOf(t, w, "attempts") + " FROM new.attempts",
		"DETACH new",
	} {
		if _, err := w.Exec(text); err != nil {
			t.Fatal(text, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	s := openForCalls(t, dir).CallLog()
	more, err := s.CatchUp(t.Context()) // some before, the rest after
	if !more || err != nil {
		t.Fatal(more, err)
	}
	if n, err := s.Interrupt(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	mustWrite(t, s, storedCall(-5))
	mustWrite(t, wanted.CallLog(), storedCall(-5))
	for more {
		if more, err = s.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := wanted.CallLog().Interrupt(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := calllog.StatsQuery{From: statsBegan.Truncate(time.Hour).UnixMilli(), To: callsBegan.AddDate(0, 0, 1).UnixMilli(), Buckets: 300, Top: 50}
	got, want := statsOf(t, s, q), statsOf(t, wanted.CallLog(), q)
	if got.Totals.Calls != 452 || !reflect.DeepEqual(got, want) {
		t.Errorf("caught up it is %+v\nwant %+v", got.Totals, want.Totals)
	}
	used, err := s.KeywordUse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want, err := wanted.CallLog().KeywordUse(t.Context()); err != nil || len(want) != 3 || !reflect.DeepEqual(used, want) {
		t.Errorf("keywords were used %+v\nwant %+v (%v)", used, want, err)
	}
	page, err := s.Page(t.Context(), calllog.Query{Limit: 500, ProviderID: 2, From: q.From, To: q.From + 48*3_600_000})
	if err != nil {
		t.Fatal(err)
	}
	calls := selectCalls(all, func(c *gateway.Call) bool {
		return lastOf(c).ProviderID == 2 && c.StartedAt.UnixMilli() < q.From+48*3_600_000
	})
	if len(page.Rows) != len(calls) || len(calls) == 0 {
		t.Errorf("%d calls of provider 2 in two days, want %d", len(page.Rows), len(calls))
	}
}
