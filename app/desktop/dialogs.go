//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"errors"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// dialogs are the system's dialogs for files, over the window.
type dialogs struct{ shell *shell }

var errNoWindow = errors.New("there is no window to show a dialog over")

// Open asks which file to read; "": none.
func (d dialogs) Open() (path string, err error) {
	return d.ask(func(ctx context.Context) (string, error) {
		return runtime.OpenFileDialog(ctx, runtime.OpenDialogOptions{
			Title: d.shell.tray.texts().T("dialog.open", nil),
		})
	})
}

// Save asks where a file goes; "": nowhere.
func (d dialogs) Save(name string) (path string, err error) {
	return d.ask(func(ctx context.Context) (string, error) {
		return runtime.SaveFileDialog(ctx, runtime.SaveDialogOptions{
			Title:                d.shell.tray.texts().T("dialog.save", nil),
			DefaultFilename:      name,
			CanCreateDirectories: true,
		})
	})
}

func (d dialogs) ask(show func(context.Context) (string, error)) (path string, err error) {
	err = errNoWindow
	d.shell.withWindow(func(ctx context.Context) { path, err = show(ctx) })
	return path, err
}
