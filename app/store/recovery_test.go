package store_test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"headgate/app/apperr"
	"headgate/app/store"
)

// spoil overwrites part of a file.
func spoil(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(with, at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenConfiguration(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(t *testing.T, path string){
		"another header": func(t *testing.T, path string) { spoil(t, path, 0, []byte("not a database!!")) },
		"torn pages": func(t *testing.T, path string) {
			spoil(t, path, 4096, bytes.Repeat([]byte{0xA5}, 3*4096))
		},
		"a few bytes": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("SQLite"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"cut": func(t *testing.T, path string) {
			if err := os.Truncate(path, 4096+512); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, backup := range []bool{true, false} {
			t.Run(name+map[bool]string{true: " with a backup", false: " without one"}[backup], func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				file := filepath.Join(dir, "headgate.db")
				db := open(t, dir)
				addProvider(t, db, "up", keyText)
				shut(t, db)
				if backup {
					shut(t, open(t, dir))
				}
				breakIt(t, file)
				spoiled, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				db = open(t, dir)
				aside := db.SetAside()
				if len(aside) != 1 || aside[0].File != file || (aside[0].Restored != "") != backup {
					t.Fatalf("SetAside() = %+v", aside)
				}
				kept, err := os.ReadFile(aside[0].Kept)
				if err != nil || !bytes.Equal(kept, spoiled) {
					t.Errorf("the broken file was not kept as it was: %v", err)
				}
				if n := len(load(t, db).Providers); (n == 1) != backup {
					t.Errorf("%d providers", n)
				}
				addProvider(t, db, "other", keyText)
				shut(t, db)
				if db = open(t, dir); len(db.SetAside()) != 0 {
					t.Errorf("it was set aside again: %v", db.SetAside())
				}
			})
		}
	}
}

func TestABrokenBackupIsPassedOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "up", keyText)
	shut(t, db)
	shut(t, open(t, dir)) // makes a backup
	good, err := filepath.Glob(filepath.Join(dir, "backups", "*"))
	if err != nil || len(good) != 1 {
		t.Fatalf("backups: %v, %v", good, err)
	}
	bad := filepath.Join(dir, "backups", "headgate-29990101T000000.000.db")
	if err := os.WriteFile(bad, []byte("SQLite format 3\x00 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(dir, "headgate.db"), 0, []byte("gone"))
	db = open(t, dir)
	if aside := db.SetAside(); len(aside) != 1 || aside[0].Restored != good[0] {
		t.Errorf("SetAside() = %+v, want %s restored", aside, good[0])
	}
	if n := len(load(t, db).Providers); n != 1 {
		t.Errorf("%d providers", n)
	}
}

func TestBrokenCallLog(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(t *testing.T, path string){
		"another header": func(t *testing.T, path string) { spoil(t, path, 0, []byte("not a database!!")) },
		"zeros":          func(t *testing.T, path string) { spoil(t, path, 0, make([]byte, 8192)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db := open(t, dir)
			addProvider(t, db, "up", keyText)
			shut(t, db)
			file := filepath.Join(dir, "calls.db")
			breakIt(t, file)
			db = open(t, dir)
			if aside := db.SetAside(); len(aside) != 1 || aside[0].File != file || aside[0].Restored != "" {
				t.Errorf("SetAside() = %+v", aside)
			}
			if n := len(load(t, db).Providers); n != 1 {
				t.Errorf("%d providers", n)
			}
		})
	}
}

func TestKilledWhileOpen(t *testing.T) {
	t.Parallel()
	dir, after := t.TempDir(), t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "up", keyText)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	journal := false
	for _, e := range entries { // what a kill would leave
		if e.IsDir() || strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		journal = journal || e.Name() == "headgate.db-wal"
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(after, e.Name()), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !journal {
		t.Fatal("there is no journal to recover from")
	}
	db = open(t, after)
	if c := load(t, db); len(c.Providers) != 1 || len(db.SetAside()) != 0 {
		t.Errorf("%d providers, set aside: %v", len(c.Providers), db.SetAside())
	}
}

func TestJournalWithoutItsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shut(t, open(t, dir))
	file := filepath.Join(dir, "headgate.db")
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+"-wal", []byte("what is left"), 0o600); err != nil {
		t.Fatal(err)
	}
	aside := open(t, dir).SetAside()
	if len(aside) != 1 {
		t.Fatalf("SetAside() = %+v", aside)
	}
	if kept, err := os.ReadFile(aside[0].Kept + "-wal"); err != nil || string(kept) != "what is left" {
		t.Errorf("the journal was not kept: %q, %v", kept, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"headgate.db", "calls.db"} {
		dir := t.TempDir()
		shut(t, open(t, dir))
		file := filepath.Join(dir, name)
		run(t, file, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryOpen(t, dir, ""); apperr.Code(err) != "schema_newer" {
			t.Errorf("%s: Open gave %v", name, err)
		}
		if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was touched: %v", name, err)
		}
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, filepath.Join(dir, "headgate.db"), "CREATE TABLE songs (title TEXT)")
	if _, err := tryOpen(t, dir, ""); apperr.Code(err) != "database_foreign" {
		t.Errorf("Open gave %v", err)
	}
}

func TestUnusableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), store.Options{Dir: filepath.Join(file, "data"), Sealer: noSealer{}})
	if apperr.Code(err) != "data_folder_unusable" {
		t.Errorf("Open gave %v", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "headgate.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(t, dir, ""); apperr.Code(err) != "database_unusable" {
		t.Errorf("Open gave %v", err)
	}
}

