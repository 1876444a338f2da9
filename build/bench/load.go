package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// shot is a number of requests at one gateway.
type shot struct {
	address  string
	requests func(n int) []byte // the nth one, from 0 on
	isStream bool
	paced    bool
	clients  int
	rate     float64       // per second; 0: closed loop
	time     time.Duration // when count is 0
	count    int           // this many requests, however long they take
}

// volley is what came of a shot.
type volley struct {
	answered  int
	failed    int
	failure   error // the first one
	wall      time.Duration
	latencies []time.Duration // sorted
	// Of paced streams, sorted: from when the upstream wrote something until the
	// client had it.
	firsts, events []time.Duration
}

// fire makes a shot. The error is that no connection could be had.
func fire(ctx context.Context, s shot) (volley, error) {
	clients := make([]*client, 0, s.clients)
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	for range s.clients {
		c, err := dial(s.address)
		if err != nil {
			return volley{}, err
		}
		clients = append(clients, c)
	}
	turns := s.turns(ctx)
	parts := make([]volley, s.clients)
	var n atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for i, c := range clients {
		all.Go(func() { parts[i].ask(&s, c, turns(), func() int { return int(n.Add(1)) - 1 }) })
	}
	all.Wait()
	total := volley{wall: time.Since(began)}
	for i := range parts {
		p := &parts[i]
		total.answered += p.answered
		total.failed += p.failed
		total.failure = errors.Join(total.failure, p.failure)
		total.latencies = append(total.latencies, p.latencies...)
		total.firsts = append(total.firsts, p.firsts...)
		total.events = append(total.events, p.events...)
	}
	slices.Sort(total.latencies)
	slices.Sort(total.firsts)
	slices.Sort(total.events)
	return total, nil
}

// turns returns what tells each client when it may ask next: at once, or at the
// times of an open loop, which go on whether or not there are answers. It
// returns false when there are no more.
func (s *shot) turns(ctx context.Context) func() func() (time.Time, bool) {
	if s.rate == 0 {
		until, left := time.Now().Add(s.time), atomic.Int64{}
		left.Store(int64(s.count))
		return func() func() (time.Time, bool) {
			return func() (time.Time, bool) {
				now := time.Now()
				if s.count > 0 {
					return now, left.Add(-1) >= 0 && ctx.Err() == nil
				}
				return now, now.Before(until) && ctx.Err() == nil
			}
		}
	}
	count := max(1, int(s.rate*s.time.Seconds()))
	due := make(chan time.Time, count) // a late client takes what was due: nothing is left out
	go func() {
		defer close(due)
		step := time.Duration(float64(time.Second) / s.rate)
		at := time.Now()
		for range count {
			at = at.Add(step)
			sleepUntil(at)
			if ctx.Err() != nil {
				return
			}
			due <- at
		}
	}()
	return func() func() (time.Time, bool) {
		return func() (time.Time, bool) {
			at, ok := <-due
			return at, ok
		}
	}
}

// ask sends requests as long as there are turns. A latency begins when its
// request was due.
func (v *volley) ask(s *shot, c *client, next func() (time.Time, bool), number func() int) {
	if s.paced {
		c.seen = v.stamped
	}
	for at, ok := next(); ok; at, ok = next() {
		v.begin()
		if err := c.do(s.requests(number()), s.isStream); err != nil {
			v.failed++
			v.failure = err
			again, err := dial(s.address)
			if err != nil {
				return
			}
			c.close()
			again.seen = c.seen
			*c = *again
			continue
		}
		v.answered++
		v.latencies = append(v.latencies, time.Since(at))
	}
}

// begin notes that the next event is a stream's first.
func (v *volley) begin() { v.firsts = append(v.firsts, -1) }

// stamped reads when the upstream wrote the events that have just come.
func (v *volley) stamped(data []byte, at time.Time) {
	for {
		from := bytes.Index(data, []byte(stampMark))
		if from < 0 || len(data) < from+len(stampMark)+stampDigits {
			return
		}
		data = data[from+len(stampMark):]
		sent, err := strconv.ParseInt(string(data[:stampDigits]), 10, 64)
		if err != nil {
			continue
		}
		took := time.Duration(at.UnixNano() - sent)
		if last := len(v.firsts) - 1; v.firsts[last] < 0 {
			v.firsts[last] = took
		}
		v.events = append(v.events, took)
	}
}

// at is the quantile q of sorted times.
func at(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
