package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"headgate/gateway/gatewaytest"
)

// scene is everything of one run.
type scene struct {
	options
	folder    string
	began     time.Time
	members   []*member
	byName    map[string]*member
	toxiproxy *toxiproxy
	program   *program
	editor    *editor
	health    healthWatch
	notices   []string // that a start of the program had

	next      atomic.Int64 // number of the next call
	finished  atomic.Int64
	restarted atomic.Bool // as often as was told

	mu    sync.Mutex
	calls []*call // by number

	restarts []restart         // once the load is over
	asked    map[askedOf][]int // requests by their order
}

// askedOf are the requests of one call at one member.
type askedOf struct {
	member string
	call   int
}

// soak makes a run and tells whether all checks passed.
func soak(ctx context.Context, o options) (ok bool, err error) {
	folder, err := os.MkdirTemp("", "headgate-soak-")
	if err != nil {
		return false, err
	}
	s := &scene{options: o, folder: folder, began: time.Now(), members: newMembers(), byName: map[string]*member{}}
	defer func() {
		s.close()
		if ok {
			_ = os.RemoveAll(folder)
			return
		}
		fmt.Printf("kept in %s; again: -seed %d -calls %d\n", folder, o.seed, o.calls)
	}()
	if err := s.setUp(ctx); err != nil {
		return false, err
	}
	if err := s.load(ctx); err != nil {
		return false, err
	}
	return s.check(ctx)
}

// setUp puts the upstreams, the proxies and the program together.
func (s *scene) setUp(ctx context.Context) error {
	log, err := os.Create(filepath.Join(s.folder, "toxiproxy.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	if s.toxiproxy, err = startToxiproxy(ctx, s.options.toxiproxy, log); err != nil {
		return err
	}
	for i, m := range s.members {
		s.byName[m.name] = m
		if err := m.open(s.options, i); err != nil {
			return err
		}
		if m.proxied {
			if m.address, err = s.toxiproxy.before(ctx, m.name, m.address); err != nil {
				return err
			}
		}
	}
	text, err := json.Marshal(configuration(s.members, gatewaytest.Keyword))
	if err != nil {
		return err
	}
	file := filepath.Join(s.folder, "configuration.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	if s.program, err = newProgram(s.server, filepath.Join(s.folder, "data")); err != nil {
		return err
	}
	if s.program.path, err = filepath.Abs(s.server); err != nil {
		return err
	}
	if err := s.program.load(ctx, file); err != nil {
		return err
	}
	s.editor = &editor{program: s.program, random: s.random(drawsEdits, 0), gentle: s.short}
	if err := s.program.start(); err != nil {
		return err
	}
	s.program.open()
	return nil
}

func (s *scene) close() {
	if s.program != nil && s.program.command != nil {
		_ = s.program.command.Process.Kill()
		<-s.program.ended
		_ = s.program.log.Close()
	}
	if s.toxiproxy != nil {
		_ = s.toxiproxy.close()
	}
	for _, m := range s.members {
		if m.upstream != nil {
			_ = m.upstream.Close()
		}
	}
}

// load makes the calls, with everything that goes on beside them.
func (s *scene) load(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beside, endBeside := context.WithCancel(ctx)
	defer endBeside()
	var besides, clients sync.WaitGroup
	also := func(do func(context.Context) error) {
		besides.Go(func() {
			if err := do(beside); err != nil {
				cancel(err)
			}
		})
	}
	also(func(ctx context.Context) error { return s.toxiproxy.trouble(ctx, s.random(drawsToxics, 0)) })
	also(s.editor.edit)
	also(s.editor.forgive)
	also(s.tell)
	for n := range s.clients {
		clients.Go(func() { s.keepCalling(ctx, s.random(drawsPauses, uint64(n))) })
	}
	err := s.restartAll(ctx)
	if err != nil {
		cancel(err)
	}
	clients.Wait()
	endBeside()
	besides.Wait()
	if why := context.Cause(ctx); why != nil {
		return why // of those that end for another's sake, too
	}
	return err
}

// keepCalling is one client: call after call, until there are enough and the
// program was restarted often enough meanwhile.
func (s *scene) keepCalling(ctx context.Context, r *rand.Rand) {
	c := newClient(s.program.gateway)
	defer c.close()
	for time.Since(s.began) < s.time {
		run, err := s.program.await(ctx)
		if err != nil {
			return
		}
		number := int(s.next.Add(1)) - 1
		if number >= s.options.calls && s.restarted.Load() {
			s.next.Add(-1)
			return
		}
		s.one(ctx, c, number, run)
		pause(ctx, time.Duration(r.Float64()*2*float64(s.think)))
	}
}

// one draws the call with a number and makes it.
func (s *scene) one(ctx context.Context, c *client, number, run int) {
	s.ask(ctx, c, newCall(s.random(drawsCalls, uint64(number)), number), run)
}

// ask makes a call and keeps what became of it.
func (s *scene) ask(ctx context.Context, c *client, k *call, run int) {
	k.run = run
	c.make(ctx, k)
	k.verdict = judge(k, s.byName)
	k.text = k.text[:min(len(k.text), 200)] // some are large
	s.mu.Lock()
	for len(s.calls) <= k.number {
		s.calls = append(s.calls, nil)
	}
	s.calls[k.number] = k
	s.mu.Unlock()
	s.finished.Add(1)
}

// tell says every while how far it is.
func (s *scene) tell(ctx context.Context) error {
	for {
		pause(ctx, 15*time.Second)
		if ctx.Err() != nil {
			return nil
		}
		fmt.Printf("%5.0f s: %d calls, %d restarts\n", time.Since(s.began).Seconds(), s.finished.Load(), len(s.program.ends()))
	}
}
