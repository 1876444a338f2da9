package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/store"
	"headgate/gateway"
)

// searchedCalls differ in all that can be searched. Some arrive long after they
// were made.
func searchedCalls(count int) []calllog.Entry {
	var all []calllog.Entry
	for n := range count {
		e := storedCall(n)
		c := &e.Call
		c.StartedAt = callsBegan.Add(time.Duration(n) * 10 * time.Minute)
		if n%7 == 0 {
			c.StartedAt = c.StartedAt.AddDate(0, 0, -3)
		}
		c.State = []gateway.State{gateway.StateOK, gateway.StateFailed, gateway.StateOK, gateway.StateCanceled}[n%4]
		c.GroupID, c.APIKeyID, c.Model = int64(n%3), int64(n%5), fmt.Sprint("Group_", n%3)
		c.Message = []string{"", "100% wrong", `back\slash`, "1000 wrong"}[n%4]
		if provider := int64(n % 4); provider != 0 {
			c.Attempts = []gateway.Attempt{
				{ProviderID: 9, Provider: "first", Model: "m-first"},
				{ProviderID: provider, Provider: fmt.Sprint("provider-", provider), Model: fmt.Sprint("m-", n%2)},
			}
		}
		all = append(all, e)
	}
	return all
}

func matches(q calllog.Query, c *gateway.Call) bool {
	last, at := lastOf(c), c.StartedAt.UnixMilli()
	text := strings.ToLower(q.Text)
	return (q.GroupID == 0 || q.GroupID == c.GroupID) && (q.APIKeyID == 0 || q.APIKeyID == c.APIKeyID) &&
		(q.ProviderID == 0 || q.ProviderID == last.ProviderID) && (q.Member == "" || q.Member == last.Model) &&
		(q.Model == "" || q.Model == c.Model) && (q.From == 0 || at >= q.From) && (q.To == 0 || at < q.To) &&
		(len(q.States) == 0 || slices.Contains(q.States, string(c.State))) &&
		slices.ContainsFunc([]string{c.Message, c.Model, last.Provider, last.Model}, func(in string) bool {
			return strings.Contains(strings.ToLower(in), text)
		})
}

func TestCallsAreFoundByAllFilters(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	all := searchedCalls(600)
	for run := range slices.Chunk(all, 100) {
		mustWrite(t, s, run...)
	}
	findsAll(t, s, all)
}

// findsAll asks for what filters let through, alone and together.
func findsAll(t *testing.T, s calllog.Store, all []calllog.Entry) {
	t.Helper()
	day := func(n int) int64 { return callsBegan.AddDate(0, 0, n).UnixMilli() }
	for _, states := range [][]string{nil, {"failed"}, {"canceled", "failed"}} {
		for _, q := range []calllog.Query{
			{ProviderID: 2},
			{Member: "m-1"},
			{Model: "Group_2"},
			{ProviderID: 3, Member: "m-1", Model: "Group_1"},
			{From: day(1)},
			{To: day(1)},
			{From: day(-2), To: day(2)},
			{From: day(1), To: day(1) + 1},
			{From: day(100), To: day(101)},
			{APIKeyID: 2, GroupID: 1},
			{APIKeyID: 3, ProviderID: 1, From: day(0), To: day(3)},
			{Text: "PROVIDER-2"},
			{Text: "100%"},
			{Text: `k\s`},
			{Text: "group_1"},
			{Text: "groupX1"},
			{Text: "m-fir"},
			{Text: "wrong", APIKeyID: 3, From: day(1)},
		} {
			q.States, q.Limit = states, 23
			t.Run(fmt.Sprintf("%+v", q), func(t *testing.T) { finds(t, s, all, q) })
		}
	}
}

// finds reads all pages of a query.
func finds(t *testing.T, s calllog.Store, all []calllog.Entry, q calllog.Query) {
	t.Helper()
	var want, got []string
	for _, e := range slices.Backward(all) {
		if matches(q, &e.Call) {
			want = append(want, e.Call.ID)
		}
	}
	for {
		page, err := s.Page(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			got = append(got, r.ID)
		}
		if page.Cut || page.More != (page.Next != 0) || page.More && len(page.Rows) != q.Limit {
			t.Fatalf("a page of %d: %+v", len(page.Rows), page)
		}
		if !page.More {
			break
		}
		q.Before = page.Next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// However far back a match is, one page looks through no more than so many
// calls, says so, and the next pages find it. Not parallel: it changes how many
// that is.
func TestASearchIsCutAndGoesOn(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	defer store.LookBack(500)()
	const count = 2000
	entries := make([]calllog.Entry, 0, 1000)
	for n := range count {
		e := storedCall(n)
		e.Call.APIKeyID = 1
		switch n {
		case 5:
			e.Call.Message, e.Call.State = "a needle", gateway.StateFailed
		case count - 5:
			e.Call.Message = "a needle"
		}
		if entries = append(entries, e); len(entries) == cap(entries) {
			mustWrite(t, s, entries...)
			entries = entries[:0]
		}
	}
	for name, q := range map[string]calllog.Query{
		"all":         {Text: "needle"},
		"by key":      {Text: "needle", APIKeyID: 1},
		"two states":  {Text: "needle", States: []string{"failed", "ok"}},
		"with a time": {Text: "needle", From: callsBegan.UnixMilli()},
	} {
		t.Run(name, func(t *testing.T) {
			q.Limit = 10
			var got []string
			cuts := 0
			for {
				page, err := s.Page(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Rows {
					got = append(got, r.ID)
				}
				if !page.Cut {
					break
				}
				cuts++
				if page.Next <= 0 || page.Next == q.Before || page.More {
					t.Fatalf("cut, it is %+v", page)
				}
				q.Before = page.Next
			}
			if want := []string{"call-1995", "call-0005"}; !slices.Equal(got, want) || cuts < 2 || cuts > 20 {
				t.Errorf("found %v in %d cuts, want %v", got, cuts, want)
			}
		})
	}
}
