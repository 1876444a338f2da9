package main

import "fmt"

// line is a bound and what was measured. Where equals are compared, two runs of
// the same differ by some 3 %: within is what may be over.
type line struct {
	what            string
	bound, measured float64
	unit            string
	within          float64
}

func (l *line) pass() bool { return l.measured <= l.bound*(1+l.within) }

func (l *line) words(v float64) string {
	if l.unit == "rows" {
		return fmt.Sprintf("%.0f", v)
	}
	if l.unit == "×" {
		return fmt.Sprintf("%.2f ×", v)
	}
	return fmt.Sprintf("%.2f %s", v, l.unit)
}

// noise is what two runs of the same differ by.
const noise = 0.03

// bounds of CPU time, by scenario.
var cpuBounds = map[string]float64{
	"JSON 1 KB × 1": 0.8, jsonName: 0.8, "JSON 1 KB × 64": 0.8, "JSON 1 KB × 256": 0.8,
	"prompt 100 KB × 16": 0.8, "200 JSON a second": 0.8,
	streamName: 1, "paced streams × 32": 1,
	"20 keywords, JSON × 16": 1.15, "20 keywords, stream × 16": 1.15,
	"10 keys, JSON × 16":              1,
	"first member refuses, JSON × 16": 1.5, "first member cools down, JSON × 16": 1,
}

// lateBounds of p50 and p99, to the bare proxy's.
const p50Bound, p99Bound = 1, 1.2

// leftBound is what may be left of many streams, in MB: Go gives the descriptors of
// goroutines back to nobody, nor what it keeps books of a heap of 500 MB with.
const leftBound = 50

// budget holds what was measured against what Headgate promises.
func (r *report) budget() (list []line) {
	for i := range r.rows {
		row := &r.rows[i]
		if ratios := r.ratios(row, cpuOf); len(ratios) > 0 {
			l := line{what: "CPU, " + row.name, bound: cpuBounds[row.name], measured: median(ratios), unit: "×"}
			if row.beside != "" {
				l.within = noise
			}
			list = append(list, l)
		}
	}
	for i := range r.rows {
		row := &r.rows[i]
		if row.beside != "" || row.kind == paced {
			continue
		}
		if ratios := r.ratios(row, quantile(0.5)); len(ratios) > 0 {
			list = append(list,
				line{"p50, " + row.name, p50Bound, median(ratios), "×", noise},
				line{"p99, " + row.name, p99Bound, median(r.ratios(row, quantile(0.99))), "×", noise})
		}
	}
	for i := range r.rows {
		row := &r.rows[i]
		if row.kind == paced && len(row.gateway) > 0 {
			list = append(list,
				line{"first chunk after the upstream's, median", 1, over(row.gateway, firstDelay), "ms", 0},
				line{"any chunk after the upstream's, median", 1, over(row.gateway, eventDelay(0.5)), "ms", 0})
		}
	}
	m := r.rest
	if r.answers > 0 {
		missing := r.answers - r.logged + m.rowsMissing
		list = append(list, line{fmt.Sprintf("log rows missing, of %d answers", r.answers+m.streams), 0, float64(missing), "rows", 0})
	}
	if len(m.start) > 0 {
		list = append(list, line{"start until the first reply", 50, inMS(median(m.start)), "ms", 0})
	}
	if len(m.startLarge) > 0 {
		list = append(list, line{fmt.Sprintf("the same with a log of %.0f MB", float64(m.largeBytes)/1e6), 100, inMS(median(m.startLarge)), "ms", 0})
	}
	if m.idleMemory > 0 {
		list = append(list, line{"idle memory", 30, float64(m.idleMemory) / 1e6, "MB", 0})
	}
	if m.streams > 0 {
		list = append(list, line{fmt.Sprintf("each of %d streams that say nothing", m.streams), 60, float64(m.perStream) / 1e3, "KB", 0},
			line{"memory left of them once they have gone", leftBound, float64(m.afterStreams) / 1e6, "MB", 0})
	}
	return list
}
