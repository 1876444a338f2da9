package catalog_test

import (
	"reflect"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/gateway"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	up, off := h.provider("up", "sk-first-0123456789"), h.provider("off")
	keyless := must[catalog.Provider](h)(h.SaveProvider(ctx, catalog.ProviderInput{
		Name: "all keys off", Dialect: "openai", BaseURL: "http://keys.example", Enabled: true,
		Keys: []catalog.ProviderKeyInput{{Secret: "sk-third-0123456789"}},
	}))
	if err := h.SetProviderEnabled(ctx, off.ID, false); err != nil {
		t.Fatal(err)
	}
	var models []int64
	for _, m := range []catalog.Model{
		{ProviderID: keyless.ID, Name: "keys off", Enabled: true},
		{ProviderID: off.ID, Name: "provider off", Enabled: true},
		{ProviderID: up.ID, Name: "model off"},
		{ProviderID: off.ID, Name: "member off"},
		{ProviderID: up.ID, Name: "second", Enabled: true},
		{ProviderID: up.ID, Name: "cooling down", Enabled: true},
		{ProviderID: up.ID, Name: "first", Enabled: true},
	} {
		models = append(models, must[catalog.Model](h)(h.SaveModel(ctx, m)).ID)
	}
	in := catalog.GroupInput{Name: "chat", Policy: "priority", Enabled: true}
	for i, m := range models {
		in.Members = append(in.Members, catalog.MemberInput{ModelID: m, Priority: i, Weight: 1, Enabled: i != 3})
	}
	g := must[catalog.Group](h)(h.SaveGroup(ctx, in))
	id := func(i int) int64 { return g.Members[i].ID }
	h.engine.prospects = []gateway.Prospect{
		{MemberID: id(6), Turn: 1, Reason: gateway.ProspectWeight, KeyHint: "sk-f…6789", Share: 0.25},
		{MemberID: id(4), Turn: 2, Reason: gateway.ProspectFaster, Latency: 1500500 * time.Microsecond},
		{MemberID: id(5), Reason: gateway.ProspectCooldown, Until: now},
		{MemberID: 999, Turn: 3}, // of a group that was, and is not this one
	}
	share, latency := 0.25, 1500.5
	want := []catalog.Prospect{
		{MemberID: id(6), Turn: 1, Reason: "weight", KeyHint: "sk-f…6789", Share: &share},
		{MemberID: id(4), Turn: 2, Reason: "faster", LatencyMS: &latency},
		{MemberID: id(0), Reason: "keys_off"},
		{MemberID: id(1), Reason: "provider_off"},
		{MemberID: id(2), Reason: "model_off"},
		{MemberID: id(3), Reason: "member_off"},
		{MemberID: id(5), Reason: "cooldown", Until: now.UnixMilli()},
	}
	if got := must[[]catalog.Prospect](h)(h.Explain(ctx, g.ID)); !reflect.DeepEqual(got, want) {
		t.Errorf("explained %+v\nwant %+v", got, want)
	}
	if h.engine.explained != g.ID {
		t.Errorf("the engine was asked for group %d", h.engine.explained)
	}

	// A member that nothing keeps from being called must be with the engine.
	h.engine.prospects = nil
	if _, err := h.Explain(ctx, g.ID); err == nil {
		t.Error("members that the engine lost were explained")
	}
	in.ID, in.Enabled = g.ID, false
	must[catalog.Group](h)(h.SaveGroup(ctx, in))
	got := must[[]catalog.Prospect](h)(h.Explain(ctx, g.ID))
	for i, p := range got {
		if (p != catalog.Prospect{MemberID: id(i), Reason: "group_off"}) {
			t.Errorf("in a group that is off: %+v", p)
		}
	}
	if len(got) != len(models) {
		t.Errorf("%d members are explained", len(got))
	}
	if got := must[[]catalog.Prospect](h)(h.Explain(ctx, h.group("empty").ID)); got == nil || len(got) != 0 {
		t.Errorf("an empty group: %v", got)
	}
	_, err := h.Explain(ctx, 99)
	wantCode(t, err, "group_not_found")
}

// The real engine and the catalog agree on who is there.
func TestExplainWithTheEngine(t *testing.T) {
	t.Parallel()
	engine := gateway.New(gateway.Options{})
	defer engine.Close()
	c := servedHouse(t, engine, nil)
	ctx := t.Context()
	document := `{"version":1,
		"providers":[{"name":"up","base_url":"https://up.example","keys":["sk-first-0123456789"],
			"models":[{"id":"rare"},{"id":"often"},{"id":"off","enabled":false}]}],
		"groups":[{"name":"chat","policy":"weighted","members":[
			{"provider":"up","model":"off","priority":0},
			{"provider":"up","model":"rare","weight":1},{"provider":"up","model":"often","weight":3}]}]}`
	if _, err := c.Import(ctx, []byte(document)); err != nil {
		t.Fatal(err)
	}
	groups, err := c.Groups(ctx)
	if err != nil {
		t.Fatal(err)
	}
	named := map[int64]string{}
	for _, m := range groups[0].Members {
		named[m.ID] = m.Model
	}
	got, err := c.Explain(ctx, groups[0].ID)
	if err != nil || len(got) != 3 {
		t.Fatalf("explained %+v, %v", got, err)
	}
	shares := map[string]float64{}
	for i, p := range got[:2] {
		if p.Turn != i+1 || p.Share == nil || p.KeyHint != "sk-f…6789" || p.Reason != "weight" {
			t.Fatalf("turn %d: %+v", i+1, p)
		}
		shares[named[p.MemberID]] = *p.Share
	}
	if shares["rare"] != 0.25 || shares["often"] != 0.75 {
		t.Errorf("they come first in %v", shares)
	}
	if last := got[2]; named[last.MemberID] != "off" || last.Reason != "model_off" || last.Turn != 0 || last.Share != nil {
		t.Errorf("passed over: %+v", last)
	}
}

// What can't be asked can't be pinned either.
func TestPinNeedsAServedMember(t *testing.T) {
	t.Parallel()
	engine := gateway.New(gateway.Options{})
	defer engine.Close()
	c := servedHouse(t, engine, nil)
	if err := c.Pin(7); apperr.Code(err) != "member_not_served" {
		t.Errorf("got %v, want member_not_served", err)
	}
	c.Unpin(7)
	if list := c.Health(); len(list) != 0 {
		t.Errorf("health: %+v", list)
	}
}
