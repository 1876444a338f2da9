//go:build bindings || ((desktop || dev) && !linux)

package desktop

// put leaves the place to the system, which centres the window in the size that it
// had: what Wails tells of a place there doesn't say on which screen.
func (place) put() {}

// dress isn't needed: frame and page follow the system by themselves.
func dress(colours) {}
