// Package catalog holds the rules of what can be configured: providers with
// their keys and models, groups, API keys, failure keywords and settings.
//
// A change is one transaction: the rules, the store, the whole configuration
// compiled and judged by the engine, then the commit. Only then does the engine
// get it and do windows hear of it. So what can't be served can't be saved.
package catalog

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/settings"
	"headgate/gateway"
)

// Engine serves what the catalog configures.
type Engine interface {
	Apply(gateway.Config) error
	Probe(ctx context.Context, p gateway.Provider, model string) gateway.ProbeResult
	Health() []gateway.MemberHealth
	KeyHealth() []gateway.KeyHealth
	Explain(groupID int64) []gateway.Prospect
	ClearCooldown(memberID int64)
	Pin(memberID int64, d time.Duration) bool
	Unpin(memberID int64)
}

// Options are what a catalog works with.
type Options struct {
	Store  Store
	Engine Engine
	Bus    *event.Bus
	Log    *slog.Logger     // nil: nowhere
	Now    func() time.Time // nil: the system's clock
}

// Catalog changes the configuration and hands it to the engine. Its methods are
// safe for concurrent use. Their errors carry codes for whatever a person can
// put right.
type Catalog struct {
	store  Store
	engine Engine
	bus    *event.Bus
	log    *slog.Logger
	now    func() time.Time

	// turn makes the engine get configurations in the order of their commits.
	turn sync.Mutex

	imports modelImports
}

// New returns a catalog; Load gives the engine what is stored.
func New(o Options) *Catalog {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Catalog{store: o.Store, engine: o.Engine, bus: o.Bus, log: o.Log, now: o.Now}
}

// opened returns what is stored, with the provider keys. Code: secrets_locked.
func (c *Catalog) opened(ctx context.Context) (Configuration, error) {
	stored, err := c.store.Load(ctx)
	if err == nil && stored.Locked {
		err = apperr.New("secrets_locked")
	}
	return stored, err
}

// Load hands the stored configuration to the engine, and seals what should be
// and isn't yet. Code: secrets_locked.
func (c *Catalog) Load(ctx context.Context) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	stored, err := c.opened(ctx)
	if err != nil {
		return err
	}
	if stored.Unsealed {
		if err := c.reseal(ctx); err != nil {
			c.log.Warn("secret headers of providers could not be sealed; the next start tries again", "error", err)
		}
	}
	config, err := compileValid(stored)
	if err != nil {
		return err
	}
	return c.engine.Apply(config)
}

// Reseal saves all provider keys and secret headers once more, which seals them
// with the key that seals now. Code: secrets_locked.
func (c *Catalog) Reseal(ctx context.Context) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.reseal(ctx)
}

func (c *Catalog) reseal(ctx context.Context) error {
	return c.store.Change(ctx, func(tx Tx) error {
		stored, err := tx.Load()
		if err == nil && stored.Locked {
			err = apperr.New("secrets_locked")
		}
		for i := range stored.Providers {
			if err == nil {
				err = tx.SaveProvider(&stored.Providers[i])
			}
		}
		return err
	})
}

// Health returns the state of every member that has failed lately or is pinned.
func (c *Catalog) Health() []MemberHealth {
	list := []MemberHealth{}
	for _, h := range c.engine.Health() {
		list = append(list, MemberHealth{
			MemberID: h.MemberID, Failures: h.Failures, CooldownUntil: milliseconds(h.CooldownUntil),
			PinnedUntil: milliseconds(h.PinnedUntil),
			Trial:       h.Trial, Probing: h.Probing,
			Class: string(h.Class), Reason: h.Reason, Message: h.Message, LastFailureAt: milliseconds(h.LastFailureAt),
		})
	}
	return list
}

// ClearCooldown makes a member eligible again.
func (c *Catalog) ClearCooldown(memberID int64) { c.engine.ClearCooldown(memberID) }

// pinTime is for how long a person pins a member: they see to it within that, or the
// group's own order, which they chose with care, comes back by itself.
const pinTime = time.Hour

