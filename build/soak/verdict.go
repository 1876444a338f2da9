package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"headgate/app/calllog"
)

// warmCalls are made one after the other, after which a program is as large as
// it has to be.
const warmCalls = 40

// check ends the load's run and holds everything against everything.
func (s *scene) check(ctx context.Context) (ok bool, err error) {
	took := time.Since(s.began)
	if err := s.toxiproxy.cutAll(ctx); err != nil {
		return false, err
	}
	s.dropConnections()
	if _, err := s.settled(ctx); err != nil {
		return false, err
	}
	after, err := s.program.measure(ctx)
	if err != nil {
		return false, err
	}
	if after.goroutines, err = s.program.dump(); err != nil {
		return false, err
	}
	fresh, err := s.freshFootprint(ctx)
	if err != nil {
		return false, err
	}
	if err := s.program.start(); err != nil {
		return false, err
	}
	if err := s.welcome(ctx); err != nil {
		return false, err
	}
	stats, err := s.settled(ctx)
	if err != nil {
		return false, err
	}
	if err := s.program.stop(); err != nil {
		return false, err
	}
	s.restarts = s.program.ends()
	s.restarts = s.restarts[:len(s.restarts)-1] // the end of all is no restart
	s.collect()
	rows, err := s.rows(ctx)
	if err != nil {
		return false, err
	}
	byNumber := map[int]*row{}
	for _, entry := range rows {
		byNumber[entry.number] = entry
	}
	fmt.Printf("%d calls in %v; toxics %v; edits %v, %d cooldowns cleared\n",
		len(s.calls), took.Round(time.Second), s.toxiproxy.applied, s.editor.edits, s.editor.cleared)
	r := &report{}
	s.checkReplies(r)
	s.checkFailover(r, byNumber, s.restarts)
	s.checkLeft(ctx, r)
	s.checkLog(r, rows, s.restarts)
	s.checkUsage(r, rows)
	s.checkStats(r, rows, stats)
	if err := s.checkFolder(ctx, r); err != nil {
		return false, err
	}
	r.check("configuration", s.editor.faults, "%d times after a restart what was saved before it", s.editor.compared)
	health := s.health.faults
	if s.health.compared == 0 {
		health = append(health, "no cooldown was there to compare")
	}
	r.check("health", health, "%d cooldowns outlived a kill", s.health.compared)
	s.checkLeftovers(r, after, fresh)
	fmt.Printf("%d passed, %d failed\n", r.passed, r.failed)
	return r.failed == 0, nil
}

// freshFootprint is what the program holds after a start and a few calls.
func (s *scene) freshFootprint(ctx context.Context) (footprint, error) {
	if err := s.program.start(); err != nil {
		return footprint{}, err
	}
	if err := s.welcome(ctx); err != nil {
		return footprint{}, err
	}
	run, err := s.program.await(ctx)
	if err != nil {
		return footprint{}, err
	}
	c := newClient(s.program.gateway)
	for range warmCalls {
		s.one(ctx, c, int(s.next.Add(1))-1, run)
	}
	c.close()
	s.dropConnections()
	if _, err := s.settled(ctx); err != nil {
		return footprint{}, err
	}
	f, err := s.program.measure(ctx)
	if err != nil {
		return f, err
	}
	f.goroutines, err = s.program.dump()
	return f, err
}

// dropConnections lets the upstreams close what is idle.
func (s *scene) dropConnections() {
	for _, m := range s.members {
		m.upstream.DropIdle()
	}
}

// collect takes in what the upstreams received.
func (s *scene) collect() {
	s.asked = map[askedOf][]int{}
	for _, m := range s.members {
		m.requests = m.upstream.Requests()
		for _, q := range m.requests {
			of := askedOf{m.name, callOf(q)}
			s.asked[of] = append(s.asked[of], q.Seq)
		}
	}
}

// settleLimit is how long the log may take to have all calls.
const settleLimit = 30 * time.Second

// settled waits until the log has written all there is, and returns its
// statistics.
func (s *scene) settled(ctx context.Context) (stats calllog.Stats, err error) {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	page, err := logIn(ctx, s.program.admin)
	if err != nil {
		return stats, err
	}
	defer page.close()
	for same, before := 0, int64(-1); same < 3; {
		var health calllog.Health
		if err := page.rpc(ctx, "Calls/Health", &health); err != nil {
			return stats, err
		}
		if health.Dropped > 0 || health.Error != "" {
			return stats, fmt.Errorf("the log dropped %d calls: %q", health.Dropped, health.Error)
		}
		var open calllog.Page
		if err := page.rpc(ctx, "Calls/Page", &open, calllog.Query{Limit: 1, States: []string{"open"}}); err != nil {
			return stats, err
		}
		if stats, err = s.statistics(ctx, page); err != nil {
			return stats, err
		}
		if same++; len(open.Rows) > 0 || stats.Totals.Calls != before {
			same, before = 0, stats.Totals.Calls
		}
		pause(ctx, 150*time.Millisecond)
	}
	return stats, nil
}

func (s *scene) rows(ctx context.Context) (rows []*row, err error) {
	db, err := readOnly(s.program.folder, callsFile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return readRows(ctx, db)
}
