package catalog_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/secret"
	"headgate/app/settings"
	"headgate/app/store"
	"headgate/gateway"
)

// now is what the catalog's clock shows.
var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// engine notes what it is given.
type engine struct {
	mu      sync.Mutex
	applied []gateway.Config
	refuses error
	probed  []gateway.Provider
	model   string
	answer  gateway.ProbeResult
	cleared int64

	prospects []gateway.Prospect
	explained int64
	keyHealth []gateway.KeyHealth
}

func (e *engine) Apply(c gateway.Config) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.applied = append(e.applied, c)
	return e.refuses
}

func (e *engine) Probe(_ context.Context, p gateway.Provider, model string) gateway.ProbeResult {
	e.probed, e.model = append(e.probed, p), model
	return e.answer
}

func (e *engine) Health() []gateway.MemberHealth {
	return []gateway.MemberHealth{
		{MemberID: 5, Failures: 2, CooldownUntil: now, LastFailureAt: now, Class: gateway.ClassTimeout, Reason: "no_reply", Message: "silence"},
		{MemberID: 6},
	}
}

func (e *engine) ClearCooldown(id int64)        { e.cleared = id }
func (e *engine) Pin(int64, time.Duration) bool { return true }
func (e *engine) Unpin(int64)                   {}

func (e *engine) KeyHealth() []gateway.KeyHealth { return e.keyHealth }

func (e *engine) Explain(groupID int64) []gateway.Prospect {
	e.explained = groupID
	return e.prospects
}

func (e *engine) last() gateway.Config {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.applied[len(e.applied)-1]
}

// house is a catalog with a real store in a folder of its own.
type house struct {
	*catalog.Catalog
	t      *testing.T
	engine *engine
	heard  *event.Listener
	dir    string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseAt(t, func() time.Time { return now })
}

