package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/settings"
	"headgate/app/store"
)

func backup(t *testing.T, db *store.DB) store.Backup {
	t.Helper()
	made, err := db.MakeBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func backups(t *testing.T, db *store.DB) (names []string) {
	t.Helper()
	list, err := db.Backups()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		names = append(names, b.Name)
	}
	return names
}

func TestBackups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	defer shut(t, db)
	if got := backups(t, db); len(got) != 0 {
		t.Errorf("at first there are %v", got)
	}
	addProvider(t, db, "up", keyText)
	want := load(t, db)
	began := time.Now().Truncate(time.Millisecond)
	made := backup(t, db)
	addProvider(t, db, "other")
	if made.At.Before(began) || time.Since(made.At) < 0 || made.Size == 0 {
		t.Errorf("made %+v", made)
	}
	if list, err := db.Backups(); err != nil || !reflect.DeepEqual(list, []store.Backup{made}) {
		t.Errorf("the list is %+v, %v", list, err)
	}
	got, err := db.LoadBackup(t.Context(), made.Name)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the copy holds %+v, %v", got, err)
	}
	f, err := db.OpenBackup(made.Name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil || int64(len(content)) != made.Size || !bytes.HasPrefix(content, []byte("SQLite format 3\x00")) {
		t.Errorf("as a file it has %d bytes, %v", len(content), err)
	}
	if bytes.Contains(content, []byte(keyText)) {
		t.Error("a provider key stands in it")
	}
	for range 5 {
		time.Sleep(2 * time.Millisecond) // its name is the time
		backup(t, db)
	}
	names := backups(t, db)
	if len(names) != 5 || slices.Contains(names, made.Name) || !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("after five more there are %v", names)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "backups"))
	if err != nil || len(entries) != 5 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

// Copies made by hand in one day leave those of the days before.
func TestBackupsOfDaysStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var want []string
	for day := 9; day > 0; day-- {
		for hour := range 2 {
			name := fmt.Sprintf("headgate-202601%02dT%02d0000.000.db", day, 12-hour)
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if day > 3 && hour == 0 { // six days, and today
				want = append(want, name)
			}
		}
	}
	db := open(t, dir)
	defer shut(t, db)
	for range 6 {
		time.Sleep(2 * time.Millisecond) // its name is the time
		backup(t, db)
	}
	if names := backups(t, db); len(names) != 5+len(want) || !slices.Equal(names[5:], want) {
		t.Errorf("after six of today there are %v", names)
	}
}

func TestBackupsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	defer func() { shut(t, db) }()
	addProvider(t, db, "up", keyText)
	made := backup(t, db)
	folder := filepath.Join(dir, "backups")
	put := func(stamp string, content []byte) string {
		name := "headgate-" + stamp + ".db"
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	whole, err := os.ReadFile(filepath.Join(folder, made.Name))
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "x.db")
	run(t, foreign, "CREATE TABLE notes (x)")
	other, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	newer := put("20260101T000000.000", whole)
	run(t, filepath.Join(folder, newer), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (900, 1)")
	for name, code := range map[string]string{
		"": "backup_unknown", ".": "backup_unknown", "../headgate.db": "backup_unknown", "headgate.db": "backup_unknown",
		"headgate-20250101T000000.000.db":                        "backup_unknown",
		"../backups/" + made.Name:                                "backup_unknown",
		put("20260101T000001.000", whole[:len(whole)/2]):         "backup_broken",
		put("20260101T000002.000", []byte("no database at all")): "backup_broken",
		put("20260101T000003.000", nil):                          "backup_broken",
		put("20260101T000004.000", other):                        "backup_broken",
		newer:                                                    "backup_newer",
	} {
		if _, err := db.LoadBackup(t.Context(), name); apperr.Code(err) != code {
			t.Errorf("%q: %v, want %s", name, err, code)
		}
		if f, err := db.OpenBackup(name); code == "backup_unknown" && apperr.Code(err) != code {
			t.Errorf("%q was opened: %v, %v", name, f, err)
		} else if f != nil {
			_ = f.Close()
		}
	}

	// Left-overs go with the next start, and the key file of another time opens
	// nothing.
	shut(t, db)
	for _, left := range []string{"open-123", "headgate-20260101T000005.000.db.part"} {
		if err := os.Mkdir(filepath.Join(folder, left), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	fresh := t.TempDir()
	if err := os.Rename(folder, filepath.Join(fresh, "backups")); err != nil {
		t.Fatal(err)
	}
	db = open(t, fresh)
	addProvider(t, db, "mine", "sk-of-another-key-file")
	if _, err := db.LoadBackup(t.Context(), made.Name); apperr.Code(err) != "backup_key_mismatch" {
		t.Errorf("under another key file: %v", err)
	}
	for _, left := range []string{"open-123", "headgate-20260101T000005.000.db.part"} {
		if _, err := os.Stat(filepath.Join(fresh, "backups", left)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", left, err)
		}
	}
}

// It replaces the migrations of the whole package: not parallel.
func TestBackupOfAnOlderSchema(t *testing.T) {
	dir := t.TempDir()
	older := fstest.MapFS{}
	for _, name := range []string{"config/00001_start.sql", "calls/00001_start.sql"} {
		content, err := fs.ReadFile(store.MigrationFiles(), "migrations/sqlite/"+name)
		if err != nil {
			t.Fatal(err)
		}
		older["migrations/sqlite/"+name] = &fstest.MapFile{Data: content}
	}
	restore := store.UseMigrations(older)
	// It makes the file, and then misses the tables that this program reads.
	_, err := tryOpen(t, dir, "")
	restore()
	if apperr.Code(err) != "database_unusable" {
		t.Fatalf("with the first schema: %v", err)
	}
	run(t, filepath.Join(dir, "headgate.db"), `INSERT INTO keywords VALUES (7, 'quota', '', 1, 5)`)
	db := open(t, dir) // which makes a copy before it changes the schema
	defer shut(t, db)
	names := backups(t, db)
	if len(names) != 1 {
		t.Fatalf("there are %v", names)
	}
	path := filepath.Join(dir, "backups", names[0])
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.LoadBackup(t.Context(), names[0])
	if err != nil || len(got.Keywords) != 1 || got.Keywords[0].Scope != "both" {
		t.Errorf("the old copy holds %+v, %v", got, err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the copy was changed: %v", err)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	defer shut(t, db)
	up := addProvider(t, db, "up", keyText, "sk-second-0123456789")
	change(t, db, func(tx catalog.Tx) error {
		m := catalog.Model{ProviderID: up.ID, Name: "m", Enabled: true}
		if err := tx.SaveModel(&m); err != nil {
			return err
		}
		g := catalog.Group{Name: "chat", Policy: "priority", Enabled: true, CreatedAt: 1, UpdatedAt: 2, Members: []catalog.Member{{ModelID: m.ID, Priority: 1, Weight: 1}}, Rules: []catalog.Rule{{Text: "busy", Action: "count"}}}
		if err := tx.SaveGroup(&g); err != nil {
			return err
		}
		k := catalog.APIKey{Name: "k", Hash: bytes.Repeat([]byte{7}, 32), GroupIDs: []int64{g.ID}, Models: true, CreatedAt: 3}
		w := catalog.Keyword{Text: "w", Scope: "errors", GroupIDs: []int64{g.ID}, CreatedAt: 4}
		s := settings.Default()
		s.Theme = settings.ThemeDark
		return errors.Join(tx.SaveAPIKey(&k), tx.SaveKeyword(&w), tx.SaveSettings(s))
	})
	want := load(t, db)
	change(t, db, func(tx catalog.Tx) error {
		p := want.Providers[0]
		p.Name, p.BaseURL, p.Keys = "renamed", "https://elsewhere.example", p.Keys[1:]
		return errors.Join(tx.DeleteGroup(want.Groups[0].ID), tx.SaveProvider(&p), tx.DeleteKeyword(want.Keywords[0].ID), tx.SaveSettings(settings.Default()))
	})
	newer := addProvider(t, db, "newer")
	change(t, db, func(tx catalog.Tx) error { return tx.Replace(want) })
	if got := load(t, db); !reflect.DeepEqual(got, want) {
		t.Errorf("replaced by\n%+v\nwant\n%+v", got, want)
	}
	if next := addProvider(t, db, "next"); next.ID <= newer.ID {
		t.Errorf("the ID %d is given out again", next.ID)
	}
}
