package api_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/gateway"
)

// chooser is a person with an answer to every dialog.
type chooser struct {
	path string
	err  error
	name string // that was suggested
}

func (c *chooser) Open() (string, error) { return c.path, c.err }

func (c *chooser) Save(name string) (string, error) {
	c.name = name
	return c.path, c.err
}

func start(t *testing.T) *app.App {
	t.Helper()
	a := app.New(app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	return a
}

func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestSavedCalls(t *testing.T) {
	a, folder := start(t), t.TempDir()
	calls := make([]gateway.Call, 1203)
	for n := range calls {
		calls[n] = gateway.Call{ID: fmt.Sprint("call-", n), StartedAt: time.UnixMilli(1_790_000_000_000), State: gateway.StateOK}
	}
	if _, err := a.CallLog.Bring(t.Context(), calls); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "mine.csv")
	if err := os.WriteFile(path, []byte("what was there before"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &chooser{path: path}
	name, err := api.NewFiles(a, c).Save("calls", `{"query":{},"format":"csv"}`)
	if err != nil || name != "mine.csv" {
		t.Fatalf("saved as %q (%v)", name, err)
	}
	if !strings.HasPrefix(c.name, "headgate-calls-") || !strings.HasSuffix(c.name, ".csv") {
		t.Errorf("the suggested name is %s", c.name)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if lines, err := csv.NewReader(f).ReadAll(); err != nil || len(lines) != 1204 {
		t.Errorf("%d lines (%v)", len(lines), err)
	}
	if names := namesIn(t, folder); len(names) != 1 {
		t.Errorf("the folder has %v", names)
	}
}

func TestSaveThatFailsLeavesNothing(t *testing.T) {
	const asked = `{"query":{},"format":"json"}`
	a := start(t)
	for name, tc := range map[string]struct {
		document, args string
		chosen         string // in an empty folder
		err            error
		code           string
	}{
		"NoneChosen":      {"calls", asked, "", nil, ""},
		"NoDialog":        {"calls", asked, "", errors.New("no window"), "internal"},
		"UnknownDocument": {"passwords", "{}", "x", nil, "document_unknown"},
		"BadArguments":    {"calls", `{"format":1}`, "x", nil, "bad_arguments"},
		"UnknownFormat":   {"calls", `{"format":"xml"}`, "x", nil, "export_format_unknown"},
		"NoSuchFolder":    {"calls", asked, "none/x", nil, "file_unwritable"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			c := &chooser{err: tc.err}
			if tc.chosen != "" {
				c.path = filepath.Join(folder, tc.chosen)
			}
			got, err := api.NewFiles(a, c).Save(tc.document, tc.args)
			if got != "" || apperr.Code(err) != tc.code {
				t.Errorf("saved as %q (%v), want %s", got, err, tc.code)
			}
			if names := namesIn(t, folder); len(names) > 0 {
				t.Errorf("the folder has %v", names)
			}
		})
	}
	t.Run("LogBroken", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "kept")
		if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.Store.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := api.NewFiles(a, &chooser{path: path}).Save("calls", asked); err == nil {
			t.Errorf("saved as %q", got)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "before" {
			t.Errorf("what was there is now %q (%v)", text, err)
		}
		if names := namesIn(t, filepath.Dir(path)); len(names) != 1 {
			t.Errorf("the folder has %v", names)
		}
	})
}

func TestOpenedFile(t *testing.T) {
	a, folder := start(t), t.TempDir()
	path := filepath.Join(folder, "api_server.db")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := api.NewFiles(a, &chooser{path: path}).Open()
	if err != nil || got.ID == "" || got.Name != "api_server.db" || got.Size != 7 {
		t.Fatalf("opened %+v (%v)", got, err)
	}
	kept, err := a.Uploads.Path(got.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(kept); err != nil || string(text) != "content" {
		t.Errorf("taken in as %q (%v)", text, err)
	}
	if got, err := api.NewFiles(a, &chooser{}).Open(); err != nil || got != (app.Upload{}) {
		t.Errorf("nothing chosen gave %+v (%v)", got, err)
	}
	for name, path := range map[string]string{"Folder": folder, "Missing": filepath.Join(folder, "none")} {
		t.Run(name, func(t *testing.T) {
			if _, err := api.NewFiles(a, &chooser{path: path}).Open(); apperr.Code(err) != "file_unreadable" {
				t.Errorf("opened: %v", err)
			}
		})
	}
	if runtime.GOOS == "linux" {
		if _, err := api.NewFiles(a, &chooser{path: "/dev/zero"}).Open(); apperr.Code(err) != "file_unreadable" {
			t.Errorf("a device was opened: %v", err)
		}
	}
}
