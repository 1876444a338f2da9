//go:build bindings

package desktop

// systemArea: reading the bound methods needs no tray, and without it the
// package type-checks for macOS on any machine.
func systemArea() area { return nil }
