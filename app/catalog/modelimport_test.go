package catalog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
)

// imported runs an import of models to its end.
func (h *house) imported(in catalog.ModelImport) catalog.ModelImportProgress {
	h.t.Helper()
	return h.ended(must[string](h)(h.StartModelImport(in)))
}

func (h *house) ended(id string) catalog.ModelImportProgress {
	h.t.Helper()
	for limit := time.Now().Add(5 * time.Minute); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		p := must[catalog.ModelImportProgress](h)(h.ModelImportProgress(id))
		if p.Done {
			return p
		}
	}
	h.t.Fatal("the import does not end")
	return catalog.ModelImportProgress{}
}

func (h *house) groups() map[string]string {
	h.t.Helper()
	shown := map[string]string{}
	for _, g := range must[[]catalog.Group](h)(h.Groups(h.t.Context())) {
		var members []string
		for _, m := range g.Members {
			members = append(members, fmt.Sprintf("%d:%s/%s*%d %t", m.Priority, m.Provider, m.Model, m.Weight, m.Enabled))
		}
		shown[g.Name] = fmt.Sprintf("%s %t [%s]", g.Policy, g.Enabled, strings.Join(members, " "))
	}
	return shown
}

func TestModelImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.provider("other")
	h.group("chat", h.model(other.ID, "o1").ID)
	h.topics()

	got := h.imported(catalog.ModelImport{
		Provider: catalog.ProviderInput{
			Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true,
			Keys: []catalog.ProviderKeyInput{{Secret: "sk-canary-0123456789", Enabled: true}},
		},
		Models: []catalog.ModelToAdd{
			{Name: "m1", Alias: "chat", ContextTokens: 5, InputPrice: price(1), OutputPrice: price(2), CachedInputPrice: price(0)},
			{Name: "m2", Alias: "chat"},
			{Name: "m3", Alias: "new"},
			{Name: "m4", CallPrice: price(0.5)},
		},
	})
	want := catalog.ModelImportProgress{
		Total: 4, Count: 4, Done: true, ProviderID: got.ProviderID, Added: 4, GroupsMade: 1, MembersAdded: 3,
	}
	if got != want || got.ProviderID == 0 {
		t.Fatalf("the import did %+v", got)
	}
	if topics := fmt.Sprint(h.topics()); topics != "[groups providers]" {
		t.Errorf("published %s", topics)
	}
	groups := h.groups()
	if groups["chat"] != "priority true [1:other/o1*1 true 2:up/m1*1 true 3:up/m2*1 true]" || groups["new"] != "priority true [1:up/m3*1 true]" {
		t.Errorf("the groups are %q", groups)
	}
	var up catalog.Provider
	for _, p := range must[[]catalog.Provider](h)(h.Providers(t.Context())) {
		if p.ID == got.ProviderID {
			up = p
		}
	}
	m1, m4 := up.Models[0], up.Models[3]
	if m1.ContextTokens != 5 || *m1.InputPrice != 1 || *m1.OutputPrice != 2 || *m1.CachedInputPrice != 0 || m1.CallPrice != nil || !m1.Enabled || *m4.CallPrice != 0.5 {
		t.Errorf("stored %+v, %+v", m1, m4)
	}

	// Again, with news: the provider is left as it is.
	again := catalog.ModelImport{
		Provider: catalog.ProviderInput{ID: up.ID, Name: "renamed"},
		Models: []catalog.ModelToAdd{
			{Name: "m1", Alias: "chat", CallPrice: price(1)}, {Name: "m2", Alias: "new"}, {Name: "m5"},
		},
		Remove: []int64{m4.ID, up.Models[2].ID},
	}
	got = h.imported(again)
	want = catalog.ModelImportProgress{
		Total: 5, Count: 5, Done: true, ProviderID: up.ID, Added: 1, Changed: 1, Unchanged: 1, Removed: 2, MembersAdded: 1,
	}
	if got != want {
		t.Errorf("the second import did %+v", got)
	}
	for _, p := range must[[]catalog.Provider](h)(h.Providers(t.Context())) {
		if p.ID == up.ID && (p.Name != "up" || p.Models[0].InputPrice != nil || p.Models[0].ContextTokens != 0 || *p.Models[0].CallPrice != 1) {
			t.Errorf("after it the provider is %+v", p)
		}
	}
	groups = h.groups()
	if groups["chat"] != "priority true [1:other/o1*1 true 2:up/m1*1 true 3:up/m2*1 true]" || groups["new"] != "priority true [1:up/m2*1 true]" {
		t.Errorf("after it the groups are %q", groups)
	}

	// A name that stands in the list twice is one model.
	twice := catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: []catalog.ModelToAdd{
		{Name: "m6", Alias: "new"}, {Name: "m6", Alias: "chat", OutputPrice: price(3)}, {Name: "m6", Alias: "chat", OutputPrice: price(3)},
	}}
	if got = h.imported(twice); got.Added != 1 || got.MembersAdded != 2 || got.Error != nil {
		t.Errorf("an import with a name twice did %+v", got)
	}

	again.Remove = nil
	h.unchangedBy(func() {
		if got := h.imported(again); got.Unchanged != 3 || got.Added+got.Changed+got.MembersAdded != 0 {
			t.Errorf("the third import did %+v", got)
		}
	})
}

func TestModelImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := h.provider("up")
	m := h.model(up.ID, "m")
	foreign := h.model(h.provider("other").ID, "foreign")
	var many []catalog.ModelToAdd
	for i := range 1001 {
		many = append(many, catalog.ModelToAdd{Name: fmt.Sprint("many-", i), Alias: "one"})
	}
	good := catalog.ModelToAdd{Name: "good", Alias: "new"}
	for name, c := range map[string]struct {
		in            catalog.ModelImport
		code, problem string
	}{
		"no provider":      {catalog.ModelImport{Provider: catalog.ProviderInput{ID: 99}}, "provider_not_found", ""},
		"bad new provider": {catalog.ModelImport{Provider: catalog.ProviderInput{Name: "new", Dialect: "openai", BaseURL: "ftp://x"}}, "base_url_invalid", ""},
		"taken name":       {catalog.ModelImport{Provider: catalog.ProviderInput{Name: "up", Dialect: "openai", BaseURL: "http://x"}}, "name_taken", ""},
		"bad name":         {catalog.ModelImport{Models: []catalog.ModelToAdd{good, {Name: " x"}}}, "model_import_refused", "model_name_invalid"},
		"bad price":        {catalog.ModelImport{Models: []catalog.ModelToAdd{good, {Name: "x", CallPrice: price(-1)}}}, "model_import_refused", "price_invalid"},
		"bad context":      {catalog.ModelImport{Models: []catalog.ModelToAdd{good, {Name: "x", ContextTokens: -1}}}, "model_import_refused", "context_tokens_invalid"},
		"bad alias":        {catalog.ModelImport{Models: []catalog.ModelToAdd{good, {Name: "x", Alias: "a\nb"}}}, "model_import_refused", "model_name_invalid"},
		"too many members": {catalog.ModelImport{Models: many}, "too_many", ""},
		"foreign model":    {catalog.ModelImport{Models: []catalog.ModelToAdd{good}, Remove: []int64{m.ID, foreign.ID}}, "model_not_found", ""},
	} {
		if c.in.Provider.ID == 0 && c.in.Provider.Dialect == "" {
			c.in.Provider.ID = up.ID
		}
		h.unchangedBy(func() {
			got := h.imported(c.in)
			if got.Error == nil || got.Error.Code != c.code || got.Canceled || got.Added+got.Removed != 0 {
				t.Errorf("%s: %+v, %v", name, got, got.Error)
				return
			}
			if c.problem != "" && (got.Error.Problem == nil || got.Error.Problem.Code != c.problem) {
				t.Errorf("%s: the problem is %+v", name, got.Error.Problem)
			}
		})
	}
}

func manyModels(n int, alias string) []catalog.ModelToAdd {
	list := make([]catalog.ModelToAdd, n)
	for i := range list {
		list[i] = catalog.ModelToAdd{Name: fmt.Sprintf("vendor/model-%05d", i), InputPrice: price(1), OutputPrice: price(2), ContextTokens: 131072}
		if alias != "" && i < 900 {
			list[i].Alias = alias
		}
	}
	return list
}

// Stored in several statements, the last one of them short.
func TestImportManyModels(t *testing.T) {
	t.Parallel()
	importTwice(t, newHouse(t), 2600)
}

// However many they are, each costs as much as the one before: this is about
// the rules, and a store that costs next to nothing.
func TestImportTenThousandModels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.inMemory()
	began := time.Now()
	importTwice(t, h, 10_000)
	took := time.Since(began)
	t.Logf("10,000 models, twice, in %s", took)
	if took > 20*time.Second { // a tenth of a second on a machine with nothing else to do
		t.Errorf("that took %s", took)
	}
}

