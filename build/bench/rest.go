package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// rest is what isn't requests per second.
type rest struct {
	start, floorStart []time.Duration // until the first reply, sorted
	startLarge        []time.Duration // with a large log
	largeBytes        int64
	idleMemory        int64
	idleCPU           float64 // of one core
	streams           int
	perStream         int64         // bytes
	afterStreams      int64         // bytes more than before, goneTime after they went
	backAfter         time.Duration // how soon it was not much more than that
	rowsMissing       int
}

const (
	startTries = 7
	idleTime   = 3 * time.Second
	goneTime   = 12 * time.Second // in which what streams needed goes back on a busy machine
	heldMost   = 10_000
	spareFiles = 1600
)

func (b *bench) measureRest(ctx context.Context, r *report) (err error) {
	if wanted(b.scenarios, "start") {
		if r.rest.start, err = b.starts(ctx, filepath.Join(b.dir, "data-start")); err != nil {
			return fmt.Errorf("start: %w", err)
		}
		if r.rest.floorStart, err = b.floorStarts(ctx); err != nil {
			return fmt.Errorf("start: %w", err)
		}
		if b.logCalls > 0 {
			if err := b.startLarge(ctx, r); err != nil {
				return fmt.Errorf("start with a large log: %w", err)
			}
		}
	}
	if wanted(b.scenarios, "idle") {
		if err := b.idle(ctx, r); err != nil {
			return fmt.Errorf("idle: %w", err)
		}
	}
	if wanted(b.scenarios, "held streams") {
		if err := b.held(ctx, r); err != nil {
			return fmt.Errorf("held streams: %w", err)
		}
	}
	return nil
}

// starts measures from the program's start until the first reply to a client that
// has been trying all the time.
func (b *bench) starts(ctx context.Context, data string) (took []time.Duration, err error) {
	if _, err := os.Stat(data); err != nil {
		if err := b.furnish(ctx, data); err != nil {
			return nil, err
		}
	}
	for range startTries {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		reply := b.firstReply(address)
		h, err := b.serve(ctx, data, address)
		if err != nil {
			return nil, err
		}
		one := <-reply
		h.stop()
		if one.err != nil {
			return nil, one.err
		}
		took = append(took, one.took)
	}
	return sorted(took), nil
}

func (b *bench) floorStarts(ctx context.Context) (took []time.Duration, err error) {
	for range startTries {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		reply := b.firstReply(address)
		p, err := startRole(ctx, "floor", address, upstreamVariable+"="+b.mock.address)
		if err != nil {
			return nil, err
		}
		one := <-reply
		p.stop()
		if one.err != nil {
			return nil, one.err
		}
		took = append(took, one.took)
	}
	return sorted(took), nil
}

type first struct {
	took time.Duration
	err  error
}

// firstReply asks at an address until there is a reply.
func (b *bench) firstReply(address string) <-chan first {
	found, began := make(chan first, 1), time.Now()
	asked := request(address, "/v1/chat/completions", benchKey, body(whole, groupPlain, ""))
	go func() {
		for {
			c, err := dial(address)
			if err == nil {
				err = c.do(asked, false)
				c.close()
			}
			if took := time.Since(began); err == nil || took > startLimit {
				found <- first{took, err}
				return
			}
			sleepUntil(time.Now().Add(200 * time.Microsecond))
		}
	}()
	return found
}

// startLarge fills the log of another folder first, by the same way as the
// program writes it.
func (b *bench) startLarge(ctx context.Context, r *report) error {
	data := filepath.Join(b.dir, "data-large")
	if err := b.furnish(ctx, data); err != nil {
		return err
	}
	if err := b.command(ctx, "", "go", "run", "headgate/build/measure/fillcalls", "-data", data, "-calls", strconv.Itoa(b.logCalls)); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(data, "*.db"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			r.rest.largeBytes = max(r.rest.largeBytes, info.Size())
		}
	}
	r.rest.startLarge, err = b.starts(ctx, data)
	return err
}

// settled runs a program of its own that has answered once and lies still.
func (b *bench) settled(ctx context.Context, folder string) (*headgate, error) {
	data := filepath.Join(b.dir, folder)
	if err := b.furnish(ctx, data); err != nil {
		return nil, err
	}
	h, err := b.serve(ctx, data, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if one := <-b.firstReply(h.address); one.err != nil {
		h.stop()
		return nil, one.err
	}
	time.Sleep(time.Second)
	return h, nil
}

// idle looks at a program that has answered one request and nobody looks at.
func (b *bench) idle(ctx context.Context, r *report) error {
	h, err := b.settled(ctx, "data-idle")
	if err != nil {
		return err
	}
	defer h.stop()
	before, err := h.cpu()
	if err != nil {
		return err
	}
	time.Sleep(idleTime)
	after, err := h.cpu()
	if err != nil {
		return err
	}
	r.rest.idleCPU = (after - before).Seconds() / idleTime.Seconds()
	r.rest.idleMemory, err = h.memory()
	return err
}

// held opens streams that have begun and say nothing more.
func (b *bench) held(ctx context.Context, r *report) error {
	count := min(heldMost, (openFiles()-spareFiles)/2) // a stream is two to the gateway
	if b.quick {
		count = min(count, 1000)
	}
	h, err := b.settled(ctx, "data-held")
	if err != nil {
		return err
	}
	defer h.stop()
	before, err := h.memory()
	if err != nil {
		return err
	}
	asked := request(h.address, "/v1/chat/completions", benchKey, body(stream, groupPlain, heldMark))
	clients := make([]*client, count)
	defer func() {
		for _, c := range clients {
			if c != nil {
				c.close()
			}
		}
	}()
	const openers = 64
	var all sync.WaitGroup
	failures := make(chan error, openers)
	for o := range openers {
		all.Go(func() {
			for i := o; i < count; i += openers {
				c, err := dial(h.address)
				if err == nil {
					c.buf = make([]byte, 4<<10)
					clients[i] = c
					_ = c.conn.SetDeadline(time.Now().Add(replyLimit))
					if _, err = c.conn.Write(asked); err == nil {
						_, _, _, err = c.head() // the gate holds it until there is content
					}
				}
				if err != nil {
					failures <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failures:
		return err
	default:
	}
	during, err := h.memory()
	if err != nil {
		return err
	}
	r.rest.streams, r.rest.perStream = count, (during-before)/int64(count)
	for i, c := range clients {
		c.close()
		clients[i] = nil
	}
	if err := r.rest.goBack(h, before); err != nil {
		return err
	}
	h.stop()
	rows, err := rowsIn(ctx, filepath.Join(b.dir, "data-held"))
	r.rest.rowsMissing = count + 1 - rows // and that of the first reply
	return err
}

// goBack sees what the program holds in the end, and how long it held much more.
func (m *rest) goBack(h *headgate, before int64) error {
	const much = 10e6
	type look struct {
		after time.Duration
		held  int64
	}
	var looks []look
	for began := time.Now(); time.Since(began) < goneTime; {
		time.Sleep(100 * time.Millisecond)
		held, err := h.memory()
		if err != nil {
			return err
		}
		looks = append(looks, look{time.Since(began), held})
	}
	last := looks[len(looks)-1].held
	m.afterStreams = last - before
	for _, l := range looks {
		if l.held > last+much {
			m.backAfter = l.after
		}
	}
	return nil
}
