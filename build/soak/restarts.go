package main

import (
	"context"
	"fmt"
	"time"
)

// restartAll ends the program at random moments, and starts it again. The last
// part of the calls is left to one run.
func (s *scene) restartAll(ctx context.Context) error {
	r := s.random(drawsRestarts, 0)
	last := float64(s.options.calls) * 0.8
	for n := range s.options.restarts {
		at := int64(last*float64(n)/float64(s.options.restarts) + last/float64(s.options.restarts)*(0.2+0.7*r.Float64()))
		if !s.reach(ctx, at) {
			return ctx.Err()
		}
		pause(ctx, time.Duration(r.IntN(150))*time.Millisecond)
		if err := s.restart(ctx, n, r.IntN(1000)); err != nil {
			return fmt.Errorf("restart %d: %w", n+1, err)
		}
	}
	s.restarted.Store(true)
	return nil
}

// reach waits for a number of finished calls; false: it won't come.
func (s *scene) reach(ctx context.Context, calls int64) bool {
	for s.finished.Load() < calls {
		if ctx.Err() != nil || time.Since(s.began) > s.time {
			return false
		}
		pause(ctx, 5*time.Millisecond)
	}
	return true
}

// restart ends the program in one of several ways.
func (s *scene) restart(ctx context.Context, n, chance int) error {
	switch n % 6 {
	case 0: // a kill whose health is looked at
		goOn := s.editor.rest()
		defer goOn()
		if err := s.askGone(ctx); err != nil {
			return err
		}
		if err := s.health.over(ctx, s.program); err != nil {
			return err
		}
		return s.welcome(ctx)
	case 2: // calls in flight finish first
		if err := s.program.stop(); err != nil {
			return err
		}
	case 4: // killed again while it starts
		if err := s.program.kill(); err != nil {
			return err
		}
		if err := s.program.stillborn(time.Duration(5+chance%200) * time.Millisecond); err != nil {
			return err
		}
	default:
		if err := s.program.kill(); err != nil {
			return err
		}
	}
	if err := s.program.start(); err != nil {
		return err
	}
	return s.welcome(ctx)
}

// welcome looks what a start has to say, and lets calls come.
func (s *scene) welcome(ctx context.Context) error {
	page, err := logIn(ctx, s.program.admin)
	if err != nil {
		return err
	}
	defer page.close()
	var about struct {
		Notices []struct {
			Code   string            `json:"code"`
			Params map[string]string `json:"params"`
		} `json:"notices"`
	}
	if err := page.rpc(ctx, "System/About", &about); err != nil {
		return err
	}
	for _, notice := range about.Notices {
		s.notices = append(s.notices, fmt.Sprintf("a start has this notice: %s %v", notice.Code, notice.Params))
	}
	s.program.open()
	return nil
}

// askGone makes the call that no member can answer, after which its group's one
// is passed over for long.
func (s *scene) askGone(ctx context.Context) error {
	run, err := s.program.await(ctx)
	if err != nil {
		return err
	}
	c := newClient(s.program.gateway)
	defer c.close()
	number := int(s.next.Add(1)) - 1
	k := newCall(s.random(drawsCalls, uint64(number)), number)
	k.group, k.key, k.refused, k.leaves = gone, keyBoth, 404, leaving{}
	s.ask(ctx, c, k, run)
	return nil
}
