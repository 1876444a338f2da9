//go:build (desktop || bindings || dev) && !linux

package desktop

import (
	"context"
	"errors"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"headgate/app/api"
)

// wailsBoard is the notification centre of Windows and macOS, by Wails. What a
// post leaves in the registry, or asks a person for, comes with the first one.
type wailsBoard struct {
	shell   *shell
	clicked func(tag string)
	ready   bool
}

func systemBoard(s *shell, clicked func(tag string)) board {
	return &wailsBoard{shell: s, clicked: clicked}
}

var errDenied = errors.New("the system doesn't allow notifications")

func (b *wailsBoard) post(n notification) error {
	return b.with(func(ctx context.Context) error {
		if err := b.prepare(ctx); err != nil {
			return err
		}
		if allowed, err := runtime.RequestNotificationAuthorization(ctx); err != nil || !allowed {
			return errors.Join(errDenied, err)
		}
		if goruntime.GOOS == "windows" {
			n.title, n.body = harmless(n.title), harmless(n.body)
		}
		return runtime.SendNotification(ctx, runtime.NotificationOptions{ID: n.tag, Title: n.title, Body: n.body})
	})
}

func (b *wailsBoard) prepare(ctx context.Context) error {
	if b.ready {
		return nil
	}
	if !runtime.IsNotificationAvailable(ctx) {
		return errDenied
	}
	runtime.OnNotificationResponse(ctx, func(result runtime.NotificationResult) {
		// A dismissed one is none of these.
		if result.Error == nil && result.Response.ActionIdentifier == "DEFAULT_ACTION" {
			b.clicked(result.Response.ID)
		}
	})
	if err := runtime.InitializeNotifications(ctx); err != nil {
		return err
	}
	b.ready = true
	return nil
}

func (b *wailsBoard) state() string {
	state := api.NotificationsAbsent
	_ = b.with(func(ctx context.Context) error {
		switch {
		case !runtime.IsNotificationAvailable(ctx):
		case goruntime.GOOS == "windows":
			state = api.NotificationsShown
		default:
			state = api.NotificationsDenied
			if err := b.prepare(ctx); err != nil {
				return err
			}
			if allowed, err := runtime.CheckNotificationAuthorization(ctx); err == nil && allowed {
				state = api.NotificationsShown
			}
		}
		return nil
	})
	return state
}

func (b *wailsBoard) with(f func(context.Context) error) error {
	err := errNoWindow
	b.shell.withWindow(func(ctx context.Context) { err = f(ctx) })
	return err
}

func (b *wailsBoard) stop() {}
