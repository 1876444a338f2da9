package catalog_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/gateway"
)

func TestKeyHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if got := h.KeyHealth(); got == nil || len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	h.engine.keyHealth = []gateway.KeyHealth{
		{
			ProviderKeyID: 3, CooldownUntil: now.Add(time.Minute), Limited: 2, LastFailureAt: now, LastUsedAt: now.Add(-time.Second),
			Class: gateway.ClassRateLimited, Reason: "rate_limited", Message: "slow down",
		},
		{ProviderKeyID: 4},
	}
	want := []catalog.KeyHealth{
		{
			ProviderKeyID: 3, CooldownUntil: now.UnixMilli() + 60_000, Limited: 2, LastFailureAt: now.UnixMilli(),
			LastUsedAt: now.UnixMilli() - 1000, Class: "rate_limited", Reason: "rate_limited", Message: "slow down",
		},
		{ProviderKeyID: 4},
	}
	if got := h.KeyHealth(); !reflect.DeepEqual(got, want) {
		t.Errorf("KeyHealth() = %+v", got)
	}
}

const shared = "sk-shared-0123456789"

// keyHouse has a shared key: alone at "alone", with its models in groups, and
// beside another one at "beside".
func keyHouse(t *testing.T) (h *house, alone, beside catalog.Provider) {
	h = newHouse(t)
	beside = h.provider("beside", "sk-other-0123456789", shared)
	alone = h.provider("alone", shared)
	h.provider("stranger", shared+"0")
	a, b, c := h.model(alone.ID, "a"), h.model(alone.ID, "b"), h.model(beside.ID, "c")
	h.group("Zoo", a.ID, c.ID)
	h.group("ant", a.ID, b.ID)
	h.group("none", c.ID)
	h.topics()
	return h, alone, beside
}

func TestKeyPlaces(t *testing.T) {
	t.Parallel()
	h, alone, beside := keyHouse(t)
	want := []catalog.KeyPlace{
		{
			KeyID: alone.Keys[0].ID, Hint: "sk-s…6789", ProviderID: alone.ID, Provider: "alone",
			Last: true, Models: 2, Groups: []string{"ant", "Zoo"},
		},
		{
			KeyID: beside.Keys[1].ID, Hint: "sk-s…6789", ProviderID: beside.ID, Provider: "beside",
			Models: 1, Groups: []string{"none", "Zoo"},
		},
	}
	if got := must[[]catalog.KeyPlace](h)(h.KeyPlaces(t.Context(), " "+shared+"\n")); !reflect.DeepEqual(got, want) {
		t.Errorf("found %+v\nwant %+v", got, want)
	}
	for _, other := range []string{"", " ", "sk-shared", shared[1:], shared + "1", "sk-s…6789"} {
		if got := must[[]catalog.KeyPlace](h)(h.KeyPlaces(t.Context(), other)); got == nil || len(got) != 0 {
			t.Errorf("%q is found at %+v", other, got)
		}
	}
}

func TestRemoveKeys(t *testing.T) {
	t.Parallel()
	h, alone, beside := keyHouse(t)
	ctx := t.Context()
	h.unchangedBy(func() {
		_, err := h.RemoveKeys(ctx, []int64{alone.Keys[0].ID, 99})
		wantCode(t, err, "provider_key_not_found")
		if got := must[catalog.RemovedKeys](h)(h.RemoveKeys(ctx, nil)); got != (catalog.RemovedKeys{}) {
			t.Errorf("no keys: %+v", got)
		}
	})
	applied := len(h.engine.applied)
	got := must[catalog.RemovedKeys](h)(h.RemoveKeys(ctx, []int64{
		alone.Keys[0].ID, beside.Keys[1].ID, beside.Keys[1].ID,
	}))
	if want := (catalog.RemovedKeys{Keys: 2, Providers: 1, Models: 2, Members: 3}); got != want {
		t.Errorf("removed %+v, want %+v", got, want)
	}
	if n := len(h.engine.applied) - applied; n != 1 {
		t.Errorf("it was %d changes", n)
	}
	if topics := h.topics(); !slices.Equal(topics, []event.Topic{event.Groups, event.Providers}) {
		t.Errorf("told of %v", topics)
	}
	providers := must[[]catalog.Provider](h)(h.Providers(ctx))
	if len(providers) != 2 || providers[0].Name != "beside" || len(providers[0].Keys) != 1 ||
		providers[0].Keys[0].ID != beside.Keys[0].ID || len(providers[0].Models) != 1 {
		t.Errorf("left %+v", providers)
	}
	for _, g := range must[[]catalog.Group](h)(h.Groups(ctx)) {
		if len(g.Members) != map[string]int{"Zoo": 1, "ant": 0, "none": 1}[g.Name] {
			t.Errorf("group %s has %+v", g.Name, g.Members)
		}
	}
	if places := must[[]catalog.KeyPlace](h)(h.KeyPlaces(ctx, shared)); len(places) != 0 {
		t.Errorf("it is still at %+v", places)
	}
}

