package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"headgate/app/apperr"
)

// refuse answers with what a person may know of err: its code and params.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, apperr.JSON(err)+"\n")
}

func reply(w http.ResponseWriter, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
	return nil
}

// readBody returns a JSON request's body, or answers and returns false.
// Codes: json_required (415), body_too_large (413), bad_arguments.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, apperr.New("json_required"))
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		refuse(w, http.StatusRequestEntityTooLarge, apperr.New("body_too_large", "Limit", limit))
		return nil, false
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, apperr.New("bad_arguments", "Reason", "the body could not be read"))
		return nil, false
	}
	return body, true
}
