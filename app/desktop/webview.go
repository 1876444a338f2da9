//go:build desktop || bindings || dev

package desktop

import "os"

// prepareWebView sets what WebKitGTK reads from the environment; it means
// nothing to the other systems' web views.
func prepareWebView() {
	// Whoever can reach WebKit's inspector port can run code in the page and so
	// call every bound method. A variable left over in a shell must not open it.
	if os.Getenv("HEADGATE_INSPECT") != "1" {
		_ = os.Unsetenv("WEBKIT_INSPECTOR_HTTP_SERVER")
		_ = os.Unsetenv("WEBKIT_INSPECTOR_SERVER")
	}
	// NVIDIA's driver and WebKit's DMA-BUF renderer together show an empty window.
	if _, set := os.LookupEnv("WEBKIT_DISABLE_DMABUF_RENDERER"); !set {
		if _, err := os.Stat("/proc/driver/nvidia/version"); err == nil {
			_ = os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
		}
	}
}
