package api

import (
	"context"
	"io"

	"headgate/app"
)

// configurationFile is the configuration: without secrets or, with a passphrase,
// with all of them and locked.
func configurationFile(ctx context.Context, a *app.App, args string) (File, error) {
	var in struct {
		Passphrase string `json:"passphrase"` // "": without secrets
	}
	if err := decodeArgs(args, &in); err != nil {
		return File{}, err
	}
	content, err := a.Catalog.Export(ctx, in.Passphrase)
	if err != nil {
		return File{}, err
	}
	file := File{Name: fileName("configuration", "json"), ContentType: "application/json"}
	if in.Passphrase != "" {
		file.Name, file.ContentType = fileName("configuration", "age"), "application/octet-stream"
	}
	file.Write = func(_ context.Context, w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
	return file, nil
}
