//go:build (desktop || dev) && !bindings

package desktop

import (
	"embed"

	"fyne.io/systray"
)

//go:embed icons
var icons embed.FS

func icon(s shape) []byte {
	content, _ := icons.ReadFile("icons/" + string(s) + ".png") // embedded: can't fail
	return content
}

// templateIcon is black on nothing: macOS colours it for its menu bar.
func templateIcon(s shape) []byte {
	content, _ := icons.ReadFile("icons/template-" + string(s) + ".png") // embedded: can't fail
	return content
}

// beforeWindow makes the item: the library wants the main thread, which Wails
// keeps from its start to its end. It has not been seen working on a Mac yet;
// HEADGATE_NO_TRAY=1 does without it.
func (a *systrayArea) beforeWindow(first view, click func(line), ready func()) {
	begin, end := systray.RunWithExternalLoop(func() { a.build(first, click, ready) }, nil)
	a.end = end
	begin()
}

func (a *systrayArea) start(view, func(line), func()) {}

func (a *systrayArea) visible() bool { return a.ready.Load() }

func escaped(title string) string { return title }
