package main

import (
	"fmt"
	"time"
)

// killedDuring returns the restart that a call met; nil: it met none.
func killedDuring(k *call, restarts []restart) *restart {
	for i := range restarts {
		x := &restarts[i]
		until := x.ready
		if until.IsZero() {
			until = time.Now()
		}
		if k.over(x.at, until) {
			return x
		}
	}
	return nil
}

// checkReplies holds every answer against what the upstreams did.
func (s *scene) checkReplies(r *report) {
	var faults []string
	count := map[seen]int{}
	for _, k := range s.calls {
		count[k.seen]++
		if k.verdict != "" {
			faults = append(faults, fmt.Sprintf("call %d (%s): %s", k.number, k.kind(), k.verdict))
			continue
		}
		if k.seen != sawWhole && k.seen != sawBroken {
			continue
		}
		name, seq, _ := origin(k.replyID)
		if _, q, ok := s.byName[name].served(seq); !ok || callOf(q) != k.number {
			faults = append(faults, fmt.Sprintf("call %d has the reply to another: %s", k.number, k.replyID))
		}
	}
	r.check("replies", faults, "of %d calls %d whole, %d honest errors, %d broken off in words, %d left, %d cut, %d without an answer; none mixed, none cut that looks whole",
		len(s.calls), count[sawWhole], count[sawError], count[sawBroken], count[sawLeft], count[sawCut], count[sawNobody])
}

// checkFailover: while the healthy member can be reached, the client sees no
// failure that it could have answered.
func (s *scene) checkFailover(r *report, rows map[int]*row, restarts []restart) {
	var faults []string
	asked, passedOn, refused, inRestarts, rescued := 0, 0, 0, 0, 0
	for _, k := range s.calls {
		if k.seen == sawLeft {
			continue
		}
		asked++
		met := killedDuring(k, restarts)
		entry := rows[k.number]
		switch {
		case k.seen == sawWhole || k.seen == sawBroken:
			if k.seen == sawWhole && entry != nil && len(entry.attempts) > 1 {
				rescued++
			}
		case k.refused != 0 && k.seen == sawError && k.status == k.refused:
			refused++
		case met != nil:
			inRestarts++
		case k.seen == sawError && s.isPassed(k, entry):
			passedOn++
		default:
			faults = append(faults, fmt.Sprintf("call %d (%s) began %s: %s, status %d, %s: %.120s; %s",
				k.number, k.kind(), k.began.Format("15:04:05.000"), k.seen, k.status, k.errorCode, k.text, told(entry)))
		}
	}
	if rescued == 0 {
		faults = append(faults, "no call needed a second member: this was no test")
	}
	r.check("failover", faults, "of %d calls 0 got a failure that a healthy member could have answered; %d needed several attempts, %d were at fault themselves, %d had no right, %d met a restart",
		asked, rescued, passedOn, refused, inRestarts)
}

// isPassed tells whether an error is the upstream's word that the caller is at
// fault: it did say so to this call, last, as far as the log has it.
func (s *scene) isPassed(k *call, entry *row) bool {
	if entry != nil {
		last := entry.last()
		switch last.class {
		case "caller_fault", "context_window", "content_policy":
			return s.wasPassed(k, last.member)
		}
		return false
	}
	for _, m := range s.members {
		if s.wasPassed(k, m.name) {
			return true
		}
	}
	return false
}

// wasPassed tells whether a member found a call's client at fault.
func (s *scene) wasPassed(k *call, name string) bool {
	for _, seq := range s.asked[askedOf{name, k.number}] {
		a, _, _ := s.byName[name].served(seq)
		can := a.json
		if k.stream {
			can = a.stream
		}
		if can == passed && (k.group != code || !a.speaksKeyword()) || a.name == "FLT-067:options" && k.usage {
			return true
		}
	}
	return false
}

func told(entry *row) string {
	if entry == nil {
		return "the log doesn't know it"
	}
	words := "the log: " + entry.state
	for _, a := range entry.attempts {
		words += fmt.Sprintf(" → %s %s", a.member, a.class)
	}
	return words
}

func (k *call) kind() string {
	if k.stream {
		return k.group + ", stream"
	}
	return k.group + ", JSON"
}
