package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is all that was measured.
type report struct {
	bench *bench
	rows  []row
	rest  rest
	// answers are the gateway's in all rounds, logged the rows in its database.
	answers, logged int
}

func sorted[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return list
}

// median of none is 0.
func median[T cmp.Ordered](list []T) (m T) {
	if len(list) == 0 {
		return m
	}
	return sorted(slices.Clone(list))[len(list)/2]
}

// over is the median of something over the rounds.
func over[T cmp.Ordered](cells []cell, of func(*cell) T) T {
	var list []T
	for i := range cells {
		list = append(list, of(&cells[i]))
	}
	return median(list)
}

func cpuOf(c *cell) float64 { return float64(c.cpu) / float64(time.Microsecond) }

func quantile(q float64) func(*cell) float64 {
	return func(c *cell) float64 { return inMS(at(c.latencies, q)) }
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ratios are a value's by round, against what the row is held against; both
// were measured within seconds of each other.
func (r *report) ratios(row *row, of func(*cell) float64) []float64 {
	against := row.floor
	if row.beside != "" {
		other := r.row(row.beside)
		if other == nil {
			return nil
		}
		against = other.gateway
	}
	var list []float64
	for i := range row.gateway {
		if i < len(against) && of(&against[i]) > 0 {
			list = append(list, of(&row.gateway[i])/of(&against[i]))
		}
	}
	return list
}

func (r *report) row(name string) *row {
	for i := range r.rows {
		if r.rows[i].name == name && len(r.rows[i].gateway) > 0 {
			return &r.rows[i]
		}
	}
	return nil
}

// text is the report as Markdown.
func (r *report) text() string {
	var b strings.Builder
	model, kernel := machine()
	name := "Headgate"
	if r.bench.options.gateway != "" {
		name = r.bench.options.gateway
	}
	fmt.Fprintf(&b, "# %s beside a bare reverse proxy\n\n", name)
	fmt.Fprintf(&b, "%s, %d cores of %s, %s, %s; %d rounds of %v each, medians; loopback.\n",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), model, kernel, runtime.Version(), r.bench.rounds, r.bench.time)
	b.WriteString(`CPU time is the gateway's for each answer, its log counted in until the last row is written. The bare proxy is
Go's httputil.ReverseProxy with a tuned Transport: no key check, no usage, no log, nowhere else to turn.

`)
	r.table(&b, name)
	if budget := r.budget(); len(budget) > 0 {
		b.WriteString("\n## Budget\n\n| what | bound | measured | |\n|---|---|---|---|\n")
		for _, l := range budget {
			verdict := "pass"
			if !l.pass() {
				verdict = "**short**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.what, l.words(l.bound), l.words(l.measured), verdict)
		}
	}
	return b.String()
}

func (r *report) table(b *strings.Builder, name string) {
	fmt.Fprintf(b, "| | CPU µs: bare | %s | ratio | req/s: bare | %s | p50 ms: bare | %s | p99 ms: bare | %s | rows missing |\n", name, name, name, name)
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range r.rows {
		row := &r.rows[i]
		if len(row.gateway) == 0 {
			continue
		}
		bare := func(of func(*cell) float64, format string) string {
			if len(row.floor) == 0 {
				return "–"
			}
			return fmt.Sprintf(format, over(row.floor, of))
		}
		missing := 0
		for _, c := range row.gateway {
			missing += c.missing
		}
		ratio := "–"
		if list := r.ratios(row, cpuOf); len(list) > 0 {
			ratio = fmt.Sprintf("%.2f", median(list))
		}
		if row.beside != "" {
			ratio += " ¹"
		}
		fmt.Fprintf(b, "| %s | %s | %.1f | %s | %s | %.0f | %s | %.2f | %s | %.2f | %d |\n", row.name,
			bare(cpuOf, "%.1f"), over(row.gateway, cpuOf), ratio,
			bare((*cell).rate, "%.0f"), over(row.gateway, (*cell).rate),
			bare(quantile(0.5), "%.2f"), over(row.gateway, quantile(0.5)),
			bare(quantile(0.99), "%.2f"), over(row.gateway, quantile(0.99)), missing)
	}
	b.WriteString("\n¹ to the same without it.\n")
	for i := range r.rows {
		row := &r.rows[i]
		tellFailed(b, row.name+", bare proxy", row.floor)
		tellFailed(b, row.name+", "+name, row.gateway)
	}
	for i := range r.rows {
		if row := &r.rows[i]; row.kind == paced && len(row.gateway) > 0 && len(row.floor) > 0 {
			fmt.Fprintf(b, "\n%s, from the upstream's write to the client: first chunk %.2f ms (bare %.2f), any chunk %.2f ms (bare %.2f), 99 %% of chunks %.2f ms (bare %.2f).\n",
				row.name, over(row.gateway, firstDelay), over(row.floor, firstDelay),
				over(row.gateway, eventDelay(0.5)), over(row.floor, eventDelay(0.5)),
				over(row.gateway, eventDelay(0.99)), over(row.floor, eventDelay(0.99)))
		}
	}
	r.restText(b)
}

// tellFailed says what was left out of a row: only whole replies are counted.
func tellFailed(b *strings.Builder, where string, cells []cell) {
	failed := 0
	var failure error
	for _, c := range cells {
		failed += c.failed
		failure = cmp.Or(failure, c.failure)
	}
	if failed > 0 {
		words, _, _ := strings.Cut(failure.Error(), "\n")
		fmt.Fprintf(b, "\n%s: %d requests failed: %s\n", where, failed, words)
	}
}

func firstDelay(c *cell) float64 { return inMS(at(c.firsts, 0.5)) }

func eventDelay(q float64) func(*cell) float64 {
	return func(c *cell) float64 { return inMS(at(c.events, q)) }
}

func (r *report) restText(b *strings.Builder) {
	m := r.rest
	if len(m.start) > 0 {
		fmt.Fprintf(b, "\nStart until the first reply: %.0f ms (bare %.0f ms)", inMS(median(m.start)), inMS(median(m.floorStart)))
		if len(m.startLarge) > 0 {
			fmt.Fprintf(b, "; %.0f ms with a log of %.0f MB", inMS(median(m.startLarge)), float64(m.largeBytes)/1e6)
		}
		b.WriteString(".\n")
	}
	if m.idleMemory > 0 {
		fmt.Fprintf(b, "\nIdle: %.1f MB, %.2f %% of a core.\n", float64(m.idleMemory)/1e6, 100*m.idleCPU)
	}
	if m.streams > 0 {
		fmt.Fprintf(b, "\n%d streams that say nothing: %.1f KB each; %.1f MB more than before once they have gone, given back after %.1f s; rows missing: %d.\n",
			m.streams, float64(m.perStream)/1e3, float64(m.afterStreams)/1e6, m.backAfter.Seconds(), m.rowsMissing)
	}
}
