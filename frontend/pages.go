package frontend

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// Policy is the content security policy that the pages are made for: they load
// their own files and talk to their own origin, and nothing else.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'"

const (
	indexPage       = "index.html"
	placeholderPage = "placeholder.html"
)

// File returns the file at a URL's path with its media type. The pages route by
// the hash, so that "/" is the only page; a build without it has a placeholder
// there that says so. The error is fs.ErrNotExist or fs.ErrInvalid.
func File(pages fs.FS, urlPath string) (content []byte, mediaType string, err error) {
	name := strings.TrimPrefix(urlPath, "/")
	if name == "" {
		name = indexPage
	}
	content, err = fs.ReadFile(pages, name)
	if name == indexPage && errors.Is(err, fs.ErrNotExist) {
		content, err = fs.ReadFile(pages, placeholderPage)
	}
	if err != nil {
		return nil, "", err
	}
	mediaType, known := mediaTypes[path.Ext(name)]
	if !known {
		mediaType = "application/octet-stream"
	}
	return content, mediaType, nil
}

// mediaTypes are spelt out: package mime asks the system, and Windows' registry
// has been seen to call JavaScript text/plain.
var mediaTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".ico":   "image/x-icon",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}
