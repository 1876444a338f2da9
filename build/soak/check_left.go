package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// hangUpPromised is how soon an upstream hears that the client has left.
const hangUpPromised = time.Second

// checkLeft looks how long upstreams went on for clients that had left. No
// proxy stands between, which would hide it.
func (s *scene) checkLeft(ctx context.Context, r *report) {
	var faults []string
	var took []time.Duration
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	left := 0
	for _, k := range s.calls {
		if k.seen != sawLeft {
			continue
		}
		left++
		for _, m := range s.members {
			for _, seq := range s.asked[askedOf{m.name, k.number}] {
				_, q, _ := m.served(seq)
				end, err := q.AwaitEnd(ctx)
				switch {
				case err != nil:
					faults = append(faults, fmt.Sprintf("call %d: %s is still at it", k.number, m.name))
				case end.HungUp && !m.proxied:
					took = append(took, max(end.At.Sub(k.ended), 0))
				}
			}
		}
	}
	longest := slices.Max(append(took, 0))
	if longest > hangUpPromised+busyMachine {
		faults = append(faults, fmt.Sprintf("an upstream heard of it after %v", longest))
	}
	r.check("leaving", faults, "%d clients left in the middle; %d upstreams were left too, the last after %v (%v promised)",
		left, len(took), longest.Round(time.Millisecond), hangUpPromised)
}
