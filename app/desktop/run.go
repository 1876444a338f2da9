//go:build desktop || bindings || dev

package desktop

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"

	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/i18n"
	"headgate/app/instance"
)

// Available tells why no window can be had; nil when one can.
func Available() error {
	if generating {
		return nil
	}
	return display()
}

// Run starts the program, shows its window and returns when the person has
// quit and the calls in flight have ended. When another process has the data
// folder, that one's window comes to the front and Run returns nil.
//
// A failure to start is shown in a window of its own, written to Stderr and
// returned.
func Run(o Options) error {
	if generating {
		return wails.Run(&options.App{Bind: append(api.All(o.App), api.NewFiles(o.App, nil), api.NewNotifications(nil), api.NewAutostart(nil), api.NewLinks(nil))})
	}
	prepareWebView()
	if shown, err := startOrShow(o); err != nil {
		return failed(o, err)
	} else if shown {
		return nil
	}
	shell := newShell(o)
	err := shell.run()
	// A second SIGTERM or Ctrl+C breaks off the calls that the first lets finish.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if closeErr := o.App.Close(ctx); closeErr != nil {
		o.App.Log.Error("close", "error", closeErr)
	}
	return err
}

// patience is how long a start waits for another one of the same data folder,
// which may not have its window yet, or may be about to end.
const patience = 5 * time.Second

// startOrShow starts the program, or brings the window of the one that has the
// data folder to the front, with the link; a start that wants no window leaves that
// one alone.
func startOrShow(o Options) (shown bool, err error) {
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err = o.App.Start(context.Background())
		if apperr.Code(err) != "data_folder_locked" {
			return false, err
		}
		if o.Hidden || instance.Show(o.App.DataDir, o.Link) == nil {
			return true, nil
		}
		if time.Now().After(end) {
			return false, err
		}
	}
}

// failed tells the person why the program could not start.
func failed(o Options, err error) error {
	texts := i18n.New(i18n.SystemLocale())
	fmt.Fprintf(o.Stderr, "headgate: %s\n", texts.Error(err))
	if showErr := showFailure(texts, o.App.DataDir, err); showErr != nil {
		o.App.Log.Error("show why the start failed", "error", showErr)
	}
	return err
}
