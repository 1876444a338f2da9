//go:build (desktop || bindings || dev) && !linux && !windows

package desktop

import "time"

// systemIsDark would need a call into Cocoa; the page's own colour, painted
// within half a second, is right in any case.
func systemIsDark() bool { return false }

// The web view follows the system's colours by itself.
func systemColours(time.Duration) colours { return coloursUnknown }

func watchColours(func()) (stop func()) { return func() {} }
