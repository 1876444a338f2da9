//go:build desktop || bindings || dev

package desktop

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"

	"headgate/app/i18n"
	"headgate/app/settings"
)

//go:embed failure
var failureFiles embed.FS

var failurePage = template.Must(template.ParseFS(failureFiles, "failure/page.html"))

// failureView is what the failure page says.
type failureView struct {
	Locale, Title, Reason, FolderLabel, Folder, DetailsLabel, Details string
}

// showFailure shows a small window that says why the program could not start,
// and returns when it is closed. A desktop program has no terminal to say it.
func showFailure(texts *i18n.Texts, folder string, err error) error {
	view := failureView{
		Locale:       texts.Locale,
		Title:        texts.T("start_failure.title", nil),
		Reason:       texts.Error(err),
		FolderLabel:  texts.T("start_failure.folder", nil),
		Folder:       folder,
		DetailsLabel: texts.T("start_failure.details", nil),
		Details:      err.Error(),
	}
	var page bytes.Buffer
	if err := failurePage.Execute(&page, view); err != nil {
		return err
	}
	o := frame(texts)
	o.Title = view.Title
	o.Width, o.Height = 640, 420
	o.BackgroundColour = background(settings.ThemeSystem)
	o.AssetServer = &assetserver.Options{Handler: failureHandler(page.Bytes())}
	return wails.Run(o)
}

func failureHandler(page []byte) http.Handler {
	return strict(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/", "/index.html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		case "/page.css":
			style, _ := failureFiles.ReadFile("failure/page.css") // embedded: can't fail
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			_, _ = w.Write(style)
		default:
			http.NotFound(w, r)
		}
	}))
}
