package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"headgate/app/catalog"
)

// editor is a person who changes the configuration under load, and remembers
// what was saved: a kill may lose none of it.
type editor struct {
	program *program
	random  *rand.Rand
	gentle  bool // takes nobody out of the groups: there are too few calls for that

	turn sync.RWMutex // read while an edit is on its way, held while nobody may edit

	groups    []catalog.Group
	providers []catalog.Provider
	tried     string // the last edit that was not answered; "": all were

	edits    map[string]int
	cleared  int      // cooldowns
	compared int      // configurations held against what was saved, after a restart
	faults   []string // what was not as it was saved
}

// edit goes on until ctx ends.
func (e *editor) edit(ctx context.Context) error {
	e.edits = map[string]int{}
	run := 0
	var page *admin
	defer func() {
		if page != nil {
			page.close()
		}
	}()
	for ctx.Err() == nil {
		now, err := e.program.await(ctx)
		if err != nil {
			return nil
		}
		if now != run || page == nil {
			if page != nil {
				page.close()
			}
			if page, err = logIn(ctx, e.program.admin); err == nil {
				err = e.reread(ctx, page, run != 0)
			}
			if err != nil {
				page = nil
				if ctx.Err() == nil && e.program.same(now) {
					return fmt.Errorf("the pages' door: %w", err)
				}
				continue
			}
			run = now
		}
		e.turn.RLock()
		err = e.step(ctx, page)
		e.turn.RUnlock()
		if err != nil && ctx.Err() == nil && e.program.same(now) {
			return fmt.Errorf("an edit: %w", err)
		}
		pause(ctx, time.Duration(30+e.random.IntN(150))*time.Millisecond)
	}
	return nil
}

// same tells whether a run is still the one that is open.
func (p *program) same(run int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ready && p.run == run
}

// reread reads the configuration and, after a restart, holds it against what
// was saved.
func (e *editor) reread(ctx context.Context, page *admin, restarted bool) error {
	before := e.written()
	var groups []catalog.Group
	var providers []catalog.Provider
	if err := page.rpc(ctx, "Groups/List", &groups); err != nil {
		return err
	}
	if err := page.rpc(ctx, "Providers/List", &providers); err != nil {
		return err
	}
	e.groups, e.providers = groups, providers
	if now := e.written(); restarted {
		e.compared++
		if now != before && now != e.tried {
			e.faults = append(e.faults, fmt.Sprintf("saved before a restart:\n  %s\nthere after it:\n  %s", before, now))
		}
	}
	e.tried = ""
	return nil
}

// written is the configuration as far as the editor changes it.
func (e *editor) written() string {
	var b strings.Builder
	for _, p := range e.providers {
		fmt.Fprintf(&b, "%d %q %v; ", p.ID, p.Name, p.Enabled)
	}
	for _, g := range e.groups {
		fmt.Fprintf(&b, "%d %q", g.ID, g.Name)
		for _, id := range memberIDs(g) {
			for _, m := range g.Members {
				if m.ID == id {
					fmt.Fprintf(&b, " %d:%d:%v", m.ID, m.Priority, m.Enabled)
				}
			}
		}
		b.WriteString("; ")
	}
	return b.String()
}

func memberIDs(g catalog.Group) []int64 {
	var ids []int64
	for _, m := range g.Members {
		ids = append(ids, m.ID)
	}
	for i := range ids {
		for j := i; j > 0 && ids[j] < ids[j-1]; j-- {
			ids[j], ids[j-1] = ids[j-1], ids[j]
		}
	}
	return ids
}

func (e *editor) step(ctx context.Context, page *admin) error {
	switch n := e.random.IntN(10); {
	case n < 2:
		return e.rename(ctx, page)
	case n < 4:
		return e.switchProvider(ctx, page)
	default:
		return e.changeGroup(ctx, page)
	}
}

// change makes an edit and, when it was answered, remembers it.
func (e *editor) change(kind string, apply func(), save func() error) error {
	groups, providers := clone(e.groups), clone(e.providers)
	apply()
	e.tried = e.written()
	if err := save(); err != nil {
		e.groups, e.providers = groups, providers
		return err
	}
	e.tried = ""
	e.edits[kind]++
	return nil
}

