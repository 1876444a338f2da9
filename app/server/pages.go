package server

import (
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"headgate/frontend"
)

// pages serves the built pages.
type pages struct{ files fs.FS }

// hashedFolder holds files that the build names by their content.
const hashedFolder = "/assets/"

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Pages can only be read.", http.StatusMethodNotAllowed)
		return
	}
	content, mediaType, err := frontend.File(p.files, r.URL.Path)
	if err != nil {
		http.Error(w, "There is no such page.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if strings.HasPrefix(r.URL.Path, hashedFolder) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}
