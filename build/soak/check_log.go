package main

import (
	"fmt"
	"time"
)

// What a kill may cost: finished calls wait in memory for this long.
const flushPromised = 100 * time.Millisecond

// busyMachine is what the write itself, and a machine with other work, may add.
const busyMachine = 400 * time.Millisecond

// openAfter is how long a call runs before the log has it as open.
const openAfter = time.Second

// checkLog holds the log's rows against what clients saw.
func (s *scene) checkLog(r *report, all []*row, restarts []restart) {
	var faults []string
	rows := map[int]*row{}
	for _, entry := range all {
		if rows[entry.number] != nil {
			faults = append(faults, fmt.Sprintf("call %d is there twice", entry.number))
		}
		rows[entry.number] = entry
	}
	states := map[string]int{}
	for _, entry := range all {
		states[entry.state]++
		if entry.number >= len(s.calls) {
			faults = append(faults, fmt.Sprintf("call %s is of nobody", entry.id))
		}
	}
	for _, k := range s.calls {
		if words := s.disagrees(k, rows[k.number], killedDuring(k, restarts)); words != "" {
			faults = append(faults, fmt.Sprintf("call %d (%s), which its client saw as %s %d: %s", k.number, k.kind(), k.seen, k.status, words))
		}
	}
	r.check("log", faults, "%d rows, none doubled: %v", len(all), states)
	s.checkLoss(r, rows, restarts)
}

// disagrees compares a call's row with what its client saw, as far as no kill
// came between: those are checkLoss's.
func (s *scene) disagrees(k *call, entry *row, met *restart) string {
	if entry == nil {
		switch {
		case k.seen == sawNobody || met != nil && met.how == killed:
			return ""
		case !k.answered() && (k.id == "" || met != nil): // it may have left before it was heard
			return ""
		case s.nearKill(k) != nil:
			return "" // checkLoss
		}
		return "the log doesn't know it"
	}
	if k.id != "" && entry.id != k.id {
		return fmt.Sprintf("the log's id is %s, the client's %s", entry.id, k.id)
	}
	if entry.state == "interrupted" {
		if met != nil && met.how != stopped || s.nearKill(k) != nil {
			return ""
		}
		return "interrupted, with no kill near"
	}
	want := ""
	switch k.seen {
	case sawWhole:
		want = "ok"
	case sawBroken:
		want = "partial"
	case sawError:
		want = "failed"
		if entry.state == "refused" {
			want = "refused"
		}
		if entry.errorCode != k.errorCode && want == "refused" {
			return fmt.Sprintf("code %q in the log, %q for the client", entry.errorCode, k.errorCode)
		}
	default:
		return "" // it has gone: what became of the call it didn't see
	}
	if entry.state != want || entry.status != k.status {
		return fmt.Sprintf("%s %d in the log", entry.state, entry.status)
	}
	if k.seen == sawWhole {
		if name, _, _ := origin(k.replyID); name != entry.last().member {
			return fmt.Sprintf("answered by %s, in the log by %s", name, entry.last().member)
		}
	}
	return ""
}

// nearKill is the kill right after a finished call, so near that the log may
// have lost it.
func (s *scene) nearKill(k *call) *restart {
	for i := range s.restarts {
		x := &s.restarts[i]
		if before := x.at.Sub(k.ended); x.how == killed && before >= 0 && before < flushPromised+busyMachine {
			return x
		}
	}
	return nil
}

// checkLoss: a kill costs at most the calls of the last moment, and what ran is
// told as interrupted.
func (s *scene) checkLoss(r *report, rows map[int]*row, restarts []restart) {
	var faults []string
	kills, dumps, stops, lost, interrupted, ran := 0, 0, 0, 0, 0, 0
	oldest, longest := time.Duration(0), time.Duration(0)
	for i := range restarts {
		x := &restarts[i]
		if !x.ready.IsZero() {
			longest = max(longest, x.ready.Sub(x.ended))
		}
		switch x.how {
		case stopped:
			stops++
			continue
		case dumped:
			dumps++
		default:
			kills++
		}
		for _, k := range s.calls {
			entry := rows[k.number]
			gone := entry == nil || entry.state == "interrupted"
			switch before := x.at.Sub(k.ended); {
			case k.answered() && gone && before >= 0 && (i == 0 || k.began.After(restarts[i-1].at)):
				lost++
				oldest = max(oldest, before)
				if before >= flushPromised+busyMachine {
					faults = append(faults, fmt.Sprintf("call %d was answered %v before the kill, and is lost", k.number, before))
				}
			case k.seen == sawCut && k.over(x.at, x.ended) && x.at.Sub(k.began) > openAfter+flushPromised+busyMachine:
				ran++
				if entry == nil {
					faults = append(faults, fmt.Sprintf("call %d ran for %v when it was killed, and the log doesn't know it", k.number, x.at.Sub(k.began)))
				}
			}
		}
	}
	for _, entry := range rows {
		switch entry.state {
		case "interrupted":
			interrupted++
		case "open":
			faults = append(faults, fmt.Sprintf("call %d is still open", entry.number))
		}
	}
	r.check("kills", faults, "%d kills, %d dumps and %d stops: %d answered calls lost, the oldest %v before its kill (%v promised, %v for a busy machine); %d interrupted, of %d that ran for more than a second; longest start %v",
		kills, dumps, stops, lost, oldest.Round(time.Millisecond), flushPromised, busyMachine, interrupted, ran, longest.Round(time.Millisecond))
}
