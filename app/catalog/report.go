package catalog

import (
	"fmt"
	"strings"
)

// Action is what an import did with one object.
type Action string

// What an import can do. It never deletes.
const (
	Created   Action = "created"
	Changed   Action = "changed"
	Unchanged Action = "unchanged"
)

// Change is what an import did with one object, in English.
type Change struct {
	Action  Action   `json:"action"`
	Kind    string   `json:"kind"`    // provider, model, group, api_key, keyword, settings
	Name    string   `json:"name"`    // "" for settings
	Object  string   `json:"-"`       // such as: provider "up"
	Details []string `json:"details"` // what is new about a changed one, in English
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
	for _, c := range r.Changes {
		if c.Action != Unchanged {
			return true
		}
	}
	return false
}

// String lists the changes a line each, the made keys, and a summary.
func (r Report) String() string {
	var b strings.Builder
	count := map[Action]int{}
	for _, c := range r.Changes {
		count[c.Action]++
		fmt.Fprintf(&b, "%-9s %s", c.Action, c.Object)
		if len(c.Details) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(c.Details, ", "))
		}
		b.WriteByte('\n')
	}
	for _, k := range r.MadeKeys {
		if k.Key == "" {
			fmt.Fprintf(&b, "API key %q will be made\n", k.Name)
			continue
		}
		fmt.Fprintf(&b, "API key %q is %s (shown this once)\n", k.Name, k.Key)
	}
	if !r.Changed() {
		b.WriteString("Nothing changed.\n")
		return b.String()
	}
	fmt.Fprintf(&b, "%d created, %d changed, %d unchanged.\n", count[Created], count[Changed], count[Unchanged])
	return b.String()
}

// saved notes an object that was created or, when details say how, changed.
func (r *Report) saved(created bool, object string, details []string) {
	action := Unchanged
	switch {
	case created:
		action = Created
	case len(details) > 0:
		action = Changed
	}
	r.Changes = append(r.Changes, Change{Action: action, Object: object, Details: details})
}
