package api

import (
	"context"
	"io"

	"headgate/app"
	"headgate/app/support"
)

// Support is what a person can hand to somebody who helps.
type Support struct{ app *app.App }

// Make makes a bundle, which is shown before it is saved as the document
// "support". window is what the page's browser says of itself.
func (s *Support) Make(window string) (app.SupportBundle, error) {
	ctx, cancel := bounded()
	defer cancel()
	return s.app.Support.Make(ctx, window)
}

// supportFile is a bundle that was made, without files that a person took out.
func supportFile(a *app.App, args string) (File, error) {
	var in struct {
		ID      string   `json:"id"`
		Without []string `json:"without"`
	}
	if err := decodeArgs(args, &in); err != nil {
		return File{}, err
	}
	files, err := a.Support.Made(in.ID, in.Without)
	if err != nil {
		return File{}, err
	}
	return File{Name: fileName("support", "zip"), ContentType: "application/zip", Write: func(_ context.Context, w io.Writer) error {
		return support.Zip(w, files)
	}}, nil
}