func importTwice(t *testing.T, h *house, models int) {
	t.Helper()
	up := h.provider("up")
	in := catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: manyModels(models, "chat")}
	got := h.imported(in)
	if got.Added != models || got.MembersAdded != 900 || got.Error != nil {
		t.Fatalf("the import did %+v, %v", got, got.Error)
	}
	if p := must[[]catalog.Provider](h)(h.Providers(t.Context())); len(p[0].Models) != models {
		t.Fatalf("%d models are stored", len(p[0].Models))
	}
	members := must[[]catalog.Group](h)(h.Groups(t.Context()))[0].Members
	for i, m := range members {
		if m.Model != fmt.Sprintf("vendor/model-%05d", i) || m.Priority != i+1 {
			t.Fatalf("member %d is %+v", i, m)
		}
	}
	if got := h.imported(in); got.Unchanged != models || got.MembersAdded != 0 {
		t.Errorf("again it did %+v", got)
	}
}

// inMemory gives a house a store that costs next to nothing.
func (h *house) inMemory() *memory {
	kept := &memory{}
	h.Catalog = catalog.New(catalog.Options{Store: kept, Engine: h.engine, Bus: &event.Bus{}})
	return kept
}

// gate is a store whose changes wait until they are let through.
type gate struct {
	catalog.Store
	entered, open chan struct{}
}

func (g gate) Change(ctx context.Context, fn func(catalog.Tx) error) error {
	close(g.entered)
	<-g.open
	return g.Store.Change(ctx, fn)
}

func TestCanceledModelImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kept := h.inMemory()
	up := h.provider("up")
	waiting := gate{kept, make(chan struct{}), make(chan struct{})}
	clock := now
	h.Catalog = catalog.New(catalog.Options{Store: waiting, Engine: h.engine, Bus: &event.Bus{}, Now: func() time.Time { return clock }})
	in := catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: manyModels(100, "")}
	id := must[string](h)(h.StartModelImport(in))
	<-waiting.entered
	if p := must[catalog.ModelImportProgress](h)(h.ModelImportProgress(id)); p.Done || p.Total != 100 || p.ProviderID != up.ID {
		t.Errorf("while it runs: %+v", p)
	}
	if _, err := h.StartModelImport(in); apperr.Code(err) != "model_import_running" {
		t.Errorf("a second import: %v", err)
	}
	h.CancelModelImport("unknown")
	h.CancelModelImport(id)
	close(waiting.open)
	got := h.ended(id)
	if !got.Canceled || got.Error != nil || got.Added != 0 {
		t.Errorf("canceled: %+v", got)
	}
	if stored, _ := kept.Load(t.Context()); len(stored.Providers[0].Models) != 0 {
		t.Errorf("%d models stayed", len(stored.Providers[0].Models))
	}
	h.CancelModelImport(id) // does nothing

	clock = clock.Add(10*time.Minute - 1)
	must[catalog.ModelImportProgress](h)(h.ModelImportProgress(id))
	clock = clock.Add(1)
	if _, err := h.ModelImportProgress(id); apperr.Code(err) != "model_import_unknown" {
		t.Errorf("10 minutes later: %v", err)
	}
}

func TestModelImportEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := h.provider("up")
	id := must[string](h)(h.StartModelImport(catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: manyModels(5000, "")}))
	h.Close()
	p := must[catalog.ModelImportProgress](h)(h.ModelImportProgress(id))
	if !p.Done || p.Error != nil || p.Canceled == (p.Added == 5000) {
		t.Errorf("after the end: %+v", p)
	}
	late := must[string](h)(h.StartModelImport(catalog.ModelImport{Provider: catalog.ProviderInput{ID: up.ID}, Models: manyModels(1, "")}))
	if p := h.ended(late); !p.Canceled {
		t.Errorf("after the end another began: %+v", p)
	}
}

// brokenDisk fails in words that are no business of a window's.
type brokenDisk struct{ catalog.Store }

func (brokenDisk) Change(context.Context, func(catalog.Tx) error) error {
	return errors.New("write block 7: disk on fire")
}

func TestWhatBreaksAModelImportIsLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var logged bytes.Buffer
	h.Catalog = catalog.New(catalog.Options{
		Store: brokenDisk{&memory{}}, Engine: h.engine, Bus: &event.Bus{}, Log: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	got := h.ended(must[string](h)(h.StartModelImport(catalog.ModelImport{Models: manyModels(1, "")})))
	if got.Error == nil || got.Error.Code != apperr.Internal || !strings.Contains(logged.String(), "disk on fire") {
		t.Errorf("it ended with %v, logged is %q", got.Error, logged.String())
	}
}
