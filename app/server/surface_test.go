package server_test

import (
	"flag"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"headgate/app"
	"headgate/app/api"
)

var update = flag.Bool("update", false, "write golden files anew")

// everyMethod calls visit with each method that the server offers.
func everyMethod(visit func(kind string, m reflect.Method)) {
	eachMethod(api.All(app.New(app.Options{})), visit)
}

func eachMethod(all []any, visit func(kind string, m reflect.Method)) {
	for _, bound := range all {
		of := reflect.TypeOf(bound)
		for i := range of.NumMethod() {
			visit(of.Elem().Name(), of.Method(i))
		}
	}
}

// What a page may ask for is decided, not found out: each change shows here.
func TestSurface(t *testing.T) {
	var surface strings.Builder
	inWindow := append(api.All(app.New(app.Options{})), api.NewFiles(nil, nil))
	eachMethod(inWindow, func(kind string, m reflect.Method) {
		var in, out []string
		for i := 1; i < m.Type.NumIn(); i++ {
			in = append(in, m.Type.In(i).String())
		}
		for i := range m.Type.NumOut() {
			out = append(out, m.Type.Out(i).String())
		}
		fmt.Fprintf(&surface, "%s.%s(%s) (%s)\n", kind, m.Name, strings.Join(in, ", "), strings.Join(out, ", "))
	})
	goldenFile(t, "surface.golden", surface.String())
}

func TestStrangersGetNothing(t *testing.T) {
	h := openHouse(t, nil)
	count := 0
	everyMethod(func(kind string, m reflect.Method) {
		count++
		path := "/rpc/" + kind + "/" + m.Name
		for name, cookie := range map[string]func(*http.Request){
			"none":   func(*http.Request) {},
			"wrong":  header("Cookie", "__Host-headgate=AAAA"),
			"empty":  header("Cookie", "__Host-headgate="),
			"plain":  header("Cookie", "headgate=AAAA"),
			"bearer": header("Authorization", "Bearer AAAA"),
		} {
			reply, text := h.ask(t, http.MethodPost, path, "[]", cookie)
			if reply.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s answered %d to a stranger with cookie %s", path, reply.StatusCode, name)
			}
			want(t, reply, text, http.StatusUnauthorized, "login_required")
		}
	})
	if count < 20 {
		t.Fatalf("only %d methods are bound", count)
	}
	open := map[string]bool{"/": true, "POST /login": true, "GET /healthz": true}
	paths := 0
	for _, pattern := range h.server.Patterns() {
		if open[pattern] {
			continue
		}
		paths++
		methods, path := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}, pattern
		if method, rest, one := strings.Cut(pattern, " "); one {
			methods, path = []string{method}, rest
		}
		path = strings.NewReplacer("{type}", "Providers", "{method}", "Nothing", "{document}", "calls", "{voucher}", "AAAA").Replace(path)
		for _, method := range methods {
			reply, text := h.ask(t, method, path, "[]")
			t.Run(method+path, func(t *testing.T) { want(t, reply, text, http.StatusUnauthorized, "login_required") })
		}
	}
	if paths < 8 {
		t.Errorf("only %d paths are closed: %v", paths, h.server.Patterns())
	}
	// What isn't there as such.
	for _, tc := range []struct{ method, path string }{
		{http.MethodPut, "/download/calls"},
		{http.MethodPost, "/files?name=x"},
		{http.MethodGet, "/rpc/Providers/List"},
		{http.MethodPut, "/rpc/Providers/List"},
		{http.MethodPost, "/rpc/Providers"},
	} {
		reply, text := h.ask(t, tc.method, tc.path, "[]")
		t.Run(tc.method+tc.path, func(t *testing.T) { want(t, reply, text, http.StatusUnauthorized, "login_required") })
	}
}
