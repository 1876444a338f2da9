//go:build desktop || bindings || dev

package desktop

import (
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"headgate/app/i18n"
)

// webViewPage is where Microsoft hands out what Windows' windows are drawn with.
const webViewPage = "https://developer.microsoft.com/microsoft-edge/webview2/"

// webViewMessages are what Wails says in dialogs of Windows' own, before there is a
// page and when there is none any more.
func webViewMessages(texts *i18n.Texts) *windows.Messages {
	link := map[string]any{"Link": webViewPage}
	failed := texts.T("web_view.failed", link)
	return &windows.Messages{
		MissingRequirements:  "Headgate",
		InstallationRequired: texts.T("web_view.missing", link),
		UpdateRequired:       texts.T("web_view.old", link),
		Error:                "Headgate",
		FailedToInstall:      failed,
		ContactAdmin:         failed,
		InvalidFixedWebview2: failed,
		WebView2ProcessCrash: texts.T("web_view.crashed", nil),
		// This one goes into the log.
		Webview2NotInstalled: "WebView2 is missing",
	}
}
