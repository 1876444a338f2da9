// Package desktop is Headgate's native window with its tray item.
//
// A build without one of the tags desktop, bindings and dev has no window: it
// is a static program for servers, and Available says so. The package is the
// only one that imports Wails.
package desktop

import (
	"io"
	"io/fs"

	"headgate/app"
)

// Options say what the window shows.
type Options struct {
	App    *app.App  // not started yet: Run starts and closes it
	Pages  fs.FS     // the built window, or only placeholder.html
	Stderr io.Writer // failures to start are told here too
	Hidden bool      // no window at first, where a tray can bring one; a start at login
	Link   string    // a headgate:// link that was opened; "": none
}
