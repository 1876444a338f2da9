//go:build (desktop || bindings || dev) && !linux && !windows

package desktop

// systemIsDark would need a call into Cocoa; the page's own colour, painted
// within half a second, is right in any case.
func systemIsDark() bool { return false }
