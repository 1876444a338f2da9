package server_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"headgate/app"
	"headgate/gateway"
)

const allCallsAsTable = `{"query":{"before":0,"limit":0,"states":[]},"format":"csv"}`

// fillLog stores some calls with a message.
func fillLog(t *testing.T, h *house, count int, message string) {
	t.Helper()
	calls := make([]gateway.Call, count)
	for n := range calls {
		calls[n] = gateway.Call{ID: fmt.Sprintf("call-%07d", n), StartedAt: time.UnixMilli(1_790_000_000_000), State: gateway.StateOK, Message: message}
	}
	if _, err := h.app.CallLog.Bring(t.Context(), calls); err != nil {
		t.Fatal(err)
	}
}

// voucherFor asks for a document and returns where it is to be fetched.
func voucherFor(t *testing.T, h *house, document, args string, session func(*http.Request)) (path, name string) {
	t.Helper()
	reply, text := h.ask(t, http.MethodPost, "/download/"+document, args, session)
	want(t, reply, text, http.StatusOK, "")
	var got struct{ Voucher, Name string }
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.Voucher == "" {
		t.Fatalf("answered %s (%v)", text, err)
	}
	return "/download/" + got.Voucher, got.Name
}

func TestDownloadOfCalls(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	fillLog(t, h, 1203, "=1+1")
	path, name := voucherFor(t, h, "calls", allCallsAsTable, session)
	reply, text := h.ask(t, http.MethodGet, path, "", session)
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("answered %d %s", reply.StatusCode, text)
	}
	for header, value := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := reply.Header.Get(header); got != value {
			t.Errorf("%s: %s, want %s", header, got, value)
		}
	}
	kind, params, err := mime.ParseMediaType(reply.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != name || !strings.HasSuffix(name, ".csv") {
		t.Errorf("the file is %s %v (%v), promised as %s", kind, params, err, name)
	}
	if lines, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(lines) != 1204 {
		t.Errorf("%d lines (%v)", len(lines), err)
	}
	reply, text = h.ask(t, http.MethodGet, path, "", session)
	want(t, reply, text, http.StatusNotFound, "download_over")
}

func TestDownloadsAreRefused(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	for _, tc := range []struct {
		name, document, args string
		status               int
		code                 string
	}{
		{"NoSuchDocument", "secrets", "{}", 400, "document_unknown"},
		{"NotJSON", "calls", "{", 400, "bad_arguments"},
		{"UnknownField", "calls", `{"format":"csv","path":"/etc"}`, 400, "bad_arguments"},
		{"UnknownFormat", "calls", `{"format":"xml"}`, 400, "export_format_unknown"},
		{"UnknownState", "calls", `{"query":{"states":["happy"]},"format":"csv"}`, 400, "call_state_unknown"},
		{"TooLarge", "calls", `"` + strings.Repeat("x", 64<<10) + `"`, 413, "body_too_large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reply, text := h.ask(t, http.MethodPost, "/download/"+tc.document, tc.args, session)
			want(t, reply, text, tc.status, tc.code)
		})
	}
	t.Run("OtherSession", func(t *testing.T) {
		path, _ := voucherFor(t, h, "calls", allCallsAsTable, session)
		other := h.login(t)
		reply, text := h.ask(t, http.MethodGet, path, "", other)
		want(t, reply, text, http.StatusNotFound, "download_over")
		reply, text = h.ask(t, http.MethodGet, path, "", session)
		want(t, reply, text, http.StatusNotFound, "download_over")
	})
	t.Run("LoggedOut", func(t *testing.T) {
		leaving := h.login(t)
		path, _ := voucherFor(t, h, "calls", allCallsAsTable, leaving)
		h.ask(t, http.MethodPost, "/logout", "{}", leaving)
		reply, text := h.ask(t, http.MethodGet, path, "", leaving)
		want(t, reply, text, http.StatusUnauthorized, "login_required")
	})
	t.Run("OtherSite", func(t *testing.T) {
		path, _ := voucherFor(t, h, "calls", allCallsAsTable, session)
		reply, text := h.ask(t, http.MethodGet, path, "", session, header("Sec-Fetch-Site", "cross-site"))
		want(t, reply, text, http.StatusForbidden, "origin_refused")
	})
}

