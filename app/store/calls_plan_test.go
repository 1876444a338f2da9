package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/calllog"
)

// openCallsFile opens an empty call log by itself.
func openCallsFile(t testing.TB) *file {
	t.Helper()
	f, err := openFile(t.Context(), callsSpec(filepath.Join(t.TempDir(), "calls.db")), discardLog)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// Every list stays as fast as its page is long, however long the log is: no
// combination of filters walks the table or sorts.
func TestListsReadIndexesInTheirOrder(t *testing.T) {
	f := openCallsFile(t)
	check := func(t *testing.T, text string, args []any) (plan string) {
		t.Helper()
		steps := explain(t, f, text, args)
		plan = strings.Join(steps, "\n")
		for _, line := range steps {
			isCallsScan := strings.HasPrefix(line, "SCAN calls") || strings.HasPrefix(line, "SCAN attempts")
			if isCallsScan || strings.Contains(line, "TEMP B-TREE") {
				t.Errorf("%s\nis read by\n%s", text, plan)
				break
			}
		}
		return plan
	}
	plans := map[string]string{} // by text: many filters come to the same one
	checkOnce := func(text string, args []any) string {
		if plans[text] == "" {
			plans[text] = check(t, text, args)
		}
		return plans[text]
	}
	for _, states := range [][]string{nil, {"failed"}, {"failed", "partial"}, calllog.States} {
		for mask := range 1 << 8 {
			q := calllog.Query{Limit: 100, Before: 1000, States: states}
			names := fmt.Sprint(len(states), " states")
			for bit, set := range []func(){
				func() { names += " group"; q.GroupID = 3 },
				func() { names += " key"; q.APIKeyID = 5 },
				func() { names += " id"; q.ID = "x" },
				func() { names += " provider"; q.ProviderID = 7 },
				func() { names += " member"; q.Member = "m" },
				func() { names += " model"; q.Model = "chat" },
				func() { names += " time"; q.From, q.To = 1, 2 },
				func() { names += " text"; q.Text = "x" },
			} {
				if mask&(1<<bit) != 0 {
					set()
				}
			}
			p := planSearch(q)
			switch {
			case q.ID != "":
				checkOnce(p.one())
			case p.filters == "":
				checkOnce(p.table())
				checkOnce(tableFloor, []any{1, 1000, 500})
				if len(states) > 0 || mask&(1<<6-1) != 0 {
					t.Errorf("%s: reads the table although kinds know what is asked for", names)
				}
			default:
				checkOnce(p.table())
				text, args := p.heads()
				plan := checkOnce(text, args)
				if !strings.Contains(plan, "CORRELATED SCALAR SUBQUERY") || strings.Count(plan, "COVERING INDEX calls_kind (kind=? AND rowid>? AND rowid<?)") != 1 {
					t.Errorf("%s: the newest of a kind is not looked up:\n%s", names, plan)
				}
				for _, isLoose := range []bool{false, true} {
					plan = checkOnce(p.merge([]list{{kind: 1, loose: isLoose}, {kind: 2, loose: isLoose}}))
					byItself := p.where == "" && (!isLoose || p.names == "")
					if strings.Count(plan, "(kind=? AND rowid>? AND rowid<?)") != 2 || byItself != (strings.Count(plan, "COVERING INDEX") == 2) {
						t.Errorf("%s: reads rows where an index has all it needs:\n%s", names, plan)
					}
				}
			}
		}
	}
	t.Run("how many", func(t *testing.T) {
		plan := check(t, countQuery, []any{"[1,2]", 1, 1000, 500})
		if !strings.Contains(plan, "COVERING INDEX calls_kind (kind=? AND rowid>? AND rowid<?)") {
			t.Error(plan)
		}
	})
	t.Run("rows", func(t *testing.T) {
		text, args := rowsQuery([]int64{1, 2, 3})
		check(t, text, args)
	})
	t.Run("call", func(t *testing.T) { check(t, "SELECT seq"+detailQuery, []any{"x"}) })
	t.Run("attempts", func(t *testing.T) {
		plan := strings.Join(explain(t, f, attemptsQuery, []any{1}), "\n") // sorts one call's
		if !strings.Contains(plan, "SEARCH attempts USING PRIMARY KEY (call_seq=?)") || !strings.Contains(plan, "SEARCH calls USING INTEGER PRIMARY KEY") {
			t.Error(plan)
		}
	})
	t.Run("bodies", func(t *testing.T) { check(t, bodiesQuery, []any{"x"}) })
	t.Run("texts", func(t *testing.T) { check(t, textsQuery, []any{1000, 500}) })
	t.Run("messages", func(t *testing.T) { check(t, messagesQuery, []any{1000, 500}) })
	t.Run("keywords of open calls", func(t *testing.T) {
		plan := strings.Join(explain(t, f, openHits, []any{"open"}), "\n") // groups what few open calls there are
		if !strings.Contains(plan, "calls_kind") || strings.Contains(plan, "SCAN calls") || strings.Contains(plan, "SCAN attempts") {
			t.Error(plan)
		}
	})
	t.Run("clear", func(t *testing.T) {
		args := []any{1, 1000, 1, "open"}
		check(t, removable+" ORDER BY seq LIMIT 1000", args)
		for _, table := range []string{"bodies", "attempts"} {
			plan := strings.Join(explain(t, f, "DELETE FROM "+table+" WHERE call_seq IN ("+removable+")", args), "\n")
			if strings.Contains(plan, "SCAN") && !strings.Contains(plan, "SCAN stat") {
				t.Error(plan)
			}
		}
	})
	t.Run("interrupt", func(t *testing.T) { check(t, changeKind, []any{"a", 1, 2}) })
	t.Run("calls of a time", func(t *testing.T) {
		plan := strings.Join(explain(t, f, spanQuery, []any{1, 2}), "\n")
		if !strings.HasPrefix(plan, "SEARCH stat_totals USING INTEGER PRIMARY KEY") {
			t.Error(plan)
		}
	})
	t.Run("last seq", func(t *testing.T) {
		plan := strings.Join(explain(t, f, lastSeq, nil), "\n") // that of stat_totals is a look at each hour, once
		if !strings.Contains(plan, "SEARCH calls") || strings.Contains(plan, "SCAN calls") {
			t.Error(plan)
		}
	})
}

func explain(t *testing.T, f *file, text string, args []any) []string {
	t.Helper()
	type step struct {
		id, parent, unused int64
		detail             string
	}
	steps, err := readAll(context.Background(), f.writeSQL, "EXPLAIN QUERY PLAN "+text, args,
		func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} })
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	lines := make([]string, len(steps))
	for i, s := range steps {
		lines[i] = s.detail
	}
	return lines
}
