package server

import (
	"io"
	"mime"
	"net/http"
	"time"

	"headgate/app"
	"headgate/app/apperr"
)

const maxUploads = 4 // at a time

// upload answers POST /files?name=<name> with an app.Upload. The body is the
// file: its kind makes browsers ask before another site's page may send it.
// Codes: bad_arguments (415), too_many_uploads (503), upload_too_large (413),
// upload_failed.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, _ ticket) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/octet-stream" {
		refuse(w, http.StatusUnsupportedMediaType, apperr.New("bad_arguments", "Reason", "a file is sent as application/octet-stream"))
		return
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		refuse(w, http.StatusServiceUnavailable, apperr.New("too_many_uploads"))
		return
	}
	tooLarge := apperr.New("upload_too_large", "MaxMiB", app.MaxUpload>>20)
	if r.ContentLength > app.MaxUpload {
		w.Header().Set("Connection", "close") // what follows is not read
		refuse(w, http.StatusRequestEntityTooLarge, tooLarge)
		return
	}
	conn := http.NewResponseController(w)
	taken, err := s.app.Uploads.Take(&arriving{r.Body, conn}, r.URL.Query().Get("name"))
	_ = conn.SetWriteDeadline(time.Now().Add(transferStep)) // the server's own began with the file
	switch {
	case err == nil:
		_ = reply(w, taken) // strings and a number only: can't fail
	case apperr.Code(err) == tooLarge.Code:
		refuse(w, http.StatusRequestEntityTooLarge, err)
	default:
		s.log.Warn("a file could not be taken in", "error", err)
		s.refuseFile(w, "take a file in", err)
	}
}

// arriving is a body that may take long as long as it goes on.
type arriving struct {
	body io.Reader
	conn *http.ResponseController
}

func (a *arriving) Read(p []byte) (int, error) {
	_ = a.conn.SetReadDeadline(time.Now().Add(transferStep))
	return a.body.Read(p)
}
