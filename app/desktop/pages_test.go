//go:build desktop

package desktop

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPages(t *testing.T) {
	built := fstest.MapFS{
		"index.html":       {Data: []byte("the window")},
		"assets/main.js":   {Data: []byte("let a = 1")},
		"placeholder.html": {Data: []byte("how to build")},
	}
	bare := fstest.MapFS{"placeholder.html": {Data: []byte("how to build")}}
	for name, c := range map[string]struct {
		files        fstest.MapFS
		method, path string
		status       int
		kind, body   string
	}{
		"the window":                {built, "GET", "/", 200, "text/html; charset=utf-8", "the window"},
		"the window by its name":    {built, "GET", "/index.html", 200, "text/html; charset=utf-8", "the window"},
		"a script":                  {built, "GET", "/assets/main.js", 200, "text/javascript; charset=utf-8", "let a = 1"},
		"the window isn't built":    {bare, "GET", "/", 200, "text/html; charset=utf-8", "how to build"},
		"no such file":              {built, "GET", "/nothing.js", 404, "text/plain; charset=utf-8", ""},
		"a way out of the folder":   {built, "GET", "/../../etc/passwd", 404, "text/plain; charset=utf-8", ""},
		"a folder":                  {built, "GET", "/assets", 404, "text/plain; charset=utf-8", ""},
		"a post has nothing to say": {built, "POST", "/", 405, "text/plain; charset=utf-8", ""},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequest(c.method, "http://window/", http.NoBody)
			request.URL.Path = c.path
			reply := httptest.NewRecorder()
			pages(c.files).ServeHTTP(reply, request)
			if reply.Code != c.status || reply.Header().Get("Content-Type") != c.kind {
				t.Errorf("got %d %q, want %d %q", reply.Code, reply.Header().Get("Content-Type"), c.status, c.kind)
			}
			if c.body != "" && reply.Body.String() != c.body {
				t.Errorf("got %q, want %q", reply.Body, c.body)
			}
			csp := reply.Header().Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("policy is %q", csp)
			}
		})
	}
}

func TestFailurePageShowsTextAsText(t *testing.T) {
	var page strings.Builder
	err := failurePage.Execute(&page, failureView{Locale: "en", Reason: "<script>x</script>", Folder: `C:\"data"`})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script>") || !strings.Contains(page.String(), "&lt;script&gt;") {
		t.Errorf("the reason is not escaped:\n%s", page.String())
	}
}