type noSealer struct{}

func (noSealer) Seal([]byte, string) ([]byte, error) { return nil, fs.ErrPermission }
func (noSealer) Open([]byte, string) ([]byte, error) { return nil, fs.ErrPermission }
func (noSealer) Lock(error)                          {}

// It replaces the migrations of the whole package: not parallel.
func TestBackupBeforeMigration(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "up", keyText)
	shut(t, db)

	newer := fstest.MapFS{}
	err := fs.WalkDir(store.MigrationFiles(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(store.MigrationFiles(), path)
		newer[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	step := func(name, statement string) {
		newer[path.Join("migrations/sqlite/config", name)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + ";\n")}
	}
	defer store.UseMigrations(newer)()

	step("00900_wrong.sql", "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)")
	if _, err := tryOpen(t, dir, ""); apperr.Code(err) != "database_unusable" {
		t.Fatalf("a failing migration gave %v", err)
	}
	delete(newer, "migrations/sqlite/config/00900_wrong.sql")
	for range 7 {
		step("00901_more.sql", "CREATE TABLE extra (id INTEGER)")
		db = open(t, dir)
		if n := len(load(t, db).Providers); n != 1 {
			t.Errorf("%d providers after the migration", n)
		}
		shut(t, db)
		run(t, filepath.Join(dir, "headgate.db"), "DELETE FROM goose_db_version WHERE version_id = 901")
		run(t, filepath.Join(dir, "headgate.db"), "DROP TABLE extra")
	}
	backups, err := os.ReadDir(filepath.Join(dir, "backups"))
	if err != nil || len(backups) != 5 {
		t.Fatalf("backups: %v, %v", backups, err)
	}
	for _, b := range backups {
		var providers, extra int
		old := raw(t, filepath.Join(dir, "backups", b.Name()))
		err := old.QueryRow(`SELECT (SELECT count(*) FROM providers),
			(SELECT count(*) FROM sqlite_master WHERE name IN ('extra', 'half'))`).Scan(&providers, &extra)
		if err != nil || providers != 1 || extra != 0 {
			t.Errorf("%s: %d providers, %d new tables, %v", b.Name(), providers, extra, err)
		}
	}
}
