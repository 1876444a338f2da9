//go:build desktop && linux

package desktop

import (
	"reflect"
	"strings"
	"testing"

	"headgate/app/i18n"
)

func TestMissingWebViewIsSaidInEveryLanguage(t *testing.T) {
	said := map[string]string{}
	for _, locale := range i18n.Locales {
		m := webViewMessages(i18n.New(locale))
		if !strings.Contains(m.InstallationRequired, webViewPage) || !strings.Contains(m.FailedToInstall, webViewPage) {
			t.Errorf("%s: nobody learns where WebView2 is: %q, %q", locale, m.InstallationRequired, m.FailedToInstall)
		}
		if other, ok := said[m.InstallationRequired]; ok {
			t.Errorf("%s and %s say the same", locale, other)
		}
		said[m.InstallationRequired] = locale
	}
	unused := map[string]bool{"DownloadPage": true, "PressOKToInstall": true}
	m := reflect.ValueOf(*webViewMessages(i18n.New("en")))
	for i := range m.NumField() {
		if name := m.Type().Field(i).Name; m.Field(i).String() == "" && !unused[name] {
			t.Errorf("%s is empty, and Wails shows it", name)
		}
	}
}
