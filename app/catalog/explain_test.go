package catalog_test

import (
	"reflect"
	"testing"
	"time"

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
