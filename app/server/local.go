package server

import (
	"context"
	"mime"
	"net/http"

	"headgate/app"
	"headgate/app/api"
)

// Local answers this person's own command line at the data folder's door, which
// lets nobody else in: the pages' methods and files without a login.
//
//	POST /rpc/<Type>/<Method>  as for the pages
//	POST /files?name=<name>    as for the pages
//	POST /document/<document>  the document's argument → the file
func Local(a *app.App) http.Handler {
	s := &Server{
		app: a, log: a.Log, methods: methodsOf(api.All(a)),
		uploads: make(chan struct{}, maxUploads), leaving: context.Background(),
	}
	mux := http.NewServeMux()
	known := func(act func(http.ResponseWriter, *http.Request, ticket)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { act(w, r, ticket{}) })
	}
	mux.Handle("POST /rpc/{type}/{method}", known(s.call))
	mux.Handle("POST /files", known(s.upload))
	mux.HandleFunc("POST /document/{document}", s.document)
	mux.Handle("/", known(notFound))
	return mux
}

// document answers POST /document/<document> with the file. When it can't be
// finished the connection breaks.
// Codes: document_unknown, bad_arguments, internal (500), the document's own.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, prepareLimit)
	if !ok {
		return
	}
	file, err := api.PrepareDocument(r.Context(), s.app, r.PathValue("document"), string(body))
	if err != nil {
		s.refuseFile(w, "prepare a file", err)
		return
	}
	w.Header().Set("Content-Type", file.ContentType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	if err := file.Write(r.Context(), w); err != nil {
		s.log.Error("a file broke off", "file", file.Name, "error", err)
		panic(http.ErrAbortHandler)
	}
}
