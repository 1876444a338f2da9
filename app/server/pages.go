package server

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// pages serves the built pages. They route by the hash, so that the only page
// is index.html; a build without it has a placeholder that says so.
type pages struct{ files fs.FS }

const (
	indexPage       = "index.html"
	placeholderPage = "placeholder.html"
	hashedFolder    = "assets/" // the build names these files by their content
)

// contentTypes are those of the files that the build makes: the system's own
// table may know less.
var contentTypes = map[string]string{
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

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Pages can only be read.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = indexPage
	}
	content, err := p.read(name)
	if err != nil {
		http.Error(w, "There is no such page.", http.StatusNotFound)
		return
	}
	kind, known := contentTypes[path.Ext(name)]
	if !known {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if strings.HasPrefix(name, hashedFolder) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}

func (p pages) read(name string) ([]byte, error) {
	content, err := fs.ReadFile(p.files, name)
	if name == indexPage && errors.Is(err, fs.ErrNotExist) {
		return fs.ReadFile(p.files, placeholderPage)
	}
	return content, err
}
