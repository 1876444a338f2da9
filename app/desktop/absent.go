//go:build !(desktop || bindings || dev)

package desktop

import "errors"

var errAbsent = errors.New("this headgate was built without a window")

// Available tells why no window can be had; nil when one can.
func Available() error { return errAbsent }

// Run fails: this build has no window.
func Run(Options) error { return errAbsent }

// Examine has nothing to look at.
func Examine() []Finding {
	return []Finding{{Check: "window", Level: "ok", Says: "this program is the one for servers: it has none"}}
}
