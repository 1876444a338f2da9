package catalog_test

import (
	"testing"

	"headgate/app/catalog"
	"headgate/gateway"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.model(h.provider("up").ID, "m1")
	for _, policy := range []gateway.Policy{gateway.PolicyPriority, gateway.PolicyWeighted, gateway.PolicyLeastLatency} {
		must[catalog.Group](h)(h.SaveGroup(t.Context(), catalog.GroupInput{
			Name: string(policy), Policy: string(policy), Enabled: true,
			Members: []catalog.MemberInput{{ModelID: m.ID, Priority: 1, Weight: 1000, Enabled: true}},
		}))
		groups := h.engine.last().Groups
		if g := groups[len(groups)-1]; g.Policy != policy || g.Members[0].Weight != 1000 {
			t.Errorf("the engine has %+v", g)
		}
	}
}