// Pin puts a member first in its group for an hour, instead of another one that was
// pinned there. Code: member_not_served.
func (c *Catalog) Pin(memberID int64) error {
	if !c.engine.Pin(memberID, pinTime) {
		return apperr.New("member_not_served")
	}
	return nil
}

// Unpin ends a member's pin.
func (c *Catalog) Unpin(memberID int64) { c.engine.Unpin(memberID) }

// Settings returns the settings.
func (c *Catalog) Settings(ctx context.Context) (settings.Settings, error) {
	stored, err := c.store.Load(ctx)
	return stored.Settings, err
}

// SaveSettings replaces the settings. Networks that the program has listed stay where
// in has null, which nobody chooses; a change of them ends the search for more.
// Codes: those of settings.Validate.
func (c *Catalog) SaveSettings(ctx context.Context, in settings.Settings) error {
	_, err := c.change(ctx, func(d *draft) error {
		is := d.Settings.Gateway
		if in.Gateway.Networks == nil {
			in.Gateway.Networks = is.Networks
		}
		in.Gateway.Sought = nil
		if SameNetworks(in.Gateway.Networks, is.Networks) {
			in.Gateway.Sought = is.Sought
		}
		return d.saveSettings(in)
	})
	return err
}

// ListNetworks replaces the list of private networks and the names that are still
// sought, unless they are others than before's by now. Codes: those of
// settings.Validate.
func (c *Catalog) ListNetworks(ctx context.Context, before settings.Gateway, networks, sought []string) (done bool, err error) {
	_, err = c.change(ctx, func(d *draft) error {
		in := d.Settings
		if !SameNetworks(in.Gateway.Networks, before.Networks) || !slices.Equal(in.Gateway.Sought, before.Sought) {
			return nil
		}
		in.Gateway.Networks, in.Gateway.Sought = networks, sought
		done = true
		return d.saveSettings(in)
	})
	return done && err == nil, err
}

// SameNetworks tells whether two lists are the same. An empty one is a choice, nil is
// none.
func SameNetworks(a, b []string) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }

// draft is the configuration inside one change. Its methods hold the rules;
// they keep the lists in step with what the transaction has.
type draft struct {
	Configuration
	tx     Tx
	now    time.Time
	topics []event.Topic // what was changed; none: nothing was
}

func (d *draft) changed(topics ...event.Topic) { d.topics = append(d.topics, topics...) }

func (d *draft) saveSettings(in settings.Settings) error {
	if err := in.Validate(); err != nil {
		return err
	}
	in.Gateway.Names = append([]string{}, in.Gateway.Names...) // never null
	in.Gateway.Origins = append([]string{}, in.Gateway.Origins...)
	d.changed(event.Settings)
	d.Settings = in
	return d.tx.SaveSettings(in)
}

// change runs fn as one change and returns the configuration after it.
func (c *Catalog) change(ctx context.Context, fn func(*draft) error) (Configuration, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	var d *draft
	var after Configuration
	var config gateway.Config
	err := c.store.Change(ctx, func(tx Tx) error {
		before, err := tx.Load()
		if err != nil {
			return err
		}
		if before.Locked {
			return apperr.New("secrets_locked")
		}
		d = &draft{Configuration: before, tx: tx, now: c.now()}
		if err := d.forgetGraces(); err != nil {
			return err
		}
		if err := fn(d); err != nil {
			return err
		}
		if after, err = tx.Load(); err != nil {
			return err
		}
		config, err = compileValid(after)
		return err
	})
	if err != nil || len(d.topics) == 0 {
		return after, err
	}
	err = c.engine.Apply(config)
	c.bus.Publish(d.topics...) // it is committed, whatever the engine says
	if err != nil {
		return after, fmt.Errorf("the change is saved, but the engine did not take it: %w", err)
	}
	return after, nil
}

// compileValid compiles what the engine accepts. Code: configuration_refused.
func compileValid(c Configuration) (gateway.Config, error) {
	config := compile(c)
	if err := gateway.Validate(config); err != nil {
		return config, apperr.Wrap(err, "configuration_refused", "Reason", err)
	}
	return config, nil
}

// find returns the first of list that fits, or nil.
func find[T any](list []T, fits func(T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return &list[i]
	}
	return nil
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
