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
	f, err := openFile(t.Context(), spec{
		path: filepath.Join(t.TempDir(), "calls.db"), migrations: "calls", synchronous: "NORMAL",
	}, discardLog)
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
	check := func(t *testing.T, text string, args []any) {
		t.Helper()
		plan := explain(t, f, text, args)
		for _, line := range plan {
			isCallsScan := strings.HasPrefix(line, "SCAN calls") || strings.HasPrefix(line, "SCAN attempts")
			if isCallsScan || strings.Contains(line, "TEMP B-TREE") {
				t.Errorf("%s\nis read by\n%s", text, strings.Join(plan, "\n"))
				return
			}
		}
	}
	for _, states := range [][]string{nil, {"failed"}, {"failed", "partial"}, calllog.States} {
		for _, group := range []int64{0, 3} {
			for _, key := range []int64{0, 5} {
				for _, id := range []string{"", "x"} {
					q := calllog.Query{Limit: 100, Before: 1000, States: states, GroupID: group, APIKeyID: key, ID: id}
					t.Run(fmt.Sprintf("%d states group %d key %d id %q", len(states), group, key, id), func(t *testing.T) {
						text, args := pageQuery(q)
						check(t, text, args)
						if id == "" && (group != 0 || key != 0 || states != nil) {
							plan := strings.Join(explain(t, f, text, args), "\n")
							if strings.Count(plan, "COVERING INDEX") != max(1, strings.Count(text, "ORDER BY")) {
								t.Errorf("%s\nreads rows where an index has all it needs:\n%s", text, plan)
							}
						}
					})
				}
			}
		}
	}
	t.Run("rows", func(t *testing.T) {
		text, args := rowsQuery([]int64{1, 2, 3})
		check(t, text, args)
	})
	t.Run("call", func(t *testing.T) { check(t, "SELECT seq"+detailQuery, []any{"x"}) })
	t.Run("attempts", func(t *testing.T) { check(t, attemptsQuery, []any{1}) })
	t.Run("interrupt", func(t *testing.T) { check(t, "UPDATE calls SET state = ? WHERE state = ?", []any{"a", "b"}) })
	t.Run("last seq", func(t *testing.T) {
		plan := strings.Join(explain(t, f, "SELECT coalesce(max(seq), 0) FROM calls", nil), "\n")
		if !strings.HasPrefix(plan, "SEARCH calls") {
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