// A download that fails midway must not look whole.
func TestBrokenDownloadBreaksTheConnection(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	fillLog(t, h, 1500, strings.Repeat("more than sockets hold ", 500)) // 17 MB
	path, _ := voucherFor(t, h, "calls", `{"format":"json"}`, session)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, nil)
	session(r)
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if _, err := io.ReadFull(reply.Body, make([]byte, 1000)); err != nil || reply.StatusCode != 200 {
		t.Fatalf("answered %d (%v)", reply.StatusCode, err)
	}
	h.ask(t, http.MethodPost, "/logout", "{}", session)
	if rest, err := io.ReadAll(reply.Body); err == nil {
		t.Errorf("%d more bytes came after the session's end, as if that were all", len(rest))
	}
}

func TestDownloadThatFailsAtOnceSaysWhy(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	path, _ := voucherFor(t, h, "calls", allCallsAsTable, session)
	if err := h.app.Store.Close(); err != nil {
		t.Fatal(err)
	}
	reply, text := h.ask(t, http.MethodGet, path, "", session)
	want(t, reply, text, http.StatusInternalServerError, "internal")
	if reply.Header.Get("Content-Disposition") != "" {
		t.Error("the error would be kept as a file")
	}
	if !strings.Contains(h.log.String(), "could not download") {
		t.Error("the log doesn't tell what failed")
	}
}

func asFile(r *http.Request) { r.Header.Set("Content-Type", "application/octet-stream") }

func TestUploadIsTakenIn(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	content := strings.Repeat("data", 100_000)
	reply, text := h.ask(t, http.MethodPost, "/files?name=api%20server.db", content, session, asFile)
	want(t, reply, text, http.StatusOK, "")
	var got app.Upload
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.Name != "api server.db" || got.Size != int64(len(content)) {
		t.Fatalf("answered %s (%v)", text, err)
	}
	path, err := h.app.Uploads.Path(got.ID)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != content {
		t.Errorf("%d bytes were kept (%v)", len(kept), err)
	}
}

func TestUploadsAreRefused(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	reply, text := h.ask(t, http.MethodPost, "/files?name=x", "data", session, header("Content-Type", "text/plain"))
	want(t, reply, text, http.StatusUnsupportedMediaType, "bad_arguments")
	reply, text = h.ask(t, http.MethodPost, "/files?name=x", "data", session, asFile, header("Origin", "https://evil.example"))
	want(t, reply, text, http.StatusForbidden, "origin_refused")
	reply, text = h.ask(t, http.MethodPost, "/files?name=x", "data", asFile)
	want(t, reply, text, http.StatusUnauthorized, "login_required")

	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/files?name=x", unreadBody{})
	r.ContentLength = app.MaxUpload + 1
	session(r)
	asFile(r)
	r.Header.Set("Expect", "100-continue")
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	refused, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer refused.Body.Close()
	why, _ := io.ReadAll(refused.Body)
	want(t, refused, string(why), http.StatusRequestEntityTooLarge, "upload_too_large")
}

// unreadBody must not be read: the server refuses before.
type unreadBody struct{}

func (unreadBody) Read([]byte) (int, error) { return 0, errors.New("the file was sent") }

// What breaks off is not kept as if it were whole.
func TestUploadThatBreaksOff(t *testing.T) {
	h := openHouse(t, nil)
	session := h.login(t)
	from, to := io.Pipe()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/files?name=x", from)
	r.ContentLength = 1000
	session(r)
	asFile(r)
	ended := make(chan error, 1)
	go func() {
		reply, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			_ = reply.Body.Close()
		}
		ended <- err
	}()
	if _, err := to.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	_ = to.CloseWithError(errors.New("unplugged"))
	if err := <-ended; err == nil {
		t.Error("half a file was answered")
	}
	if err := h.server.Shutdown(t.Context()); err != nil { // the server has noticed then
		t.Fatal(err)
	}
	left, err := os.ReadDir(h.app.DataDir + "/uploads")
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		t.Errorf("%v are left (%v)", left, err)
	}
}
