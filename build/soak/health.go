package main

import (
	"context"
	"fmt"
	"time"

	"headgate/app/catalog"
)

// What is learnt of members is kept when it is this old, in seconds; the rest
// is for the write.
const healthKept = 4 * time.Second

// healthMoved is how far a cooldown's end may move by a restart: it is kept by
// the clock on the wall, and held by the monotonic one.
const healthMoved = 2 * time.Second

// healthWatch looks at what of the members' health outlives a kill.
type healthWatch struct {
	compared int
	faults   []string
}

func benched(ctx context.Context, address string) (map[int64]int64, error) {
	page, err := logIn(ctx, address)
	if err != nil {
		return nil, err
	}
	defer page.close()
	var list []catalog.MemberHealth
	if err := page.rpc(ctx, "Groups/Health", &list); err != nil {
		return nil, err
	}
	until := map[int64]int64{}
	for _, member := range list {
		if member.CooldownUntil > 0 {
			until[member.MemberID] = member.CooldownUntil
		}
	}
	return until, nil
}

// over kills the program and starts it again, and compares cooldowns that were
// long known with those that are known then. Nobody edits meanwhile.
func (w *healthWatch) over(ctx context.Context, p *program) error {
	long, err := benched(ctx, p.admin)
	if err != nil {
		return err
	}
	pause(ctx, healthKept)
	before, err := benched(ctx, p.admin)
	if err != nil {
		return err
	}
	if err := p.kill(); err != nil {
		return err
	}
	if err := p.start(); err != nil {
		return err
	}
	after, err := benched(ctx, p.admin)
	if err != nil {
		return err
	}
	now := time.Now().Add(healthMoved).UnixMilli()
	for id, until := range before {
		if long[id] != until || until < now {
			continue // news, or about to end
		}
		w.compared++
		if moved := time.Duration(after[id]-until) * time.Millisecond; after[id] == 0 || moved.Abs() > healthMoved {
			w.faults = append(w.faults, fmt.Sprintf("member %d was passed over until %s, after the restart until %s",
				id, clock(until), clock(after[id])))
		}
	}
	return nil
}

func clock(millis int64) string {
	if millis == 0 {
		return "no time"
	}
	return time.UnixMilli(millis).Format("15:04:05.000")
}
