//go:build desktop || bindings || dev

package desktop

import (
	"errors"
	"os"
)

// display tells why no window can be shown. GTK would end the process instead.
func display() error {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
	}
	return nil
}
