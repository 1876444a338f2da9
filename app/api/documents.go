package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/calllog"
)

// Document is a kind of file that a person can have. It checks its JSON
// argument, so that what can be refused is refused before a file is begun.
// Codes: bad_arguments and the document's own.
type Document func(ctx context.Context, args string) (File, error)

// File is a document that is ready to be written, once.
type File struct {
	Name        string // suggested: with the time, without a folder
	ContentType string
	// Write writes all of it. After an error the file is of no use.
	Write func(ctx context.Context, w io.Writer) error
}

// Documents are the files that a person can have, by the names that pages know.
func Documents(a *app.App) map[string]Document {
	return map[string]Document{
		"calls":         func(_ context.Context, args string) (File, error) { return callsFile(a, args) },
		"backup":        func(_ context.Context, args string) (File, error) { return backupFile(a, args) },
		"support":       func(_ context.Context, args string) (File, error) { return supportFile(a, args) },
		"configuration": func(ctx context.Context, args string) (File, error) { return configurationFile(ctx, a, args) },
	}
}

// PrepareDocument returns the file of a document by its name.
// Codes: document_unknown and those of Document.
func PrepareDocument(ctx context.Context, a *app.App, name, args string) (File, error) {
	document, known := Documents(a)[name]
	if !known {
		return File{}, apperr.New("document_unknown")
	}
	return document(ctx, args)
}

// callsFile is the calls that match a query, as a table or as JSON.
func callsFile(a *app.App, args string) (File, error) {
	var in struct {
		Query  calllog.Query `json:"query"`
		Format string        `json:"format"` // csv or json
	}
	if err := decodeArgs(args, &in); err != nil {
		return File{}, err
	}
	if err := calllog.CheckExport(in.Query, in.Format); err != nil {
		return File{}, err
	}
	kind := map[string]string{calllog.FormatCSV: "text/csv; charset=utf-8", calllog.FormatJSON: "application/json"}
	return File{
		Name:        fileName("calls", in.Format),
		ContentType: kind[in.Format],
		Write: func(ctx context.Context, w io.Writer) error {
			return a.CallLog.Export(ctx, in.Query, in.Format, w)
		},
	}, nil
}

// fileName has the time in it, in the system's zone and without characters that
// some file system refuses.
func fileName(what, extension string) string {
	return "headgate-" + what + "-" + time.Now().Format("2006-01-02-150405") + "." + extension
}

// decodeArgs refuses what doesn't fit exactly. Code: bad_arguments.
func decodeArgs(args string, to any) error {
	decoder := json.NewDecoder(strings.NewReader(args))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return apperr.New("bad_arguments", "Reason", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return apperr.New("bad_arguments", "Reason", "there is more after the value")
	}
	return nil
}
