package store_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/store"
	"headgate/gateway"
)

// wentWell gives some calls the one attempt that most have.
func wentWell(all []calllog.Entry) []calllog.Entry {
	for n := range all {
		if c := &all[n].Call; c.State == gateway.StateOK && n%3 != 0 {
			c.Attempts = []gateway.Attempt{{
				MemberID: 4, ProviderID: int64(1 + n%3), Provider: fmt.Sprint("provider-", 1+n%3), ModelID: 5, Model: "m-1",
				ProviderKeyID: 6, KeyHint: []string{"sk-a…wxyz", "", `odd "hint"\` + "\x01"}[n%3], Priority: 2, Status: 200,
				Start: 10 * time.Microsecond, Total: time.Duration(n) * time.Millisecond,
				Outcome: gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone, Reason: "ok"},
			}}
			if n%2 == 0 {
				c.Attempts[0].Connect, c.Attempts[0].FirstByte, c.Attempts[0].FirstToken = time.Microsecond, time.Millisecond, time.Second
			}
		}
	}
	return all
}

func detailsOf(t *testing.T, s calllog.Store, all []calllog.Entry) (details []calllog.Detail) {
	t.Helper()
	for _, e := range all {
		d, err := s.Get(t.Context(), e.Call.ID)
		if err != nil {
			t.Fatal(err)
		}
		details = append(details, d)
	}
	return details
}

func TestAttemptOfACallThatWentWellComesBack(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	all := wentWell(searchedCalls(20))
	mustWrite(t, s, all...)
	for i, d := range detailsOf(t, s, all) {
		c := &all[i].Call
		if len(d.Attempts) != len(c.Attempts) {
			t.Fatalf("%s has %d attempts, not %d", c.ID, len(d.Attempts), len(c.Attempts))
		}
		for n, got := range d.Attempts {
			a := &c.Attempts[n]
			ms := func(d time.Duration) *float64 {
				if d == 0 {
					return nil
				}
				f := float64(d.Microseconds()) / 1000
				return &f
			}
			want := calllog.Attempt{
				MemberID: a.MemberID, ProviderID: a.ProviderID, Provider: a.Provider, Model: a.Model, KeyHint: a.KeyHint,
				Priority: a.Priority, StartMS: float64(a.Start.Microseconds()) / 1000, ConnectMS: ms(a.Connect),
				FirstByteMS: ms(a.FirstByte), FirstTokenMS: ms(a.FirstToken), TotalMS: float64(a.Total.Microseconds()) / 1000,
				Status: a.Status, Class: string(a.Outcome.Class), Blames: string(a.Outcome.Blames), Action: string(a.Outcome.Action),
				Reason: a.Outcome.Reason,
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got  %+v\nwant %+v", c.ID, got, want)
			}
		}
	}
}

// A log goes down to the schema before kinds and up again. Lists are whole at
// each moment: before its calls have their kinds, while they get them, and after.
// Not parallel: it changes how many get theirs at a time.
func TestLogFromBeforeKinds(t *testing.T) {
	defer store.BacklogCalls(150)()
	dir := t.TempDir()
	db := openForCalls(t, dir)
	all := wentWell(searchedCalls(400))
	for run := range slices.Chunk(all, 100) {
		mustWrite(t, db.CallLog(), run...)
	}
	var open []calllog.Entry // of different kinds
	for n := range 6 {
		e := storedCall(1000 + n)
		e.Call.State, e.Call.APIKeyID, e.Call.GroupID, e.Call.Model = gateway.StateOpen, int64(n%2), int64(n%3), fmt.Sprint("Group_", n%4)
		if n > 2 {
			e.Call.Attempts = []gateway.Attempt{{ProviderID: int64(n - 2), Provider: fmt.Sprint("provider-", n-2), Model: fmt.Sprint("m-", n%2)}}
		}
		open = append(open, e)
	}
	mustWrite(t, db.CallLog(), open...)
	want := detailsOf(t, db.CallLog(), all)
	shut(t, db)
	file := filepath.Join(dir, "calls.db")
	back(t, file, "calls", 4)
	attempts := 0
	for _, e := range slices.Concat(all, open) {
		attempts += len(e.Call.Attempts)
	}
	var there int
	old := raw(t, file)
	if err := old.QueryRow("SELECT count(*) FROM attempts").Scan(&there); err != nil || there != attempts {
		t.Fatalf("the older schema has %d attempts, not %d (%v)", there, attempts, err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	s := openForCalls(t, dir).CallLog()
	if n, err := s.Interrupt(t.Context()); n != len(open) || err != nil {
		t.Fatal(n, err)
	}
	for n := range open {
		open[n].Call.State = calllog.StateInterrupted
	}
	later := storedCall(2000)
	later.Call.APIKeyID, later.Call.GroupID, later.Call.Model = 2, 1, "Group_1"
	mustWrite(t, s, later)
	all = append(append(all, open...), later)
	steps := 0
	for more := true; more; steps++ {
		t.Run(fmt.Sprint("step ", steps), func(t *testing.T) { findsAll(t, s, all) })
		run(t, file, "CREATE TRIGGER refuse BEFORE UPDATE OF kind ON calls WHEN new.seq % 50 = 1 BEGIN SELECT RAISE(ABORT, 'no'); END")
		_, refused := s.SortIn(t.Context()) // what it had done is as if it hadn't been
		run(t, file, "DROP TRIGGER refuse")
		var err error
		if more, err = s.SortIn(t.Context()); err != nil || more != (refused != nil) {
			t.Fatal(more, err, refused)
		}
	}
	if steps < 4 {
		t.Errorf("all of them had their kinds after %d steps", steps)
	}
	findsAll(t, s, all)
	if got := detailsOf(t, s, all[:len(want)]); !reflect.DeepEqual(got, want) {
		t.Error("calls came back otherwise")
	}
}

// Names that strangers made up don't make lists slow for ever: past a number of
// kinds the calls themselves are asked. Not parallel: it changes that number.
func TestKindsAreBounded(t *testing.T) {
	defer store.KindsMost(60)()
	dir := t.TempDir()
	db := openForCalls(t, dir)
	s := db.CallLog()
	all := searchedCalls(600)
	for n := range all {
		if c := &all[n].Call; n%4 == 0 {
			c.GroupID, c.Model = 0, fmt.Sprint("Group_", n%9)
		}
	}
	for run := range slices.Chunk(all, 100) {
		mustWrite(t, s, run...)
	}
	findsAll(t, s, all)
	shut(t, db)
	var kinds, loose int
	if err := raw(t, filepath.Join(dir, "calls.db")).QueryRow("SELECT count(*), sum(loose) FROM call_kinds").Scan(&kinds, &loose); err != nil {
		t.Fatal(err)
	}
	if kinds-loose > 60 || loose == 0 {
		t.Errorf("%d kinds, of which %d are loose", kinds, loose)
	}
}

// Some of the calls that are open are ended: in lists, in statistics, and once.
func TestSomeOpenCallsAreInterrupted(t *testing.T) {
	db := openForCalls(t, t.TempDir())
	s := db.CallLog()
	all := searchedCalls(9)
	for n := range all {
		c := &all[n].Call
		c.State, c.Attempts, c.Message = gateway.StateOpen, nil, ""
	}
	mustWrite(t, s, all...)
	ids := []string{"unknown", all[1].Call.ID, all[4].Call.ID, all[5].Call.ID}
	for _, want := range []int{3, 0} {
		if n, err := s.InterruptOnly(t.Context(), ids); n != want || err != nil {
			t.Fatal(n, err)
		}
	}
	for _, n := range []int{1, 4, 5} {
		all[n].Call.State = calllog.StateInterrupted
	}
	for _, state := range []string{"open", string(calllog.StateInterrupted)} {
		for _, q := range []calllog.Query{{}, {GroupID: 1}, {Model: "Group_2"}} {
			q.States, q.Limit = []string{state}, 4
			finds(t, s, all, q)
		}
	}
	if n := statsOf(t, s, allTime(calllog.StatsQuery{})).Totals.Calls; n != 3 {
		t.Errorf("%d calls are counted, not 3", n)
	}
	completed := all[8].Call.ID // by a write that seemed to fail
	if _, err := db.Connections()["calls writer"].Exec("UPDATE calls SET state = 'ok' WHERE id = ?", completed); err != nil {
		t.Fatal(err)
	}
	if n, err := s.InterruptOnly(t.Context(), []string{completed}); n != 0 || err != nil {
		t.Errorf("%d were interrupted (%v), though the call is complete", n, err)
	}
	if n, err := s.Interrupt(t.Context()); n != 6 || err != nil {
		t.Errorf("%d were still open (%v), not 6", n, err)
	}
}

// kindsIn counts kinds.
func kindsIn(t *testing.T, db *store.DB) (named, loose int) {
	t.Helper()
	if err := db.Connections()["calls reader"].QueryRow("SELECT count(*) FILTER (WHERE NOT loose), count(*) FILTER (WHERE loose) FROM call_kinds").
		Scan(&named, &loose); err != nil {
		t.Fatal(err)
	}
	return named, loose
}

// typed is a call with a model that somebody made up.
func typed(n int, groupID int64) calllog.Entry {
	e := storedCall(n)
	e.Call.State, e.Call.GroupID, e.Call.Model = gateway.StateFailed, groupID, fmt.Sprint("typed-", n)
	return e
}

// Calls that came to nobody get a twentieth of all kinds. Not parallel: it changes
// the number of these.
func TestStrangersGetFewKinds(t *testing.T) {
	defer store.KindsMost(60)()
	db := openForCalls(t, t.TempDir())
	for n := range 10 {
		mustWrite(t, db.CallLog(), typed(n, 0))
	}
	if named, loose := kindsIn(t, db); named != 3 || loose != 1 {
		t.Errorf("strangers have %d kinds and %d loose ones, not 3 and 1", named, loose)
	}
	for n := range 10 {
		mustWrite(t, db.CallLog(), typed(100+n, 1))
	}
	if named, loose := kindsIn(t, db); named != 13 || loose != 1 {
		t.Errorf("with 10 calls to a group there are %d kinds and %d loose ones, not 13 and 1", named, loose)
	}
}

// Names that were typed go with their calls, and their kinds make room for others.
// Not parallel: it changes the number of kinds.
func TestKindsGoWithTheirCalls(t *testing.T) {
	defer store.KindsMost(40)()
	db := openForCalls(t, t.TempDir())
	s := db.CallLog()
	for n := range 60 {
		mustWrite(t, s, typed(n, 1))
	}
	if named, loose := kindsIn(t, db); named != 40 || loose != 1 {
		t.Fatalf("%d kinds and %d loose ones, not 40 and 1", named, loose)
	}
	left := typed(59, 1)
	if n, _, err := s.Remove(t.Context(), time.Time{}, left.Call.StartedAt, 0, 100); n != 59 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.ForgetTallies(t.Context(), callsBegan.AddDate(-1, 0, 0)); err != nil { // none is so old
		t.Fatal(err)
	}
	if named, loose := kindsIn(t, db); named != 0 || loose != 1 {
		t.Errorf("of calls that are gone there are %d kinds; %d loose ones, not 1", named, loose)
	}
	later := typed(1000, 1)
	mustWrite(t, s, later)
	if named, loose := kindsIn(t, db); named != 1 || loose != 1 {
		t.Errorf("with a new call there are %d kinds and %d loose ones, not 1 and 1", named, loose)
	}
	for _, e := range []calllog.Entry{left, later} {
		finds(t, s, []calllog.Entry{left, later}, calllog.Query{Model: e.Call.Model, Limit: 5})
	}
}
