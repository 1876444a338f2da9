//go:build bindings || ((desktop || dev) && darwin)

package desktop

// put leaves the place to the system, which centres the window in the size that it
// had: what Wails tells of a place on macOS doesn't say on which screen.
func (place) put() {}

func nativePlace() (n [4]int) { return n }

// dress isn't needed: frame and page follow the system by themselves.
func dress(colours) {}

// withhold isn't needed: a window that begins hidden isn't seen.
func withhold() {}
