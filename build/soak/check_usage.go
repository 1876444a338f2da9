package main

import (
	"database/sql"
	"fmt"
)

// checkUsage holds tokens, costs and round trips in the log against what each
// upstream says that it served.
func (s *scene) checkUsage(r *report, all []*row) {
	var faults []string
	known, unknown, attempts, requests := 0, 0, 0, 0
	for _, entry := range all {
		if entry.number >= len(s.calls) || entry.state == "interrupted" {
			continue
		}
		k := s.calls[entry.number]
		if words := s.usageOf(k, entry); words != "" {
			faults = append(faults, fmt.Sprintf("call %d (%s): %s", k.number, k.kind(), words))
		}
		if entry.input.Valid {
			known++
		} else if entry.state == "ok" {
			unknown++
		}
		trips := map[string]int{}
		for _, a := range entry.attempts {
			trips[a.member]++
		}
		for _, m := range s.members {
			got := len(s.asked[askedOf{m.name, k.number}])
			attempts, requests = attempts+trips[m.name], requests+got
			if words := m.tripsOf(trips[m.name], got, entry.state == "canceled"); words != "" {
				faults = append(faults, fmt.Sprintf("call %d: %s", k.number, words))
			}
		}
	}
	r.check("usage", faults, "%d rows with the tokens that their upstream told, and their price; %d complete replies told none; %d attempts in the log, %d requests at the upstreams",
		known, unknown, attempts, requests)
}

// tripsOf holds the attempts of a call at a member against the requests that
// arrived there.
func (m *member) tripsOf(attempts, requests int, canceled bool) string {
	words := fmt.Sprintf("%d attempts at %s in the log, %d requests arrived", attempts, m.name, requests)
	switch {
	case attempts == requests:
		return ""
	case requests < attempts:
		if m.proxied || m.misbehaves || canceled {
			return "" // lost on the way, or on a connection that was just being closed
		}
	case requests > attempts && attempts > 0:
		// Asked once more over a new connection, or without what it refused.
		if m.misbehaves || m.proxied {
			return ""
		}
	}
	return words
}

// usageOf checks the tokens and the cost of a row.
func (s *scene) usageOf(k *call, entry *row) string {
	m := s.byName[entry.last().member]
	if m == nil {
		if entry.input.Valid || entry.cost.Valid {
			return "tokens or a cost without an upstream"
		}
		return ""
	}
	input, output := entry.input, entry.output
	if input.Valid != output.Valid {
		return "half of the tokens"
	}
	cost := sql.NullInt64{}
	if input.Valid && (entry.state == "ok" || entry.state == "partial" || entry.state == "canceled") {
		// Millionths of whole dollars, in billionths of one.
		cost = sql.NullInt64{Int64: 1000 * (input.Int64*m.price[0] + output.Int64*m.price[1]), Valid: true}
	}
	if entry.cost != cost {
		return fmt.Sprintf("a cost of %v, where %v is due", entry.cost, cost)
	}
	served := false
	for _, seq := range s.asked[askedOf{m.name, k.number}] {
		a, _, _ := m.served(seq)
		served = served || a.input == input.Int64 && a.output == output.Int64
	}
	switch {
	case input.Valid && !served:
		return fmt.Sprintf("%s told no %d and %d tokens", m.name, input.Int64, output.Int64)
	case !input.Valid && m.name == steady && k.seen == sawWhole:
		return "the healthy member's tokens are not in the log"
	}
	return ""
}
