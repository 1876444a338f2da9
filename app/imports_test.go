package app_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/glebarez/go-sqlite"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/secret"
)

const phrase = "correct horse"

func mustTake(t *testing.T, a *app.App, name string, content []byte) string {
	t.Helper()
	taken, err := a.Uploads.Take(strings.NewReader(string(content)), name)
	if err != nil {
		t.Fatal(err)
	}
	return taken.ID
}

func mustEnd(t *testing.T, a *app.App) app.ImportProgress {
	t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if p := a.Imports.Progress(); !p.Running {
			return p
		}
	}
	t.Fatal("the import does not end")
	return app.ImportProgress{}
}

func TestConfigurationIsImported(t *testing.T) {
	a := mustStart(t, app.Options{})
	mustSaveAddress(t, a, "localhost:0")
	const text = `{"version":1,"groups":[{"name":"chat"}],"api_keys":[{"name":"laptop","groups":["chat"]}],"settings":{"gateway":{"address":"127.0.0.1:0"}}}`
	if p := a.Imports.Progress(); p.Running || p.Changes == nil || p.MadeKeys == nil || p.Oddities == nil {
		t.Errorf("before any: %+v", p)
	}
	for name, file := range map[string][]byte{"plain": []byte(text), "locked": mustLock(t, text)} {
		id := mustTake(t, a, "my.json", file)
		preview, err := a.Imports.Preview(t.Context(), id, "")
		if err != nil || preview.Kind != app.ImportConfiguration || preview.OldServer != nil || preview.Encrypted != (name == "locked") {
			t.Fatalf("%s: preview %+v, %v", name, preview, err)
		}
		if name == "locked" {
			if _, err := a.Imports.Preview(t.Context(), id, "wrong horse"); apperr.Code(err) != "passphrase_wrong" {
				t.Errorf("wrong passphrase: %v", err)
			}
			if err := a.Imports.Start(id, "", false); apperr.Code(err) != "passphrase_needed" {
				t.Errorf("no passphrase: %v", err)
			}
		}
		if preview, err = a.Imports.Preview(t.Context(), id, phrase); err != nil || len(preview.Changes) != 3 {
			t.Errorf("%s: preview %+v, %v", name, preview, err)
		}
	}
	if groups, err := a.Catalog.Groups(t.Context()); err != nil || len(groups) != 0 {
		t.Errorf("a preview made %v, %v", groups, err)
	}
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := a.Listener.Status().Address
	if err := a.Imports.Start(mustTake(t, a, "my.age", mustLock(t, text)), phrase, false); err != nil {
		t.Fatal(err)
	}
	p := mustEnd(t, a)
	if p.Error != nil || len(p.Changes) != 3 || len(p.MadeKeys) != 1 || p.MadeKeys[0].Key == "" {
		t.Fatalf("the import did %+v", p)
	}
	status := a.Listener.Status()
	mustBeOpen(t, status.Address)
	if status.Address == before {
		t.Errorf("the door did not move: %+v", status)
	}
}

