package api

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"

	"headgate/app"
	"headgate/app/apperr"
)

// Files move files between the program and a person's folders, in the window
// alone: a browser sends and fetches them over HTTP. Which file it is, a person
// chooses in a dialog of the system's; no path comes from a page.
type Files struct {
	app     *app.App
	dialogs Dialogs
}

// Dialogs ask a person for a file. An empty path means that none was chosen.
type Dialogs interface {
	Open() (path string, err error)
	// Save suggests a name. The system has asked before a file is replaced.
	Save(name string) (path string, err error)
}

// NewFiles returns what the window binds beside All.
func NewFiles(a *app.App, d Dialogs) *Files { return &Files{a, d} }

// Open lets a person choose a file and takes it in. The ID is "" when the
// person chose none. Codes: file_unreadable and those of Uploads.Take.
func (f *Files) Open() (app.Upload, error) {
	path, err := f.dialogs.Open()
	if err != nil || path == "" {
		return app.Upload{}, err
	}
	// Before it is opened: a pipe would wait for its other end.
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return app.Upload{}, apperr.Wrap(err, "file_unreadable", "File", path)
	}
	file, err := os.Open(path) //nolint:gosec // a person chose it
	if err != nil {
		return app.Upload{}, apperr.Wrap(err, "file_unreadable", "File", path)
	}
	defer func() { _ = file.Close() }()
	return f.app.Uploads.Take(file, filepath.Base(path))
}

// Save lets a person choose where a document goes and writes it there: all of
// it, or nothing. It returns the file's name, "" when the person chose none.
// args is the document's JSON argument.
// Codes: document_unknown, file_unwritable and the document's own.
func (f *Files) Save(document, args string) (string, error) {
	// No bound: a person looks for a folder, and a long log is written.
	ctx := context.Background()
	file, err := PrepareDocument(ctx, f.app, document, args)
	if err != nil {
		return "", err
	}
	path, err := f.dialogs.Save(file.Name)
	if err != nil || path == "" {
		return "", err
	}
	if err := writeWhole(ctx, path, file); err != nil {
		return "", err
	}
	return filepath.Base(path), nil
}

// writeWhole writes beside path and moves it there: a failure leaves what was.
func writeWhole(ctx context.Context, path string, file File) (err error) {
	unwritable := func(err error) error { return apperr.Wrap(err, "file_unwritable", "File", path) }
	to, err := os.CreateTemp(filepath.Dir(path), ".headgate-*")
	if err != nil {
		return unwritable(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(to.Close()), os.Remove(to.Name()))
		}
	}()
	out := &noted{to: bufio.NewWriterSize(to, 64<<10)}
	if err := file.Write(ctx, out); err != nil {
		if out.failed != nil {
			return unwritable(err)
		}
		return err
	}
	if err := errors.Join(out.to.Flush(), to.Sync(), to.Close()); err != nil {
		return unwritable(err)
	}
	if err := os.Rename(to.Name(), path); err != nil {
		return unwritable(err)
	}
	return nil
}

// noted remembers that writing failed, which is the disk's fault and not the
// document's.
type noted struct {
	to     *bufio.Writer
	failed error
}

func (n *noted) Write(p []byte) (int, error) {
	written, err := n.to.Write(p)
	if err != nil {
		n.failed = err
	}
	return written, err
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
