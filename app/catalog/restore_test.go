package catalog_test

import (
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/settings"
)

// keeper is a store that a test can look into.
type keeper struct{ *memory }

func (k keeper) state(t *testing.T) catalog.Configuration {
	t.Helper()
	c, err := k.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRestore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kept := keeper{&memory{}}
	bus := &event.Bus{}
	h.heard = bus.Listen()
	h.Catalog = catalog.New(catalog.Options{Store: kept, Engine: h.engine, Bus: bus})
	h.imports(sample)
	h.imports(`{"version":1,"providers":[{"name":"gone","base_url":"http://gone.example","models":[{"id":"g1"},{"id":"g2"}]}],"groups":[{"name":"more"}]}`)
	before := kept.state(t)

	ctx := t.Context()
	up, gone := before.Providers[0], before.Providers[1]
	if err := h.DeleteProvider(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	m := up.Models[0]
	m.InputPrice, m.Name = price(9), "m9"
	must[catalog.Model](h)(h.SaveModel(ctx, m))
	h.model(up.ID, "added")
	must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{
		ID: up.ID, Name: "up", Dialect: "openai", BaseURL: up.BaseURL, Enabled: true,
		Keys: []catalog.ProviderKeyInput{{ID: up.Keys[0].ID, Secret: "sk-other-0123456789", Enabled: true}},
	}))
	must[catalog.Group](h)(h.SaveGroup(ctx, catalog.GroupInput{ID: before.Groups[0].ID, Name: "talk", Policy: "weighted", Enabled: true}))
	if err := h.DeleteGroup(ctx, before.Groups[1].ID); err != nil {
		t.Fatal(err)
	}
	must[catalog.NewAPIKey](h)(h.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "later", Enabled: true}))
	must[catalog.NewAPIKey](h)(h.RotateAPIKey(ctx, before.APIKeys[0].ID, 60))
	must[catalog.Keyword](h)(h.SaveKeyword(ctx, catalog.Keyword{Text: "later"}))
	s := settings.Default()
	s.Theme = settings.ThemeDark
	if err := h.SaveSettings(ctx, s); err != nil {
		t.Fatal(err)
	}
	changed := kept.state(t)
	h.topics()

	const want = `changed provider "up": keys_replaced Count=1
created provider "gone": models Count=2
changed model "m1" of "up": name From=m9 To=m1, input_price
removed model "added" of "up"
changed group "chat": name From=talk To=chat, policy, member_added Model=m1 Provider=up
created group "more"
changed api_key "laptop": key_text, key_grace
removed api_key "later"
removed keyword "later"
changed settings "": theme, failover_count From=2 To=3, failover_minutes From=5 To=7
`
	if got := must[catalog.Report](h)(h.PreviewRestore(ctx, before)).String(); got != want {
		t.Errorf("the preview says\n%s\nwant\n%s", got, want)
	}
	if len(h.topics()) != 0 {
		t.Error("a preview was published")
	}
	if got := must[catalog.Report](h)(h.Restore(ctx, before)).String(); got != want {
		t.Errorf("the restore did\n%s", got)
	}
	if topics := h.topics(); len(topics) != 5 {
		t.Errorf("published %v", topics)
	}
	if got := must[catalog.Report](h)(h.PreviewRestore(ctx, before)); got.Changed() || got.Changes == nil {
		t.Errorf("restored, there differs\n%s", got)
	}
	if c := h.engine.last(); c.Providers[0].Keys[0].Secret != "sk-canary-0123456789" || len(c.Groups) != 2 {
		t.Errorf("it serves %+v", c)
	}

	wrong := changed
	wrong.Settings.Theme = "loud"
	if _, err := h.Restore(ctx, wrong); apperr.Code(err) != "theme_unknown" {
		t.Errorf("settings that can't hold: %v", err)
	}
	if got := must[catalog.Report](h)(h.PreviewRestore(ctx, before)); got.Changed() {
		t.Errorf("a refused restore changed\n%s", got)
	}
}
