//go:build (desktop || dev) && !bindings

package desktop

import (
	"embed"
	"runtime"
	"strings"

	"fyne.io/systray"
)

//go:embed icons/running.ico icons/stopped.ico icons/failed.ico
var icons embed.FS

func icon(s shape) []byte {
	content, _ := icons.ReadFile("icons/" + string(s) + ".ico") // embedded: can't fail
	return content
}

func templateIcon(shape) []byte { return nil } // macOS only

func (a *systrayArea) beforeWindow(view, func(line), func()) {}

func (a *systrayArea) start(first view, click func(line), ready func()) {
	systray.SetOnTapped(func() { click(line{command: commandOpen}) })
	a.end = systray.Quit
	go func() {
		// Windows delivers a window's messages to the thread that made it.
		runtime.LockOSThread()
		systray.Run(func() { a.build(first, click, ready) }, nil)
	}()
}

func (a *systrayArea) visible() bool { return a.ready.Load() }

// escaped keeps the ampersands of names: one alone marks a letter to press.
func escaped(title string) string { return strings.ReplaceAll(title, "&", "&&") }
