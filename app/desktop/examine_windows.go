//go:build desktop || bindings || dev

package desktop

import "golang.org/x/sys/windows/registry"

// webView is the WebView2 runtime's place in Microsoft's updater.
const webView = `Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}`

// Examine tells whether the window's browser is there.
func Examine() []Finding {
	for _, place := range []struct {
		root registry.Key
		path string
	}{
		{registry.LOCAL_MACHINE, `SOFTWARE\WOW6432Node\` + webView},
		{registry.LOCAL_MACHINE, `SOFTWARE\` + webView},
		{registry.CURRENT_USER, `Software\` + webView},
	} {
		key, err := registry.OpenKey(place.root, place.path, registry.QUERY_VALUE)
		if err != nil {
			continue
		}
		version, _, err := key.GetStringValue("pv")
		_ = key.Close()
		if err == nil && version != "" && version != "0.0.0.0" {
			return []Finding{{Check: "window", Level: "ok", Says: "WebView2 " + version + " is there"}}
		}
	}
	return []Finding{{
		Check: "window", Level: "fail", Says: "WebView2 is missing, which the window is drawn with",
		Do: "install Microsoft's “WebView2 Runtime”, or run Headgate's installer again, which brings it",
	}}
}
