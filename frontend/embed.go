// Package frontend carries the built window.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Pages is the built window, or a placeholder page that says how to build it.
var Pages = func() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: can't fail
	}
	return pages
}()
