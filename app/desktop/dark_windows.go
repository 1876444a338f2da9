//go:build desktop || bindings || dev

package desktop

import (
	"time"

	"golang.org/x/sys/windows/registry"
)

// systemIsDark reads what the person chose for programs' colours.
func systemIsDark() bool {
	const place = `Software\Microsoft\Windows\CurrentVersion\Themes\Personalize`
	key, err := registry.OpenKey(registry.CURRENT_USER, place, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close()
	light, _, err := key.GetIntegerValue("AppsUseLightTheme")
	return err == nil && light == 0
}

// The web view follows the system's colours by itself.
func systemColours(time.Duration) colours { return coloursUnknown }

func watchColours(func()) (stop func()) { return func() {} }