// clone copies plain data, all of it.
func clone[T any](from []T) []T {
	text, err := json.Marshal(from)
	var to []T
	if err == nil {
		err = json.Unmarshal(text, &to)
	}
	if err != nil {
		panic(fmt.Sprintf("soak: %v", err))
	}
	return to
}

func (e *editor) rename(ctx context.Context, page *admin) error {
	p := &e.providers[e.random.IntN(len(e.providers))]
	return e.change("renamed", func() {
		name, _, _ := strings.Cut(p.Name, " ")
		p.Name = fmt.Sprintf("%s %d", name, e.random.IntN(1000))
	}, func() error {
		in := catalog.ProviderInput{
			ID: p.ID, Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Enabled: p.Enabled,
			Headers: p.Headers, Proxy: p.Proxy, Timeouts: p.Timeouts, Keys: []catalog.ProviderKeyInput{},
		}
		if in.Headers == nil {
			in.Headers = []catalog.Header{}
		}
		for _, key := range p.Keys {
			in.Keys = append(in.Keys, catalog.ProviderKeyInput{ID: key.ID, Enabled: key.Enabled})
		}
		return page.rpc(ctx, "Providers/Save", nil, in)
	})
}

// switchProvider turns one that misbehaves off or on. The healthy one stays.
func (e *editor) switchProvider(ctx context.Context, page *admin) error {
	p := &e.providers[e.random.IntN(len(e.providers))]
	if strings.HasPrefix(p.Name, steady) || strings.HasPrefix(p.Name, gone) || e.gentle && p.Enabled {
		return nil
	}
	return e.change("switched off or on", func() { p.Enabled = !p.Enabled }, func() error {
		return page.rpc(ctx, "Providers/SetEnabled", nil, p.ID, p.Enabled)
	})
}

// changeGroup gives members new priorities, and switches some off and on.
func (e *editor) changeGroup(ctx context.Context, page *admin) error {
	g := &e.groups[e.random.IntN(len(e.groups))]
	if g.Name == gone {
		return nil
	}
	return e.change("group changed", func() {
		first := e.random.IntN(6) == 0 // now and then the healthy one
		for i := range g.Members {
			m := &g.Members[i]
			healthy := m.Model == steady
			m.Priority = 1 + e.random.IntN(4)
			if healthy && !first {
				m.Priority = 3 + e.random.IntN(3)
			} else if healthy {
				m.Priority = 1
			}
			m.Enabled = healthy || e.gentle || e.random.IntN(5) > 0
		}
	}, func() error {
		in := catalog.GroupInput{ID: g.ID, Name: g.Name, Policy: g.Policy, Enabled: g.Enabled}
		for _, m := range g.Members {
			in.Members = append(in.Members, catalog.MemberInput{ID: m.ID, ModelID: m.ModelID, Priority: m.Priority, Weight: m.Weight, Enabled: m.Enabled})
		}
		return page.rpc(ctx, "Groups/Save", nil, in)
	})
}

// forgive lets those who are passed over come back, again and again, until ctx
// ends: without it they would soon be out of the way.
func (e *editor) forgive(ctx context.Context) error {
	for ctx.Err() == nil {
		run, err := e.program.await(ctx)
		if err != nil {
			return nil
		}
		page, err := logIn(ctx, e.program.admin)
		for err == nil && ctx.Err() == nil {
			e.turn.RLock()
			err = e.clearCooldowns(ctx, page)
			e.turn.RUnlock()
			pause(ctx, forgiven)
		}
		if page != nil {
			page.close()
		}
		if ctx.Err() == nil && e.program.same(run) {
			return fmt.Errorf("clearing cooldowns: %w", err)
		}
	}
	return nil
}

// forgiven is how long somebody is passed over, at most and about.
const forgiven = 150 * time.Millisecond

func (e *editor) clearCooldowns(ctx context.Context, page *admin) error {
	var health []catalog.MemberHealth
	if err := page.rpc(ctx, "Groups/Health", &health); err != nil {
		return err
	}
	for _, member := range health {
		if member.CooldownUntil == 0 {
			continue
		}
		if err := page.rpc(ctx, "Groups/ClearCooldown", nil, member.MemberID); err != nil {
			return err
		}
		e.cleared++
	}
	return nil
}

// rest keeps the editor from editing until the returned function is called.
func (e *editor) rest() (goOn func()) {
	e.turn.Lock()
	return e.turn.Unlock
}