func newHouseAt(t *testing.T, clock func() time.Time) *house {
	t.Helper()
	h := &house{t: t, engine: &engine{}, dir: t.TempDir()}
	sealer := secret.OpenKeyFile(filepath.Join(h.dir, "secret.key"))
	db, err := store.Open(t.Context(), store.Options{Dir: h.dir, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	bus := &event.Bus{}
	h.heard = bus.Listen()
	h.Catalog = catalog.New(catalog.Options{
		Store: db.Catalog(), Engine: h.engine, Bus: bus, Now: clock,
	})
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// topics are what was published since the last call, sorted.
func (h *house) topics() []event.Topic {
	list := h.heard.Take()
	slices.Sort(list)
	return list
}

// must returns a value that came without an error.
func must[T any](h *house) func(T, error) T {
	return func(v T, err error) T {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
		return v
	}
}

func (h *house) provider(name string, keys ...string) catalog.Provider {
	h.t.Helper()
	in := catalog.ProviderInput{Name: name, Dialect: "openai", BaseURL: "https://" + name + ".example/v1", Enabled: true}
	for _, k := range keys {
		in.Keys = append(in.Keys, catalog.ProviderKeyInput{Secret: k, Enabled: true})
	}
	return must[catalog.Provider](h)(h.SaveProvider(h.t.Context(), in))
}

func (h *house) model(provider int64, name string) catalog.Model {
	h.t.Helper()
	return must[catalog.Model](h)(h.SaveModel(h.t.Context(), catalog.Model{ProviderID: provider, Name: name, Enabled: true}))
}

func (h *house) group(name string, models ...int64) catalog.Group {
	h.t.Helper()
	in := catalog.GroupInput{Name: name, Policy: "priority", Enabled: true}
	for i, m := range models {
		in.Members = append(in.Members, catalog.MemberInput{ModelID: m, Priority: i + 1, Weight: 1, Enabled: true})
	}
	return must[catalog.Group](h)(h.SaveGroup(h.t.Context(), in))
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := apperr.Code(err); got != code {
		t.Errorf("got error %v (code %q), want code %q", err, got, code)
	}
}

// unchangedBy runs a refused change and sees that it left nothing behind.
func (h *house) unchangedBy(change func()) {
	h.t.Helper()
	read := func() any {
		return []any{
			must[[]catalog.Provider](h)(h.Providers(h.t.Context())),
			must[[]catalog.Group](h)(h.Groups(h.t.Context())),
			must[[]catalog.APIKey](h)(h.APIKeys(h.t.Context())),
			must[[]catalog.Keyword](h)(h.Keywords(h.t.Context())),
			must[settings.Settings](h)(h.Settings(h.t.Context())),
		}
	}
	h.topics()
	before, applied := read(), len(h.engine.applied)
	change()
	if after := read(); !reflect.DeepEqual(before, after) {
		h.t.Errorf("it left something behind:\n%+v\nwas\n%+v", after, before)
	}
	if n := len(h.engine.applied); n != applied {
		h.t.Error("the engine was given a configuration")
	}
	if topics := h.topics(); len(topics) > 0 {
		h.t.Errorf("it was told of: %v", topics)
	}
}

func TestEveryChangeReachesEngineAndWindows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	if len(h.engine.applied) != 1 {
		t.Fatalf("Load applied %d configurations", len(h.engine.applied))
	}
	var p catalog.Provider
	var m catalog.Model
	var g catalog.Group
	var k catalog.NewAPIKey
	var w catalog.Keyword
	for _, step := range []struct {
		name   string
		do     func() error
		topics []event.Topic
	}{
		{"provider", func() error { p = h.provider("up", "sk-0123456789abcdef"); return nil }, []event.Topic{event.Groups, event.Providers}},
		{"model", func() error { m = h.model(p.ID, "m1"); return nil }, []event.Topic{event.Groups, event.Providers}},
		{"group", func() error { g = h.group("chat", m.ID); return nil }, []event.Topic{event.Groups}},
		{"API key", func() (err error) {
			k, err = h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "laptop", GroupIDs: []int64{g.ID}, Enabled: true})
			return err
		}, []event.Topic{event.APIKeys}},
		{"keyword", func() (err error) {
			w, err = h.SaveKeyword(ctx, catalog.Keyword{Text: "quota exceeded", Enabled: true})
			return err
		}, []event.Topic{event.Keywords}},
		{"settings", func() error {
			s := settings.Default()
			s.Failover.Count = 9
			return h.SaveSettings(ctx, s)
		}, []event.Topic{event.Settings}},
		{"switch", func() error { return h.SetProviderEnabled(ctx, p.ID, false) }, []event.Topic{event.Groups, event.Providers}},
		{"keyword's end", func() error { return h.DeleteKeyword(ctx, w.ID) }, []event.Topic{event.Keywords}},
		{"API key's end", func() error { return h.DeleteAPIKey(ctx, k.APIKey.ID) }, []event.Topic{event.APIKeys}},
		{"group's end", func() error { return h.DeleteGroup(ctx, g.ID) }, []event.Topic{event.APIKeys, event.Groups}},
		{"model's end", func() error { return h.DeleteModel(ctx, m.ID) }, []event.Topic{event.Groups, event.Providers}},
		{"provider's end", func() error { return h.DeleteProvider(ctx, p.ID) }, []event.Topic{event.Groups, event.Providers}},
	} {
		before := len(h.engine.applied)
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := len(h.engine.applied) - before; n != 1 {
			t.Errorf("%s: the engine was given %d configurations", step.name, n)
		}
		if got := h.topics(); !slices.Equal(got, step.topics) {
			t.Errorf("%s: told of %v, want %v", step.name, got, step.topics)
		}
	}
	if last := h.engine.last(); len(last.Providers)+len(last.Groups)+len(last.APIKeys)+len(last.Keywords) != 0 {
		t.Errorf("after all was deleted the engine has %d groups", len(last.Groups))
	}
}