func mustLock(t *testing.T, text string) []byte {
	t.Helper()
	locked, err := secret.Lock([]byte(text), phrase)
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

// What is imported stays, but an address that can't be bound is not kept.
func TestImportedAddressThatIsTaken(t *testing.T) {
	taken := mustListen(t)
	a := mustStart(t, app.Options{})
	mustSaveAddress(t, a, "127.0.0.1:0")
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"version":1,"groups":[{"name":"chat"}],"settings":{"gateway":{"address":%q}}}`, taken)
	if err := a.Imports.Start(mustTake(t, a, "c.json", []byte(text)), "", false); err != nil {
		t.Fatal(err)
	}
	p := mustEnd(t, a)
	if p.Error == nil || p.Error.Code != "port_taken" || len(p.Changes) != 2 {
		t.Errorf("the import did %+v, %v", p, p.Error)
	}
	if s, err := a.Catalog.Settings(t.Context()); err != nil || s.Gateway.Address != "127.0.0.1:0" {
		t.Errorf("the address is %s, %v", s.Gateway.Address, err)
	}
	mustBeOpen(t, a.Listener.Status().Address)
}

func TestWrongImports(t *testing.T) {
	a := mustStart(t, app.Options{})
	foreign := filepath.Join(t.TempDir(), "x.db")
	writeDatabase(t, foreign, `CREATE TABLE notes (x)`)
	for name, c := range map[string]struct {
		id, code, file string
	}{
		"unknown upload":             {"NOPE", "upload_unknown", ""},
		"a picture":                  {mustTake(t, a, "p.png", []byte("\x89PNG\r\n")), "import_malformed", ""},
		"nothing":                    {mustTake(t, a, "empty", nil), "import_malformed", ""},
		"too large":                  {mustTake(t, a, "large", make([]byte, catalog.MaxFile+1)), "import_too_large", ""},
		"another program's database": {mustTake(t, a, "notes.db", mustRead(t, foreign)), "old_database_unknown", "notes.db"},
		"a cut database":             {mustTake(t, a, "cut.db", []byte("SQLite format 3\x00")), "old_database_unreadable", "cut.db"},
	} {
		_, err := a.Imports.Preview(t.Context(), c.id, "")
		if apperr.Code(err) != c.code {
			t.Errorf("%s: preview %v, want %s", name, err, c.code)
		}
		if strings.Contains(apperr.JSON(err), a.DataDir) || c.file != "" && !strings.Contains(apperr.JSON(err), c.file) {
			t.Errorf("%s: the window is told %s", name, apperr.JSON(err))
		}
		if err := a.Imports.Start(c.id, "", false); err != nil {
			if apperr.Code(err) != c.code {
				t.Errorf("%s: start %v", name, err)
			}
			continue
		}
		p := mustEnd(t, a)
		if p.Error == nil || p.Error.Code != c.code || strings.Contains(apperr.JSON(p.Error), a.DataDir) {
			t.Errorf("%s: ended with %+v", name, p)
		}
	}
}

func writeDatabase(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestOldServerIsMovedOver(t *testing.T) {
	a := mustStart(t, app.Options{})
	path := filepath.Join(t.TempDir(), "api_server.db")
	const calls = 3000
	writeDatabase(t, path,
		`CREATE TABLE api_providers (id INTEGER PRIMARY KEY, name, api_endpoint, api_key, model, price_per_million_tokens, type, is_active)`,
		`INSERT INTO api_providers VALUES (1, 'up.gpt-5', 'https://up.example/v1/chat/completions', 'sk-canary-0123456789', 'gpt-5', 2.5, 'per_token', 1)`,
		`CREATE TABLE call_logs (id INTEGER PRIMARY KEY, provider_id, request_timestamp, response_timestamp, is_success, status_code, response_time_ms)`,
		fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO call_logs SELECT i, 1, NULL, datetime('2026-11-01', '+' || i || ' seconds'), 1, 200, 10 FROM n`, calls))
	id := mustTake(t, a, "api_server.db", mustRead(t, path))
	preview, err := a.Imports.Preview(t.Context(), id, "")
	if err != nil || preview.Kind != app.ImportOldServer || preview.OldServer.Calls.Count != calls || len(preview.Changes) != 2 {
		t.Fatalf("preview %+v, %v", preview, err)
	}
	if err := a.Imports.Start(id, "", true); err != nil {
		t.Fatal(err)
	}
	p := mustEnd(t, a)
	if _, err := a.Uploads.Path(id); apperr.Code(err) != "upload_unknown" {
		t.Errorf("what is in is kept as a file too: %v", err)
	}
	if p.Error != nil || p.Count != calls || p.Total != calls || len(p.Changes) != 2 {
		t.Errorf("the import did %+v", p)
	}
	page, err := a.CallLog.Page(t.Context(), calllog.Query{Limit: 5})
	if err != nil || len(page.Rows) != 5 {
		t.Errorf("the call log has %+v, %v", page, err)
	}
}

// A second start is refused while one runs, and the end of the program ends it.
func TestOneImportAtATime(t *testing.T) {
	a := app.New(app.Options{DataDir: t.TempDir()})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var large strings.Builder
	large.WriteString(`{"version":1,"providers":[{"name":"up","base_url":"http://up.example","models":[{"id":"m"}`)
	for i := range 15_000 {
		fmt.Fprintf(&large, `,{"id":"m%d"}`, i)
	}
	large.WriteString(`]}]}`)
	id := mustTake(t, a, "large.json", []byte(large.String()))
	small := mustTake(t, a, "small.json", []byte(`{"version":1}`))
	if err := a.Imports.Start(id, "", false); err != nil {
		t.Fatal(err)
	}
	if err := a.Imports.Start(small, "", false); apperr.Code(err) != "import_running" {
		t.Errorf("a second start: %v", err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if p := a.Imports.Progress(); p.Running {
		t.Errorf("after the end: %+v", p)
	}
	if err := a.Imports.Start(small, "", false); err == nil {
		t.Error("after the end another began")
	}
}
