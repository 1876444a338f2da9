//go:build (desktop || bindings || dev) && !linux

package desktop

// display tells why no window can be shown.
func display() error { return nil }