func TestDuplicateProvider(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	price := 1.5
	in := catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Proxy: "http://proxy.example:3128",
		Timeouts: catalog.Timeouts{ConnectSeconds: 7}, Rules: []catalog.Rule{{Text: "busy", Action: "next"}}, Headers: []catalog.Header{{Name: "X-Team", Value: "red"}},
		Keys: []catalog.ProviderKeyInput{{Secret: "sk-first-0123456789", Enabled: true}, {Secret: "sk-second-0123456789"}},
	}
	up := must[catalog.Provider](h)(h.SaveProvider(ctx, in))
	m := must[catalog.Model](h)(h.SaveModel(ctx, catalog.Model{ProviderID: up.ID, Name: "m", InputPrice: &price, ContextTokens: 9}))
	h.group("chat", m.ID)
	h.topics()
	twin := must[catalog.Provider](h)(h.DuplicateProvider(ctx, up.ID))
	if topics := h.topics(); !slices.Equal(topics, []event.Topic{event.Providers}) {
		t.Errorf("told of %v", topics)
	}
	if twin.ID == up.ID || twin.Keys[0].ID == up.Keys[0].ID || len(twin.Models) != 1 || twin.Models[0].ID == m.ID {
		t.Fatalf("the copy %+v shares rows with %+v", twin, up)
	}
	want := twin
	want.Name, want.Dialect, want.BaseURL, want.Enabled, want.Headers = "up (2)", up.Dialect, up.BaseURL, false, up.Headers
	want.Proxy, want.Timeouts, want.Rules = up.Proxy, up.Timeouts, []catalog.Rule{{Text: "busy", Action: "next"}}
	want.Keys = slices.Clone(up.Keys)
	want.Keys[0].ID, want.Keys[1].ID = twin.Keys[0].ID, twin.Keys[1].ID
	want.Models = []catalog.Model{{ID: twin.Models[0].ID, ProviderID: twin.ID, Name: "m", InputPrice: &price, ContextTokens: 9}}
	if !reflect.DeepEqual(twin, want) {
		t.Errorf("copied %+v\nwant %+v", twin, want)
	}
	if g := must[[]catalog.Group](h)(h.Groups(ctx)); len(g[0].Members) != 1 {
		t.Errorf("the copy is in a group: %+v", g[0].Members)
	}
	// The copy's keys are its own.
	if err := h.DeleteProvider(ctx, up.ID); err != nil {
		t.Fatal(err)
	}
	if left := must[[]catalog.Provider](h)(h.Providers(ctx)); left[0].Keys[1].Secret.Reveal() != "sk-second-0123456789" {
		t.Errorf("left %+v", left)
	}
	_, err := h.DuplicateProvider(ctx, up.ID)
	wantCode(t, err, "provider_not_found")
}

func TestDuplicatesAreNumbered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := make([]rune, 100)
	for i := range long {
		long[i] = '家'
	}
	for _, c := range []struct{ of, want string }{
		{"up", "up (2)"},
		{"up", "up (3)"},
		{"up (2)", "up (4)"}, // not "up (2) (2)"
		{"v1 (1)", "v1 (1) (2)"},
		{"(2)", "(2) (2)"},
		{string(long), string(long[:96]) + " (2)"},
	} {
		list := must[[]catalog.Provider](h)(h.Providers(t.Context()))
		i := slices.IndexFunc(list, func(p catalog.Provider) bool { return p.Name == c.of })
		if i < 0 {
			in := catalog.ProviderInput{Name: c.of, Dialect: "openai", BaseURL: "http://up.example"}
			list, i = []catalog.Provider{must[catalog.Provider](h)(h.SaveProvider(t.Context(), in))}, 0
		}
		if got := must[catalog.Provider](h)(h.DuplicateProvider(t.Context(), list[i].ID)); got.Name != c.want {
			t.Errorf("a copy of %q is called %q, want %q", c.of, got.Name, c.want)
		}
	}
}
