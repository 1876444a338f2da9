//go:build desktop || bindings || dev

package desktop

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// policy lets the page load its own files and nothing else. Wails adds two
// scripts to the page, both as files of the page's own origin, and calls into
// it from outside the page, which no policy touches: it needs no exception.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'"

// pages serves the built window or, where there is none, the page that says
// how to build it.
func pages(files fs.FS) http.Handler {
	start := "index.html"
	if _, err := fs.Stat(files, start); err != nil {
		start = "placeholder.html"
	}
	return strict(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			http.Error(w, "only GET", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if name == "" || name == "index.html" {
			name = start
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType(name))
		_, _ = w.Write(content)
	}))
}

// strict sets the headers that every page and file is served with.
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // another version may have been here
		next.ServeHTTP(w, r)
	})
}

// contentTypes are spelt out: package mime asks the system, and Windows'
// registry has been seen to call JavaScript text/plain.
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

func contentType(name string) string {
	if t, ok := contentTypes[path.Ext(name)]; ok {
		return t
	}
	return "application/octet-stream"
}
