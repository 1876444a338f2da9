package calllog_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/event"
)

// rowStore has rows with seqs from 1, and cuts each page's search short once.
type rowStore struct {
	calllog.Store
	rows    int64
	each    func(seq int64) calllog.Row
	looked  map[int64]bool
	between func()
}

func (s *rowStore) Page(_ context.Context, q calllog.Query) (calllog.Page, error) {
	if q.Before == 0 {
		q.Before = s.rows + 1
	}
	if s.looked != nil && !s.looked[q.Before] {
		s.looked[q.Before] = true
		return calllog.Page{Rows: []calllog.Row{}, Cut: true, Next: q.Before}, nil
	}
	var page calllog.Page
	for seq := q.Before - 1; seq > 0 && len(page.Rows) < q.Limit; seq-- {
		page.Rows = append(page.Rows, s.each(seq))
		page.Next = seq
	}
	if page.More = page.Next > 1; !page.More {
		page.Next = 0
	}
	if s.between != nil {
		s.between()
	}
	return page, nil
}

func exportOf(s calllog.Store, format string, w io.Writer, ctx context.Context) error {
	return calllog.New(s, &event.Bus{}, slog.New(slog.DiscardHandler)).Export(ctx, calllog.Query{}, format, w)
}

func simpleRow(seq int64) calllog.Row {
	return calllog.Row{Seq: seq, ID: fmt.Sprint("call-", seq), State: "ok"}
}

func TestExportHasEveryCallOnce(t *testing.T) {
	for _, count := range []int64{0, 1, 500, 1203} {
		s := &rowStore{rows: count, each: simpleRow, looked: map[int64]bool{}}
		var text bytes.Buffer
		if err := exportOf(s, calllog.FormatJSON, &text, t.Context()); err != nil {
			t.Fatal(err)
		}
		got := []calllog.Row{}
		if err := json.Unmarshal(text.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want := []calllog.Row{}
		for seq := count; seq > 0; seq-- {
			want = append(want, simpleRow(seq))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d of %d rows", len(got), count)
		}
		s.looked = map[int64]bool{}
		text.Reset()
		if err := exportOf(s, calllog.FormatCSV, &text, t.Context()); err != nil {
			t.Fatal(err)
		}
		if lines, err := csv.NewReader(&text).ReadAll(); err != nil || int64(len(lines)) != count+1 {
			t.Errorf("%d lines (%v) for %d rows", len(lines), err, count)
		}
	}
}

func TestExportedCells(t *testing.T) {
	first, input, cost := 204.5, int64(0), int64(1_050_000_000)
	row := calllog.Row{
		Seq: 1, ID: "=HYPERLINK(\"x\")", StartedAt: 1_790_000_000_123, DurationMS: 812, FirstTokenMS: &first, APIKey: "-key",
		Model: "@model", State: "ok", Message: "+1, \"quoted\"\nline", Provider: "\tprovider", Member: "a=b", InputTokens: &input, CostNanos: &cost,
	}
	var text bytes.Buffer
	if err := exportOf(&rowStore{rows: 1, each: func(int64) calllog.Row { return row }}, calllog.FormatCSV, &text, t.Context()); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range lines[0] {
		want, isChecked := map[string]string{
			"id": "'=HYPERLINK(\"x\")", "started_at": "2026-09-21T14:13:20.123Z", "duration_ms": "812", "first_token_ms": "204.5",
			"api_key": "'-key", "model": "'@model", "message": "'+1, \"quoted\"\nline", "provider": "'\tprovider", "member": "a=b",
			"input_tokens": "0", "output_tokens": "", "cost_usd": "1.05",
		}[name]
		if isChecked && lines[1][i] != want {
			t.Errorf("%s is %q, want %q", name, lines[1][i], want)
		}
	}
}

func TestExportNeedsNoMoreMemoryForMoreCalls(t *testing.T) {
	const few, many = 20_000, 400_000
	small, large := heapOfExport(t, few), heapOfExport(t, many)
	if most := small + 1<<20; large > most { // many rows alone would be some 200 MiB
		t.Errorf("the heap grew by %d for %d calls and by %d for %d", small, few, large, many)
	}
}

// heapOfExport is by how much the heap has grown at most while so many calls
// were exported.
func heapOfExport(t *testing.T, calls int64) (grown uint64) {
	t.Helper()
	inUse := func() uint64 {
		runtime.GC()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	before := inUse()
	pages := 0
	s := &rowStore{rows: calls, each: simpleRow, between: func() {
		if pages++; pages%20 == 0 {
			if now := inUse(); now > before {
				grown = max(grown, now-before)
			}
		}
	}}
	var size countingWriter
	if err := exportOf(s, calllog.FormatCSV, &size, t.Context()); err != nil {
		t.Fatal(err)
	}
	if int64(size) < 30*calls {
		t.Errorf("%d calls made %d bytes", calls, size)
	}
	return grown
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestExportEnds(t *testing.T) {
	s := &rowStore{rows: 5000, each: simpleRow}
	for _, format := range []string{calllog.FormatCSV, calllog.FormatJSON} {
		if err := exportOf(s, format, fullDisk{}, t.Context()); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s to a full disk: %v", format, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.between = cancel
	if err := exportOf(s, calllog.FormatCSV, io.Discard, ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if err := exportOf(s, "xml", io.Discard, t.Context()); apperr.Code(err) != "export_format_unknown" {
		t.Errorf("as xml: %v", err)
	}
}