func TestCompiled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	price := 2.5
	up := must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1/", Enabled: true,
		Headers: []catalog.Header{{Name: "X-Team", Value: "red"}},
		Keys: []catalog.ProviderKeyInput{
			{Secret: "sk-first-0123456789", Enabled: true}, {Secret: "sk-second-0123456789"},
		},
	}))
	m1 := must[catalog.Model](h)(h.SaveModel(ctx, catalog.Model{
		ProviderID: up.ID, Name: "m1", Enabled: true, InputPrice: &price, ContextTokens: 8000,
	}))
	m2 := must[catalog.Model](h)(h.SaveModel(ctx, catalog.Model{ProviderID: up.ID, Name: "m2"}))
	off := h.provider("off")
	m3 := h.model(off.ID, "m3")
	if err := h.SetProviderEnabled(ctx, off.ID, false); err != nil {
		t.Fatal(err)
	}
	keyless := must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{
		Name: "all keys off", Dialect: "openai", BaseURL: "http://keys.example", Enabled: true,
		Keys: []catalog.ProviderKeyInput{{Secret: "sk-third-0123456789"}},
	}))
	m4 := h.model(keyless.ID, "m4")
	chat := h.group("chat", m1.ID, m2.ID, m3.ID, m4.ID)
	must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{Name: "hidden", Policy: "priority"}))
	groups := must[[]catalog.Group](h)(h.Groups(ctx))
	expiry := now.Add(time.Hour).UnixMilli()
	made := must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{
		Name: "laptop", GroupIDs: []int64{groups[1].ID, chat.ID}, Models: true, Enabled: true, ExpiresAt: expiry,
	}))
	must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "off"}))
	word := must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: "quota", Enabled: true}))
	must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: "unused"}))
	want := gateway.Config{
		Names:   []string{},
		Origins: []string{},
		Providers: []gateway.Provider{{
			ID: up.ID, Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1",
			Keys:    []gateway.ProviderKey{{ID: up.Keys[0].ID, Secret: "sk-first-0123456789", Hint: "sk-f…6789"}},
			Headers: []gateway.Header{{Name: "X-Team", Value: "red", Secret: true}},
			Models: []gateway.Model{{
				ID: m1.ID, Name: "m1", Price: gateway.Price{InputPerMillion: &price}, ContextTokens: 8000,
			}},
		}},
		Groups: []gateway.Group{{
			ID: chat.ID, Name: "chat", Policy: gateway.PolicyPriority, CreatedAt: time.UnixMilli(chat.CreatedAt),
			Members: []gateway.Member{{ID: chat.Members[0].ID, ProviderID: up.ID, ModelID: m1.ID, Priority: 1, Weight: 1}},
		}},
		APIKeys: []gateway.APIKey{{
			ID: made.APIKey.ID, Name: "laptop", Hash: [32]byte(made.APIKey.Hash),
			GroupIDs: []int64{chat.ID}, Models: true, ExpiresAt: time.UnixMilli(expiry),
		}},
		Keywords: []gateway.Keyword{{ID: word.ID, Text: "quota", Scope: gateway.ScopeBoth}},
		Capture:  gateway.Capture{When: gateway.CaptureErrors, Bytes: 32 << 10},
		Limits:   gateway.Limits{Attempts: 8, Commit: 5 * time.Minute},
		Failover: gateway.Failover{Count: 2, Window: 5 * time.Minute, Cooldown: time.Minute, MaxCooldown: 15 * time.Minute},
		Timeouts: gateway.Timeouts{
			Connect: 10 * time.Second, TLS: 10 * time.Second, FirstToken: 120 * time.Second,
			StreamIdle: 120 * time.Second, Reply: 600 * time.Second,
		},
	}
	if got := h.engine.last(); !reflect.DeepEqual(got, want) {
		t.Errorf("compiled\n%+v\nwant\n%+v", got, want)
	}
	// A second program on the same data would be given the same.
	if err := h.Load(ctx); err != nil || !reflect.DeepEqual(h.engine.last(), want) {
		t.Errorf("after another Load: %v\n%+v", err, h.engine.last())
	}
}

func TestEngineThatFailsIsReported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.engine.refuses = errors.New("broken")
	_, err := h.SaveKeyword(t.Context(), catalog.Keyword{Text: "x"})
	if !errors.Is(err, h.engine.refuses) {
		t.Errorf("got %v", err)
	}
	if topics := h.topics(); len(topics) != 1 {
		t.Errorf("the committed change told of %v", topics)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want := []catalog.MemberHealth{
		{MemberID: 5, Failures: 2, CooldownUntil: now.UnixMilli(), LastFailureAt: now.UnixMilli(), Class: "timeout", Reason: "no_reply", Message: "silence"},
		{MemberID: 6},
	}
	if got := h.Health(); !reflect.DeepEqual(got, want) {
		t.Errorf("Health() = %+v", got)
	}
	if h.ClearCooldown(5); h.engine.cleared != 5 {
		t.Error("the engine did not hear of it")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if got := must[settings.Settings](h)(h.Settings(t.Context())); !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("at first: %+v", got)
	}
	h.unchangedBy(func() { wantCode(t, h.SaveSettings(t.Context(), settings.Settings{}), "theme_unknown") })
	s := settings.Default()
	s.Timeouts.ReplySeconds, s.Failover.Minutes = 33, 7
	if err := h.SaveSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := must[settings.Settings](h)(h.Settings(t.Context())); !reflect.DeepEqual(got, s) {
		t.Errorf("saved: %+v", got)
	}
	if c := h.engine.last(); c.Timeouts.Reply != 33*time.Second || c.Failover.Window != 7*time.Minute {
		t.Errorf("the engine has %+v, %+v", c.Timeouts, c.Failover)
	}
}

func TestConcurrentChangesReachTheEngineInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const writers, each = 4, 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				text := string(rune('a'+w)) + string(rune('a'+i))
				if _, err := h.SaveKeyword(context.Background(), catalog.Keyword{Text: text, Enabled: true}); err != nil {
					t.Error(err)
				}
				if _, err := h.Keywords(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i, c := range h.engine.applied {
		if len(c.Keywords) != i {
			t.Fatalf("configuration %d has %d keywords", i, len(c.Keywords))
		}
	}
	if n := len(h.engine.last().Keywords); n != writers*each {
		t.Errorf("the engine ends with %d keywords", n)
	}
}
