package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Action is what happens to one object.
type Action string

// What can happen. An import never removes; putting a backup back does.
const (
	Created   Action = "created"
	Changed   Action = "changed"
	Unchanged Action = "unchanged"
	Removed   Action = "removed"
)

// Kind is what an object is.
type Kind string

// The kinds of objects.
const (
	KindProvider Kind = "provider"
	KindModel    Kind = "model"
	KindGroup    Kind = "group"
	KindAPIKey   Kind = "api_key"
	KindKeyword  Kind = "keyword"
	KindSettings Kind = "settings"
)

// Change is what happens to one object.
type Change struct {
	Action  Action   `json:"action"`
	Kind    Kind     `json:"kind"`
	Name    string   `json:"name"`    // "" for settings
	Of      string   `json:"of"`      // a model's provider
	Details []Detail `json:"details"` // what is new about a changed one, what a created one has
}

// Detail is one difference. Its words are the text "change.<code>", filled by
// Params.
type Detail struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params"`
}

// MadeKey is an API key that an import made. Its text is not to be had again; a
// preview has none.
type MadeKey struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// Report is what an import did, in the order of the file.
type Report struct {
	Changes  []Change
	MadeKeys []MadeKey
}

// Changed reports whether the import changed anything.
func (r Report) Changed() bool {
	return slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Action != Unchanged })
}

// Count returns how many changes are of an action.
func (r Report) Count(a Action) int {
	n := 0
	for _, c := range r.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// String lists the changes a line each, in codes, for tests and logs.
func (r Report) String() string {
	var b strings.Builder
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "%s %s %q", c.Action, c.Kind, c.Name)
		if c.Of != "" {
			fmt.Fprintf(&b, " of %q", c.Of)
		}
		for i, d := range c.Details {
			b.WriteString(map[bool]string{true: ": ", false: ", "}[i == 0])
			b.WriteString(d.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (d Detail) String() string {
	var b strings.Builder
	b.WriteString(d.Code)
	for _, name := range slices.Sorted(maps.Keys(d.Params)) {
		fmt.Fprintf(&b, " %s=%s", name, d.Params[name])
	}
	return b.String()
}

// saved notes an object that was created or, when details say how, changed.
func (r *Report) saved(created bool, c Change) {
	c.Action = Unchanged
	switch {
	case created:
		c.Action = Created
	case len(c.Details) > 0:
		c.Action = Changed
	}
	r.note(c)
}

// note adds a change; the window wants lists, be they empty.
func (r *Report) note(c Change) {
	if c.Details == nil {
		c.Details = []Detail{}
	}
	r.Changes = append(r.Changes, c)
}
