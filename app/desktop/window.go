//go:build desktop || bindings || dev

package desktop

import (
	_ "embed"

	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/i18n"
	"headgate/app/settings"
)

//go:embed icons/window.png
var windowIcon []byte

// The window's sizes, in the pixels of an unscaled screen.
const (
	width, height       = 1180, 760
	minWidth, minHeight = 900, 600
)

// window describes the main window to Wails.
func (s *shell) window(chosen settings.Settings) *options.App {
	o := frame(s.tray.texts())
	o.Title = "Headgate"
	s.place.last().begin(o)
	o.MinWidth, o.MinHeight = minWidth, minHeight
	o.BackgroundColour = background(chosen.Theme)
	o.HideWindowOnClose = hidesItself
	o.StartHidden = s.Hidden
	if hasMenuBar {
		o.Menu = s.tray.bar().menu(s.tray.click)
	}
	o.Mac.OnUrlOpen = s.openLink
	o.AssetServer = &assetserver.Options{Handler: pages(s.Pages)}
	o.Bind = append(api.All(s.App), api.NewFiles(s.App, dialogs{s}), api.NewNotifications(s.notices), s.autostart(), api.NewLinks(&s.links))
	// Wails would pass a struct on as "[object Object]": JSON in a string it is.
	o.ErrorFormatter = func(err error) any { return apperr.JSON(err) }
	o.Logger = wailsLog{s.App.Log}
	o.OnStartup = s.onStartup
	o.OnDomReady = s.onDomReady
	o.OnBeforeClose = s.onBeforeClose
	o.OnShutdown = s.onShutdown
	return o
}

// autostart lets the window switch the start at login; the tray shows it, too.
func (s *shell) autostart() *api.Autostart {
	if s.tray.autostart == nil {
		return api.NewAutostart(nil)
	}
	return api.NewAutostart(autostartEntry{s.tray})
}

type autostartEntry struct{ tray *tray }

func (e autostartEntry) On() bool { return e.tray.autostart.On() }

func (e autostartEntry) Set(on bool) error {
	defer e.tray.wake()
	return e.tray.autostart.Set(on)
}

// frame is what all windows of the program have in common.
func frame(texts *i18n.Texts) *options.App {
	return &options.App{
		LogLevelProduction: logger.WARNING,
		LogLevel:           logger.WARNING,
		Linux: &linux.Options{
			Icon:             windowIcon,
			ProgramName:      "headgate",
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever, // nothing here needs it, and drivers differ
		},
		Windows: &windows.Options{Theme: windows.SystemDefault, Messages: webViewMessages(texts)},
		Mac:     &mac.Options{Appearance: mac.DefaultAppearance},
	}
}

// background is the page's own colour, so that nothing flashes before its
// first paint.
func background(theme settings.Theme) *options.RGBA {
	if theme == settings.ThemeDark || theme == settings.ThemeSystem && systemIsDark() {
		return options.NewRGB(0x10, 0x12, 0x16)
	}
	return options.NewRGB(0xf7, 0xf7, 0xf8)
}
