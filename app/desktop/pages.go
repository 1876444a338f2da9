//go:build desktop || bindings || dev

package desktop

import (
	"io/fs"
	"net/http"

	"headgate/frontend"
)

// pages serves the built window or, where there is none, the page that says
// how to build it.
func pages(files fs.FS) http.Handler {
	return strict(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			http.Error(w, "only GET", http.StatusMethodNotAllowed)
			return
		}
		content, mediaType, err := frontend.File(files, r.URL.Path)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(content)
	}))
}

// strict sets the headers that every page and file is served with. The policy
// needs no exception: Wails adds two scripts to the page, both as files of the
// page's own origin, and calls into it from outside, which no policy touches.
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", frontend.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // another version may have been here
		next.ServeHTTP(w, r)
	})
}
