package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/settings"
	"headgate/app/store"
)

// keyText is a provider key that must never be found in a file.
const keyText = "sk-canary-0123456789abcdef"

func tryOpen(t *testing.T, dir, address string) (*store.DB, error) {
	t.Helper()
	sealer := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	return store.Open(t.Context(), store.Options{Dir: dir, URL: address, Sealer: sealer})
}

func open(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := tryOpen(t, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func shut(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// raw opens a database file behind the store's back.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db := raw(t, path)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func change(t *testing.T, db *store.DB, fn func(catalog.Tx) error) {
	t.Helper()
	if err := db.Catalog().Change(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, db *store.DB) catalog.Configuration {
	t.Helper()
	c, err := db.Catalog().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func addProvider(t *testing.T, db *store.DB, name string, keys ...string) catalog.Provider {
	t.Helper()
	p := catalog.Provider{Name: name, Dialect: "openai", BaseURL: "https://" + name + ".example/v1", Enabled: true}
	for _, k := range keys {
		p.Keys = append(p.Keys, catalog.ProviderKey{Enabled: true, Secret: secret.New(k)})
	}
	change(t, db, func(tx catalog.Tx) error { return tx.SaveProvider(&p) })
	return p
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	price, free := 1.5, 0.0
	p := catalog.Provider{
		Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true,
		Headers: []catalog.Header{{Name: "X-Title", Value: "a"}, catalog.NewHeader("X-Other", "b")},
		Keys:    []catalog.ProviderKey{{Enabled: true, Secret: secret.New(keyText)}, {Secret: secret.New("sk-second-0123456789")}},
		Models:  []catalog.Model{}, CreatedAt: 11, UpdatedAt: 12, Proxy: "socks5://127.0.0.1:1080",
		Timeouts: catalog.Timeouts{ConnectSeconds: 1, FirstTokenSeconds: 2, StreamIdleSeconds: 3, ReplySeconds: 4},
		Rules:    []catalog.Rule{{StatusFrom: 429, StatusTo: 499, Text: `"da'ily\`, Action: "cooldown", CooldownSeconds: 3600}, {Text: "x|y", Regex: true, Action: "stop"}},
	}
	m := catalog.Model{Name: "m1", Enabled: true, InputPrice: &price, OutputPrice: &free, ContextTokens: 128000}
	g := catalog.Group{
		Name: "chat", Policy: "priority", Enabled: true, CreatedAt: 21, UpdatedAt: 22,
		Rules: []catalog.Rule{{Text: "内容审核", Action: "next"}}, Keyless: true,
	}
	k := catalog.APIKey{
		Name: "laptop", Prefix: "hg-abcd", LastFour: "wxyz", Models: true, Enabled: true,
		ExpiresAt: 99, CreatedAt: 31, Hash: bytes.Repeat([]byte{7}, 32),
		PreviousHash: bytes.Repeat([]byte{8}, 32), PreviousLastFour: "pqrs", PreviousUntil: 98,
	}
	w := catalog.Keyword{Text: "quota exceeded", Scope: "both", GroupIDs: []int64{}, Description: "théy say so", Enabled: true, CreatedAt: 41}
	e := catalog.Keyword{Text: "quota exceeded", Regex: true, Scope: "errors", Enabled: true, CreatedAt: 42}
	chosen := settings.Default()
	chosen.Language, chosen.Failover.Count, chosen.CloseToTray = "ja", 7, false
	change(t, db, func(tx catalog.Tx) error {
		if err := tx.SaveProvider(&p); err != nil {
			return err
		}
		m.ProviderID = p.ID
		if err := tx.SaveModel(&m); err != nil {
			return err
		}
		g.Members = []catalog.Member{{
			ModelID: m.ID, ProviderID: p.ID, Provider: "up", Model: "m1", Priority: 3, Weight: 2, Enabled: true,
		}}
		if err := tx.SaveGroup(&g); err != nil {
			return err
		}
		k.GroupIDs, e.GroupIDs = []int64{g.ID}, []int64{g.ID}
		return errors.Join(tx.SaveAPIKey(&k), tx.SaveKeyword(&w), tx.SaveKeyword(&e), tx.SaveSettings(chosen))
	})
	p.Models = []catalog.Model{m}
	want := catalog.Configuration{
		Providers: []catalog.Provider{p}, Groups: []catalog.Group{g}, APIKeys: []catalog.APIKey{k},
		Keywords: []catalog.Keyword{w, e}, Settings: chosen,
	}
	if got := load(t, db); !reflect.DeepEqual(got, want) {
		t.Errorf("stored\n%+v\nwant\n%+v", got, want)
	}
	if got := load(t, db).Providers[0].Keys[0].Secret.Reveal(); got != keyText {
		t.Error("the first key came back as another text")
	}

	shut(t, db)
	db = open(t, dir)
	if got := load(t, db); !reflect.DeepEqual(got, want) {
		t.Errorf("after a restart\n%+v\nwant\n%+v", got, want)
	}
	if aside := db.SetAside(); len(aside) != 0 {
		t.Errorf("a sound file was set aside: %v", aside)
	}

	// false, 0, null and "" are values like any other.
	p.Enabled, p.Headers, p.Keys, p.Proxy, p.Timeouts = false, []catalog.Header{}, p.Keys[1:], "", catalog.Timeouts{}
	m.Enabled, m.InputPrice, m.ContextTokens = false, nil, 0
	g.Enabled, g.Members[0].Enabled, g.Members[0].Priority = false, false, 0
	p.Rules, g.Rules, g.Keyless = p.Rules[1:], []catalog.Rule{}, false
	k.Enabled, k.ExpiresAt, k.GroupIDs = false, 0, []int64{}
	k.PreviousHash, k.PreviousLastFour, k.PreviousUntil = nil, "", 0
	w.Enabled, w.Description = false, ""
	w.Scope, w.GroupIDs, e.Text, e.Regex, e.GroupIDs = "reply", []int64{g.ID}, "quota", false, []int64{}
	change(t, db, func(tx catalog.Tx) error {
		return errors.Join(tx.SaveProvider(&p), tx.SaveModel(&m), tx.SaveGroup(&g), tx.SaveAPIKey(&k), tx.SaveKeyword(&w), tx.SaveKeyword(&e))
	})
	p.Models = []catalog.Model{m}
	want = catalog.Configuration{
		Providers: []catalog.Provider{p}, Groups: []catalog.Group{g}, APIKeys: []catalog.APIKey{k},
		Keywords: []catalog.Keyword{w, e}, Settings: chosen,
	}
	if got := load(t, db); !reflect.DeepEqual(got, want) {
		t.Errorf("after a change\n%+v\nwant\n%+v", got, want)
	}
}

func TestSettingsHoldWhatTheDocumentLacks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	if got := load(t, db).Settings; !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("a new file holds %+v", got)
	}
	shut(t, db)
	run(t, filepath.Join(dir, "headgate.db"), `INSERT INTO settings (id, document) VALUES (1, '{"theme":"dark","log":{"days":30}}')`)
	want := settings.Default()
	want.Theme, want.Log.Days = settings.ThemeDark, 30
	if got := load(t, open(t, dir)).Settings; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestChangeIsUndoneByAnError(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	refusal := errors.New("no")
	err := db.Catalog().Change(t.Context(), func(tx catalog.Tx) error {
		p := catalog.Provider{Name: "up", Dialect: "openai", BaseURL: "http://up.example"}
		if err := tx.SaveProvider(&p); err != nil {
			t.Error(err)
		}
		if inside, err := tx.Load(); err != nil || len(inside.Providers) != 1 {
			t.Errorf("inside the change: %v, %v", inside.Providers, err)
		}
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("Change returned %v", err)
	}
	if got := load(t, db).Providers; len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestDeletesCascade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	p := addProvider(t, db, "up", keyText)
	m := catalog.Model{ProviderID: p.ID, Name: "m1"}
	g := catalog.Group{Name: "chat", Policy: "priority"}
	k := catalog.APIKey{Name: "laptop", Hash: bytes.Repeat([]byte{7}, 32)}
	change(t, db, func(tx catalog.Tx) error {
		if err := tx.SaveModel(&m); err != nil {
			return err
		}
		g.Members = []catalog.Member{{ModelID: m.ID, Weight: 1}}
		if err := tx.SaveGroup(&g); err != nil {
			return err
		}
		k.GroupIDs = []int64{g.ID}
		return tx.SaveAPIKey(&k)
	})
	change(t, db, func(tx catalog.Tx) error { return tx.DeleteProvider(p.ID) })
	c := load(t, db)
	if len(c.Providers) != 0 || len(c.Groups) != 1 || len(c.Groups[0].Members) != 0 {
		t.Errorf("after the provider went: %+v", c)
	}
	change(t, db, func(tx catalog.Tx) error { return tx.DeleteGroup(g.ID) })
	if c = load(t, db); len(c.Groups) != 0 || len(c.APIKeys) != 1 || len(c.APIKeys[0].GroupIDs) != 0 {
		t.Errorf("after the group went: %+v", c)
	}
	again := addProvider(t, db, "up", keyText)
	if again.ID == p.ID || again.Keys[0].ID == p.Keys[0].ID {
		t.Error("an ID was given out a second time")
	}
}

func TestMissingRowIsAnError(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	err := db.Catalog().Change(t.Context(), func(tx catalog.Tx) error {
		return tx.SaveKeyword(&catalog.Keyword{ID: 5, Text: "x"})
	})
	if err == nil {
		t.Error("a change of a row that is not there succeeded")
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	for _, want := range [][2]string{{"", ""}, {"root", "$argon2id$1"}, {"me", "$argon2id$2"}} {
		if want[0] != "" {
			if err := db.SaveAdmin(t.Context(), want[0], want[1]); err != nil {
				t.Fatal(err)
			}
		}
		name, hash, err := db.Admin(t.Context())
		if err != nil || name != want[0] || hash != want[1] {
			t.Errorf("Admin() = %q, %q, %v; want %q", name, hash, err, want)
		}
	}
}

func TestPragmasAndEngine(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	want := map[string]map[string]string{
		"config writer": {"synchronous": "2", "query_only": "0"},
		"calls writer":  {"synchronous": "1", "query_only": "0"},
		"config reader": {"query_only": "1"},
		"calls reader":  {"query_only": "1"},
	}
	for name, c := range db.Connections() {
		for pragma, value := range map[string]string{
			"busy_timeout": "5000", "auto_vacuum": "2", "journal_mode": "wal", "foreign_keys": "1",
			"temp_store": "2", "cache_size": "-8192",
		} {
			if err := store.ExpectPragma(t.Context(), c, pragma, value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for pragma, value := range want[name] {
			if err := store.ExpectPragma(t.Context(), c, pragma, value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if code := apperr.Code(store.ExpectPragma(t.Context(), c, "foreign_keys", "0")); code != "pragma_refused" {
			t.Errorf("%s: a pragma with another value gave %q", name, code)
		}
		var version string
		if err := c.QueryRowContext(t.Context(), "SELECT sqlite_version()").Scan(&version); err != nil {
			t.Fatal(err)
		}
		if store.OlderVersion(version, store.LeastSQLite) {
			t.Errorf("this program has SQLite %s", version)
		}
	}
	if _, err := db.Connections()["config reader"].ExecContext(t.Context(), "DELETE FROM admin"); err == nil {
		t.Error("a reader could write")
	}
	for version, older := range map[string]bool{
		"3.41.2": true, "3.51.2": true, "3.51": true, "x": true, "2.99.99": true,
		"3.51.3": false, "3.51.10": false, "3.54.1": false, "4.0.0": false,
	} {
		if got := store.OlderVersion(version, store.LeastSQLite); got != older {
			t.Errorf("SQLite %s: older is %v", version, got)
		}
	}
}

func TestPathsAreTakenLiterally(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a#b", "a%41b", "a?b=c", "a b&c", "ü家", "a;b"} {
		if runtime.GOOS == "windows" && name == "a?b=c" {
			continue // no such name there
		}
		top := t.TempDir()
		dir := filepath.Join(top, name)
		db := open(t, dir)
		addProvider(t, db, "up")
		shut(t, db)
		entries, err := os.ReadDir(top)
		if err != nil || len(entries) != 1 || entries[0].Name() != name {
			t.Errorf("%q: beside it there is %v, %v", name, entries, err)
		}
		if info, err := os.Stat(filepath.Join(dir, "headgate.db")); err != nil || info.Size() == 0 {
			t.Errorf("%q: no database in it: %v", name, err)
		}
		if got := load(t, open(t, dir)).Providers; len(got) != 1 {
			t.Errorf("%q: holds %d providers after a restart", name, len(got))
		}
	}
}

func TestDatabaseURL(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "deep er", "my.db")
	dir := t.TempDir()
	db, err := tryOpen(t, dir, "sqlite://"+filepath.ToSlash(elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	addProvider(t, db, "up", keyText)
	shut(t, db)
	for _, path := range []string{elsewhere, filepath.Join(filepath.Dir(elsewhere), "my-calls.db")} {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "headgate.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the data folder has a database too")
	}
	for address, code := range map[string]string{
		"postgres://u:p@host/db":   "database_kind_unknown",
		"postgresql://host/db":     "database_kind_unknown",
		"mysql://host/db":          "database_url_unknown",
		"sqlite:relative.db":       "database_url_unknown",
		"sqlite://relative.db":     "database_url_unknown",
		"sqlite:///a.db?mode=ro":   "database_url_unknown",
		"sqlite:///folder/":        "database_url_unknown",
		"sqlite:///bad%zzescape":   "database_url_unknown",
		"/just/a/path.db":          "database_url_unknown",
		"sqlite:///a.db#fragment":  "database_url_unknown",
		"file:///a.db":             "database_url_unknown",
		"postgres:pass-word-in-it": "database_kind_unknown",
	} {
		_, err := tryOpen(t, dir, address)
		if apperr.Code(err) != code {
			t.Errorf("%s gave %v, want %s", address, err, code)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	const writers, each = 4, 10
	done := make(chan error, 2*writers)
	for range writers {
		go func() {
			var err error
			for range each {
				err = errors.Join(err, db.Catalog().Change(context.Background(), func(tx catalog.Tx) error {
					c, err := tx.Load()
					if err != nil {
						return err
					}
					text := string(rune('a' + len(c.Keywords)))
					return tx.SaveKeyword(&catalog.Keyword{Text: "word " + text})
				}))
			}
			done <- err
		}()
		go func() {
			var err error
			for range each {
				_, e := db.Catalog().Load(context.Background())
				err = errors.Join(err, e)
			}
			done <- err
		}()
	}
	for range 2 * writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	texts := map[string]bool{}
	for _, k := range load(t, db).Keywords {
		texts[k.Text] = true
	}
	if len(texts) != writers*each {
		t.Errorf("%d keywords, want %d", len(texts), writers*each)
	}
}

// contains reports which files under dir hold the text.
func contains(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}
