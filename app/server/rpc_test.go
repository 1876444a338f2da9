package server_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

const newGroup = `[{"id":0,"name":"chat","policy":"priority","enabled":true,"members":[]}]`

func TestMethodsAnswer(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	for _, tc := range []struct {
		name, path, body string
		status           int
		code, has        string
	}{
		{"List", "/rpc/Providers/List", "[]", 200, "", "[]"},
		{"About", "/rpc/System/About", "[]", 200, "", `"version":"test"`},
		{"Save", "/rpc/Groups/Save", newGroup, 200, "", `"name":"chat"`},
		{"NothingToReturn", "/rpc/Groups/ClearCooldown", "[1]", 200, "", "null"},
		{"TwoArguments", "/rpc/System/LogPageError", `["it broke","at a"]`, 200, "", "null"},
		{"CallsOwnError", "/rpc/Groups/Delete", "[99]", 400, "group_not_found", ""},
		{"CallNotThere", "/rpc/Calls/Get", `["x"]`, 400, "call_not_found", ""},
		{"PageWithoutLimit", "/rpc/Calls/Page", `[{"limit":0}]`, 400, "page_limit_out_of_range", ""},
		{"Page", "/rpc/Calls/Page", `[{"limit":10,"states":null}]`, 200, "", `{"rows":[],"more":false,"cut":false,"next":0}`},

		{"NoMethod", "/rpc/Groups/Nothing", "[]", 404, "method_unknown", ""},
		{"Unexported", "/rpc/Groups/app", "[]", 404, "method_unknown", ""},
		{"TooFew", "/rpc/Groups/Delete", "[]", 400, "bad_arguments", ""},
		{"TooMany", "/rpc/Groups/Delete", "[1,2]", 400, "bad_arguments", ""},
		{"WrongType", "/rpc/Groups/Delete", `["1"]`, 400, "bad_arguments", ""},
		{"Fraction", "/rpc/Groups/Delete", `[1.5]`, 400, "bad_arguments", ""},
		{"Null", "/rpc/Groups/Save", `[null]`, 400, "bad_arguments", ""},
		{"UnknownField", "/rpc/Groups/Save", `[{"id":0,"nmae":"chat"}]`, 400, "bad_arguments", ""},
		{"NotAnArray", "/rpc/Groups/Delete", `{"id":1}`, 400, "bad_arguments", ""},
		{"NullBody", "/rpc/Providers/List", `null`, 400, "bad_arguments", ""},
		{"NoBody", "/rpc/Providers/List", ``, 400, "bad_arguments", ""},
		{"MoreAfterIt", "/rpc/Providers/List", `[] []`, 400, "bad_arguments", ""},
		{"TooLarge", "/rpc/System/LogPageError", `["` + strings.Repeat("x", 6<<20) + `",""]`, 413, "body_too_large", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reply, text := h.ask(t, http.MethodPost, tc.path, tc.body, session)
			want(t, reply, text, tc.status, tc.code)
			if !strings.Contains(text, tc.has) {
				t.Errorf("answered %s, want %s in it", text, tc.has)
			}
		})
	}
	if !strings.Contains(h.log.String(), "it broke") {
		t.Error("the page's error is not in the log")
	}
	reply, text := h.ask(t, http.MethodPost, "/rpc/Providers/List", "[]", session, header("Content-Type", "text/plain"))
	want(t, reply, text, http.StatusUnsupportedMediaType, "json_required")
	reply, text = h.ask(t, http.MethodGet, "/rpc/Providers/List", "", session)
	want(t, reply, text, http.StatusNotFound, "method_unknown")
}

func TestFailuresInsideStayInside(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	if err := h.app.Store.Close(); err != nil {
		t.Fatal(err)
	}
	reply, text := h.ask(t, http.MethodPost, "/rpc/Providers/List", "[]", session)
	want(t, reply, text, http.StatusInternalServerError, "internal")
	if strings.TrimSpace(text) != `{"code":"internal"}` {
		t.Errorf("it told %s", text)
	}
	if !strings.Contains(h.log.String(), "Providers.List") {
		t.Error("the log doesn't tell which method failed")
	}
}

func TestEventsTellWhatChanged(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/events", nil)
	session(r)
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if kind := reply.Header.Get("Content-Type"); reply.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("answered %d %s", reply.StatusCode, kind)
	}
	lines := bufio.NewScanner(reply.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
			if lines.Text() == ": connected" {
				return "connected"
			}
		}
		return "the end"
	}
	if got := next(); got != "connected" {
		t.Fatal(got)
	}
	answer, text := h.ask(t, http.MethodPost, "/rpc/Groups/Save", newGroup, session)
	want(t, answer, text, 200, "")
	if got := next(); !strings.Contains(got, `"groups"`) || !strings.HasPrefix(got, "[") {
		t.Fatalf("heard %s, want groups", got)
	}
	h.ask(t, http.MethodPost, "/logout", "{}", session)
	if got := next(); got != "the end" {
		t.Fatalf("heard %s after the session's end", got)
	}
}
