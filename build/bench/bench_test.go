package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

// What is measured must be what was meant: whole replies, each of them in the
// log, and a first member that fails where one should.
func TestQuickRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	out := filepath.Join(t.TempDir(), "results.md")
	o, err := parse([]string{"-quick", "-rounds", "1", "-time", "50ms", "-out", out, "-scenarios", "JSON 1 KB × 16,refuses,paced"})
	if err != nil {
		t.Fatal(err)
	}
	if err := run(ctx, o); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text := string(written)
	for _, want := range []string{
		"| " + jsonName + " | ", "| first member refuses, JSON × 16 | – | ", "| CPU, first member refuses, JSON × 16 | 1.50 × | ",
		"| first chunk after the upstream's, median | 1.00 ms | ", " answers | 0 | 0 | pass |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the results lack %q:\n%s", want, text)
		}
	}
	// The bare proxy itself loses a stream now and then: it gives its client's
	// body to a Transport that is still reading it when the reply is there.
	if strings.Contains(text, ", Headgate: ") {
		t.Errorf("requests failed:\n%s", text)
	}
}

// A gateway that answers late must not make an open loop ask later: requests are
// due when they are due.
func TestOpenLoopCountsFromWhenRequestsWereDue(t *testing.T) {
	s := shot{rate: 1000, time: 50 * time.Millisecond}
	next := s.turns(t.Context())()
	count := 0
	var first, last time.Time
	for at, ok := next(); ok; at, ok = next() {
		if count == 0 {
			first = at
		}
		last = at
		count++
	}
	if count != 50 || last.Sub(first) != 49*time.Millisecond {
		t.Errorf("%d requests were due within %v, want 50 within 49ms", count, last.Sub(first))
	}
}

func TestRatiosPairRounds(t *testing.T) {
	cells := func(micros ...int) (list []cell) {
		for _, m := range micros {
			list = append(list, cell{cpu: time.Duration(m) * time.Microsecond})
		}
		return list
	}
	r := &report{bench: &bench{}, rows: []row{
		{scenario: scenario{name: jsonName}, floor: cells(10, 100, 20), gateway: cells(5, 80, 14)},
		{scenario: scenario{name: "20 keywords, JSON × 16", beside: jsonName}, gateway: cells(6, 80, 21)},
	}}
	if got := median(r.ratios(&r.rows[0], cpuOf)); got != 0.7 {
		t.Errorf("beside the bare proxy %v, want 0.7", got)
	}
	if got := median(r.ratios(&r.rows[1], cpuOf)); got != 1.2 {
		t.Errorf("beside the same without keywords %v, want 1.2", got)
	}
	for _, l := range r.budget() {
		if want := map[string]bool{"CPU, " + jsonName: true, "CPU, 20 keywords, JSON × 16": false}; strings.HasPrefix(l.what, "CPU") && l.pass() != want[l.what] {
			t.Errorf("%s: pass is %v", l.what, l.pass())
		}
	}
}
