package main

import (
	"context"
	"fmt"
	"time"

	"headgate/app/calllog"
)

// statistics asks the running program for the figures of all calls.
func (s *scene) statistics(ctx context.Context, page *admin) (stats calllog.Stats, err error) {
	err = page.rpc(ctx, "Calls/Stats", &stats, calllog.StatsQuery{
		From: s.began.Add(-time.Hour).UnixMilli(), To: time.Now().Add(time.Hour).UnixMilli(), Buckets: 100, Top: 100,
	})
	return stats, err
}

// sums are what statistics say, counted from rows.
func sums(rows []*row) map[string]int64 {
	n := map[string]int64{}
	for _, entry := range rows {
		n["calls"]++
		n[entry.state]++
		n["attempts"] += int64(len(entry.attempts))
		if entry.state == "ok" && len(entry.attempts) > 1 {
			n["rescued"]++
		}
		for _, a := range entry.attempts {
			if a.class != "ok" && a.blames != "nobody" {
				n["attempts failed"]++
			}
		}
		n["input"] += entry.input.Int64
		n["output"] += entry.output.Int64
		n["cost"] += entry.cost.Int64
		if reached := len(entry.attempts) > 0; reached && !entry.input.Valid {
			n["input unknown"]++
		}
		if reached := len(entry.attempts) > 0; reached && !entry.cost.Valid {
			n["cost unknown"]++
		}
	}
	return n
}

func figures(f calllog.Figures) map[string]int64 {
	value := func(n *int64) int64 {
		if n == nil {
			return 0
		}
		return *n
	}
	return map[string]int64{
		"calls": f.Calls, "ok": f.OK, "failed": f.Failed, "partial": f.Partial, "canceled": f.Canceled,
		"refused": f.Refused, "interrupted": f.Interrupted, "rescued": f.Rescued,
		"attempts": f.Attempts, "attempts failed": f.AttemptsFailed,
		"input": value(f.InputTokens), "output": value(f.OutputTokens), "cost": value(f.CostNanos),
		"input unknown": f.InputUnknown, "cost unknown": f.CostUnknown,
	}
}

// checkStats holds statistics, of which each way to part them, against rows.
func (s *scene) checkStats(r *report, rows []*row, stats calllog.Stats) {
	var faults []string
	want := sums(rows)
	compare := func(what string, got map[string]int64) {
		for name, n := range got {
			if n != want[name] {
				faults = append(faults, fmt.Sprintf("%s: %s is %d, the rows give %d", what, name, n, want[name]))
			}
		}
	}
	compare("totals", figures(stats.Totals))
	for what, parts := range map[string][]calllog.Part{
		"by model": stats.ByModel, "by group": stats.ByGroup, "by API key": stats.ByAPIKey,
		"by provider": stats.ByProvider, "by member": stats.ByMember,
	} {
		all := map[string]int64{}
		for _, part := range parts {
			for name, n := range figures(part.Figures) {
				all[name] += n
			}
		}
		compare(what, all)
	}
	all := map[string]int64{}
	for _, bucket := range stats.Series {
		for name, n := range figures(bucket.Figures) {
			all[name] += n
		}
	}
	compare("over time", all)
	r.check("statistics", faults, "%d calls, %d attempts, %d and %d tokens, $%.6f: totals, five ways to part them and the series are what %d rows give",
		want["calls"], want["attempts"], want["input"], want["output"], float64(want["cost"])/1e9, len(rows))
}
