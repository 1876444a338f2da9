package api

import (
	"headgate/app"
	"headgate/app/catalog"
)

// Groups are the names that clients put into "model".
type Groups struct{ app *app.App }

// List returns all groups, by name.
func (g *Groups) List() ([]catalog.Group, error) {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.Catalog.Groups(ctx)
}

// Save creates or changes a group with all its members.
func (g *Groups) Save(in catalog.GroupInput) (catalog.Group, error) {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.Catalog.SaveGroup(ctx, in)
}

// Delete removes a group. API keys and failure keywords that were bound to it
// lose it; a keyword that had no other is switched off.
func (g *Groups) Delete(id int64) error {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.Catalog.DeleteGroup(ctx, id)
}

// Health returns the state of every member that has failed lately or is pinned.
func (g *Groups) Health() []catalog.MemberHealth { return g.app.Catalog.Health() }

// ClearCooldown makes a member eligible again.
func (g *Groups) ClearCooldown(memberID int64) { g.app.Catalog.ClearCooldown(memberID) }

// Pin puts a member first in its group for an hour. Code: member_not_served.
func (g *Groups) Pin(memberID int64) error { return g.app.Catalog.Pin(memberID) }

// Unpin ends a member's pin.
func (g *Groups) Unpin(memberID int64) { g.app.Catalog.Unpin(memberID) }

// TestRules tells which of a list of rules, perhaps of unsaved ones of a group or
// a provider, would decide on an upstream's answer. status 0: it isn't known.
func (g *Groups) TestRules(in []catalog.Rule, status int, answer string) (catalog.RuleTest, error) {
	return g.app.Catalog.TestRules(in, status, answer)
}

// Explain tells which member of a group would answer now, and why: all members,
// those with a turn first, in its order.
func (g *Groups) Explain(id int64) ([]catalog.Prospect, error) {
	ctx, cancel := bounded()
	defer cancel()
	return g.app.Catalog.Explain(ctx, id)
}
