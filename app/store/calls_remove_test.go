package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/store"
	"headgate/gateway"
)

func idsOf(t *testing.T, s calllog.Store) (ids []string) {
	t.Helper()
	page, err := s.Page(t.Context(), calllog.Query{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func rowsIn(t *testing.T, db *store.DB, table string) (n int) {
	t.Helper()
	if err := db.Connections()["calls reader"].QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRemovedCallsAreThoseOfATime(t *testing.T) {
	db := openForCalls(t, t.TempDir())
	s := db.CallLog()
	var all []calllog.Entry
	for n := range 30 {
		e := withBodies(n, "asked", "said")
		e.Call.Attempts = make([]gateway.Attempt, 2)
		e.Call.StartedAt = callsBegan.Add(time.Duration(n) * time.Hour)
		if n == 4 {
			e.Call.State = gateway.StateOpen
		}
		all = append(all, e)
	}
	brought := storedCall(100) // arrived last, began first
	brought.Call.StartedAt = callsBegan.AddDate(0, -1, 0)
	mustWrite(t, s, append(all, brought)...)
	before := callsBegan.Add(10*time.Hour + time.Minute)
	var removed []int
	for after := int64(0); ; {
		n, last, err := s.Remove(t.Context(), time.Time{}, before, after, 4)
		if err != nil {
			t.Fatal(err)
		}
		removed = append(removed, n)
		if n == 0 {
			break
		}
		after = last
	}
	if want := []int{4, 4, 3, 0}; !slices.Equal(removed, want) {
		t.Errorf("removed %v, want %v", removed, want)
	}
	var want []string
	for n := 29; n > 10; n-- {
		want = append(want, fmt.Sprintf("call-%04d", n))
	}
	if got := idsOf(t, s); !slices.Equal(got, append(want, "call-0004")) {
		t.Errorf("left are %v", got)
	}
	if attempts, bodies := rowsIn(t, db, "attempts"), rowsIn(t, db, "bodies"); attempts != 2*20 || bodies != 19 {
		t.Errorf("left are %d attempts and %d bodies", attempts, bodies)
	}
	done := all[4]
	done.Call.State = gateway.StateOK
	mustWrite(t, s, done)
	if d, err := s.Get(t.Context(), "call-0004"); err != nil || d.Row.State != "ok" || len(d.Attempts) != 2 {
		t.Errorf("the open call ended as %+v (%v)", d, err)
	}
	q := allTime(calllog.StatsQuery{})
	q.From = callsBegan.AddDate(0, -2, 0).UnixMilli()
	if f := statsOf(t, s, q).Totals; f.Calls != 31 {
		t.Errorf("statistics know %d calls, want all 31", f.Calls)
	}
}

// Whoever knows that older ones are gone needn't look for them.
func TestRemoveLooksNoFurtherThanAsked(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	for n := range 10 {
		e := storedCall(n)
		e.Call.StartedAt = callsBegan.Add(time.Duration(n) * time.Hour)
		mustWrite(t, s, e)
	}
	before := callsBegan.Add(5 * time.Hour)
	n, _, err := s.Remove(t.Context(), callsBegan.Add(3*time.Hour), before, 0, 100)
	if left := idsOf(t, s); err != nil || n != 2 || len(left) != 8 {
		t.Errorf("removed %d (%v), left are %v", n, err, left)
	}
	n, _, err = s.Remove(t.Context(), time.Time{}, before, 0, 100)
	if left := idsOf(t, s); err != nil || n != 3 || len(left) != 5 {
		t.Errorf("removed %d (%v), left are %v", n, err, left)
	}
}

// What a window has seen must stay behind what comes.
func TestSeqsAreNeverGivenAgain(t *testing.T) {
	dir := t.TempDir()
	db := openForCalls(t, dir)
	s := db.CallLog()
	mustWrite(t, s, storedCall(1), storedCall(2), storedCall(3))
	if n, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 100); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	mustWrite(t, s, storedCall(4))
	if n, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 100); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = openForCalls(t, dir).CallLog()
	mustWrite(t, s, storedCall(5))
	page, err := s.Page(t.Context(), calllog.Query{Limit: 10})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Seq != 5 {
		t.Errorf("got %+v (%v), want the seq 5", page.Rows, err)
	}
}

func TestNewCallsSinceASeq(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	all := searchedCalls(300)
	for run := range slices.Chunk(all, 100) {
		mustWrite(t, s, run...)
	}
	for _, q := range []calllog.Query{
		{},
		{States: []string{"failed"}},
		{ProviderID: 2},
		{APIKeyID: 3, GroupID: 1},
		{Text: "wrong"},
		{From: callsBegan.AddDate(0, 0, 1).UnixMilli()},
		{From: callsBegan.AddDate(0, 0, -9).UnixMilli(), States: []string{"ok", "canceled"}},
	} {
		for _, after := range []int64{1, 250, 299, 300, 1000} {
			for _, limit := range []int{5, 400} {
				q.After, q.Limit = after, limit
				t.Run(fmt.Sprintf("%+v", q), func(t *testing.T) {
					var want []int64
					for seq := int64(300); seq > after; seq-- {
						c := &all[seq-1].Call
						if matches(q, c) {
							want = append(want, seq)
						}
					}
					more := len(want) > limit
					want = want[:min(len(want), limit)]
					page, err := s.Page(t.Context(), q)
					if err != nil {
						t.Fatal(err)
					}
					var got []int64
					for _, r := range page.Rows {
						got = append(got, r.Seq)
					}
					if !slices.Equal(got, want) || page.More != more {
						t.Errorf("got %v (more: %v)\nwant %v (more: %v)", got, page.More, want, more)
					}
				})
			}
		}
	}
}
