//go:build desktop || bindings || dev

package desktop

import "github.com/wailsapp/wails/v2/pkg/menu"

// menuBar has the menus without which a Mac's text fields know no ⌘C.
func menuBar() *menu.Menu {
	return menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu(), menu.WindowMenu())
}
