package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// bench is one run of the program.
type bench struct {
	options
	dir  string
	mock *process

	floor   *process
	gateway *headgate
	// answers is how many replies the gateway gave, those to warm up included.
	answers int
}

func (b *bench) close() {
	if b.gateway != nil {
		b.gateway.stop()
	}
	b.floor.stop()
	b.mock.stop()
}

// cell is one scenario at one gateway in one round.
type cell struct {
	volley
	cpu     time.Duration // of the gateway, for each answer, the log counted in
	missing int           // answers that the call log doesn't have
}

func (c *cell) rate() float64 { return float64(c.answered) / c.wall.Seconds() }

// row is a scenario in all rounds.
type row struct {
	scenario
	floor, gateway []cell // by round; floor is empty for those beside another
}

// measure goes through all scenarios, round by round, so that what disturbs the
// machine for a while disturbs all of them.
func (b *bench) measure(ctx context.Context, chosen []scenario) (*report, error) {
	if err := b.begin(ctx); err != nil {
		return nil, err
	}
	r := &report{bench: b, rows: make([]row, len(chosen))}
	for i, s := range chosen {
		r.rows[i].scenario = s
	}
	for round := range b.rounds {
		for i := range r.rows {
			if err := b.play(ctx, &r.rows[i], round); err != nil {
				return nil, fmt.Errorf("%s: %w", r.rows[i].name, err)
			}
		}
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round+1, b.rounds)
	}
	if b.options.gateway != "" {
		return r, nil
	}
	if len(chosen) > 0 {
		b.gateway.stop()
		rows, err := rowsIn(ctx, b.data())
		if err != nil {
			return nil, err
		}
		r.answers, r.logged = b.answers, rows
	}
	return r, b.measureRest(ctx, r)
}

// data is the measured gateway's folder.
func (b *bench) data() string { return filepath.Join(b.dir, "data") }

// begin starts the bare proxy and the gateway.
func (b *bench) begin(ctx context.Context) (err error) {
	if b.floor, err = startRole(ctx, "floor", "127.0.0.1:0", upstreamVariable+"="+b.mock.address); err != nil {
		return err
	}
	if b.options.gateway != "" {
		base, err := url.Parse(b.options.gateway)
		if err != nil {
			return err
		}
		b.gateway = &headgate{process: &process{pid: b.pid, address: base.Host}}
		return nil
	}
	if err := b.furnish(ctx, b.data()); err != nil {
		return err
	}
	if b.gateway, err = b.serve(ctx, b.data(), "127.0.0.1:0"); err != nil {
		return err
	}
	return b.gateway.login()
}

// play measures a row once: the bare proxy and the gateway by turns, the other
// one first in every second round.
func (b *bench) play(ctx context.Context, r *row, round int) error {
	own := b.gateway.admin != ""
	if !own && r.group != groupPlain {
		return nil // what it is configured for is not ours to say
	}
	turns := []func() error{
		func() error {
			if r.beside != "" {
				return nil
			}
			c, err := b.one(ctx, r.scenario, &headgate{process: b.floor})
			r.floor = append(r.floor, c)
			return err
		},
		func() error {
			c, err := b.one(ctx, r.scenario, b.gateway)
			r.gateway = append(r.gateway, c)
			return err
		},
	}
	if round%2 == 1 {
		slices.Reverse(turns)
	}
	for _, turn := range turns {
		if err := turn(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// warmth is how long a scenario runs before it is measured.
const warmth = 150 * time.Millisecond

// one measures a scenario at one gateway.
func (b *bench) one(ctx context.Context, s scenario, at *headgate) (c cell, err error) {
	fired := b.shot(s, at)
	warm := fired
	warm.time, warm.count = warmth, 0
	if s.group == groupCool {
		warm.count, warm.time = coolsAt+2*s.clients, 0
	}
	if s.dead {
		if err := at.warmUp(); err != nil {
			return c, err
		}
	} else if _, err := b.volley(ctx, warm, at); err != nil {
		return c, err
	}
	before, err := at.cpu()
	if err != nil {
		return c, err
	}
	if c, err = b.volley(ctx, fired, at); err != nil {
		return c, err
	}
	after, err := at.cpu()
	if err != nil {
		return c, err
	}
	c.cpu = (after - before) / time.Duration(max(1, c.answered))
	return c, nil
}

// volley fires and waits until all of it is in the log.
func (b *bench) volley(ctx context.Context, s shot, at *headgate) (c cell, err error) {
	var before logged
	if at.admin != "" {
		if before, err = at.logged(); err != nil {
			return c, err
		}
	}
	if c.volley, err = fire(ctx, s); err != nil {
		return c, err
	}
	if c.answered == 0 {
		return c, fmt.Errorf("no request was answered: %w", c.failure)
	}
	if at.admin == "" {
		time.Sleep(warmth)
		return c, nil
	}
	b.answers += c.answered
	c.missing, err = at.settle(before, c.answered)
	return c, err
}

// shot is a scenario as it is fired at a gateway.
func (b *bench) shot(s scenario, at *headgate) shot {
	path, key, model := "/v1/chat/completions", benchKey, s.group
	if at == b.gateway && b.options.gateway != "" {
		base, _ := url.Parse(b.options.gateway) // begin has parsed it
		path, key, model = base.Path+"/chat/completions", b.key, b.model
	}
	mark := ""
	if s.kind == paced {
		mark = pacedMark
	}
	made := shot{
		address: at.address, isStream: s.kind == stream || s.kind == paced, paced: s.kind == paced,
		clients: s.clients, rate: s.rate, time: b.time,
	}
	if s.dead {
		made.count = deadGroups * deadTries
		list := make([][]byte, deadGroups)
		for i := range list {
			list[i] = request(at.address, path, key, body(s.kind, deadGroup(i), ""))
		}
		made.requests = func(n int) []byte { return list[n%deadGroups] }
		return made
	}
	asked := request(at.address, path, key, body(s.kind, model, mark))
	made.requests = func(int) []byte { return asked }
	return made
}
