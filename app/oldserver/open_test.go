package oldserver_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"headgate/app/apperr"
	"headgate/app/oldserver"
)

// folder returns every file of a folder with its content and time.
func folder(t *testing.T, path string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(path, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name()] = info.ModTime().String() + string(content)
	}
	return all
}

func copyTo(t *testing.T, to, from string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

const another = `INSERT INTO api_providers VALUES (2, 'late.m', 'https://late.example/chat/completions', 'k', 'm', 1, 'per_token', 1, 0, 0)`

// However the old server left its file, it is read as SQLite would, and nothing
// in its folder changes.
func TestOldFilesAreOnlyRead(t *testing.T) {
	for name, c := range map[string]struct {
		// make leaves a database in the folder.
		make func(t *testing.T, dir string)
		want int // providers
	}{
		"closed": {func(t *testing.T, dir string) {
			copyTo(t, filepath.Join(dir, "api_server.db"), write(t, schema, account))
		}, 1},
		"name with signs": {func(t *testing.T, dir string) {
			copyTo(t, filepath.Join(dir, "a#b%20c?d.db"), write(t, schema, account))
		}, 1},
		"in use": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "api_server.db")
			copyTo(t, path, write(t, schema, account))
			db := openOld(t, path)
			if _, err := db.ExecContext(t.Context(), `BEGIN; SELECT * FROM api_providers`); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"closed with a WAL's mark": {func(t *testing.T, dir string) {
			copyTo(t, filepath.Join(dir, "api_server.db"), write(t, `PRAGMA journal_mode = WAL`, schema, account))
		}, 1},
		"WAL beside it": {func(t *testing.T, dir string) {
			path := write(t, `PRAGMA journal_mode = WAL`, schema, account)
			db := openOld(t, path)
			if _, err := db.ExecContext(t.Context(), another); err != nil {
				t.Fatal(err)
			}
			copyTo(t, filepath.Join(dir, "api_server.db"), path) // as a crash leaves them
			copyTo(t, filepath.Join(dir, "api_server.db-wal"), path+"-wal")
		}, 2},
		"crashed in a transaction": {func(t *testing.T, dir string) {
			path := write(t, schema, account, `CREATE TABLE ballast (x)`)
			db := openOld(t, path)
			// More than the cache holds: pages go to the file before the end.
			if _, err := db.ExecContext(t.Context(), `PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; `+another+`;
				WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
				INSERT INTO ballast SELECT zeroblob(1000) FROM n`); err != nil {
				t.Fatal(err)
			}
			copyTo(t, filepath.Join(dir, "api_server.db"), path)
			copyTo(t, filepath.Join(dir, "api_server.db-journal"), path+"-journal")
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, temporary := t.TempDir(), t.TempDir()
			t.Setenv("TMPDIR", temporary)
			t.Setenv("TMP", temporary)
			c.make(t, dir)
			before := folder(t, dir)
			path := ""
			for file := range before {
				if path == "" || len(file) < len(path) {
					path = file
				}
			}
			h := newHouse(t)
			old := h.open(filepath.Join(dir, path))
			found, err := old.Preview(t.Context(), h.into)
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Providers) != c.want {
				t.Errorf("found %d providers, want %d", len(found.Providers), c.want)
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			if after := folder(t, dir); !reflect.DeepEqual(before, after) {
				t.Errorf("the folder has changed: %d files were %d", len(after), len(before))
			}
			if left := folder(t, temporary); len(left) != 0 {
				t.Errorf("a copy was left: %v", left)
			}
		})
	}
}

func TestWhatIsNoOldDatabase(t *testing.T) {
	text := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(text, []byte(`{"version":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := write(t, schema, account)
	if err := os.Truncate(broken, 5000); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path, code string
	}{
		"missing":         {filepath.Join(t.TempDir(), "none.db"), "old_database_unreadable"},
		"folder":          {t.TempDir(), "old_database_unreadable"},
		"text":            {text, "old_database_unknown"},
		"empty":           {empty, "old_database_unknown"},
		"another program": {write(t, `CREATE TABLE notes (x)`), "old_database_unknown"},
		"alike":           {write(t, `CREATE TABLE api_providers (id INTEGER PRIMARY KEY, name TEXT, base_url TEXT)`), "old_database_unknown"},
		"broken":          {broken, "old_database_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			old, err := oldserver.Open(t.Context(), c.path)
			if err == nil {
				_, err = old.Preview(t.Context(), h.into)
				_ = old.Close()
			}
			if apperr.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// An older release had fewer tables and columns.
func TestOlderReleases(t *testing.T) {
	h := newHouse(t)
	path := write(t,
		`CREATE TABLE api_providers (id INTEGER PRIMARY KEY, name VARCHAR, api_endpoint VARCHAR, api_key VARCHAR, model VARCHAR)`,
		`CREATE TABLE groups (id INTEGER PRIMARY KEY, name VARCHAR)`,
		`CREATE TABLE provider_group_association (provider_id INTEGER, group_id INTEGER)`,
		`CREATE TABLE error_maintenance (id INTEGER PRIMARY KEY, keyword VARCHAR)`,
		`CREATE TABLE call_logs (id INTEGER PRIMARY KEY, provider_id INTEGER, request_timestamp DATETIME, is_success BOOLEAN)`,
		`INSERT INTO api_providers VALUES (1, 'up.gpt-5', 'https://up.example/v1/chat/completions', 'k', 'gpt-5')`,
		`INSERT INTO groups VALUES (1, 'chat')`, `INSERT INTO provider_group_association VALUES (1, 1)`,
		`INSERT INTO error_maintenance VALUES (1, 'quota')`,
		`INSERT INTO call_logs VALUES (1, 1, '2025-08-20 10:17:00', 1)`)
	done := h.move(path, oldserver.Options{Calls: true})
	if got := codes(done.Oddities); !reflect.DeepEqual(got, []string{"price_missing api_providers[1]", "calls_kept call_logs[*]"}) {
		t.Errorf("told %v", got)
	}
	want := []string{"up https://up.example/v1 1 key", "up gpt-5", "chat: 1 up gpt-5", "keyword quota", "failover 2 in 5"}
	if got := h.shapes(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if c := h.calls(); len(c) != 1 || c[0].State != "ok" || c[0].InputTokens != nil || c[0].CostNanos != nil {
		t.Errorf("the calls are %+v", c)
	}
}
