//go:build (desktop || bindings || dev) && !darwin

package desktop

import "github.com/wailsapp/wails/v2/pkg/menu"

// menuBar: Windows' and Linux' text fields know their keys by themselves, and a bar
// would only repeat the rail.
func menuBar() *menu.Menu { return nil }
