package store_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/settings"
	"headgate/app/store"
)

// damages are what disks, cables and people do to a file.
var damages = map[string]func(b []byte) []byte{
	"empty":  func([]byte) []byte { return nil },
	"zeros":  func(b []byte) []byte { return make([]byte, len(b)) },
	"header": func(b []byte) []byte { return append([]byte("#!/bin/sh\nrm -rf"), b[16:]...) },
	"middle": func(b []byte) []byte {
		at := min(len(b)/2, len(b)-4096)
		return slices.Concat(b[:at], bytes.Repeat([]byte{0xA5}, 4096), b[at+4096:])
	},
	"tail":       func(b []byte) []byte { return b[:len(b)-len(b)/3-100] },
	"half":       func(b []byte) []byte { return b[:len(b)/2] },
	"no page":    func(b []byte) []byte { return b[:700] },
	"zeroed end": func(b []byte) []byte { return append(b[:len(b)-4096:len(b)-4096], make([]byte, 4096)...) },
	"flips 1":    flips(1),
	"flips 2":    flips(2),
	"flips 3":    flips(3),
}

func flips(seed uint64) func([]byte) []byte {
	return func(b []byte) []byte {
		r := rand.New(rand.NewPCG(seed, 7))
		for range 200 {
			b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
		}
		return b
	}
}

// killedFolder is what a kill leaves of a folder with two providers and 600 calls, the
// last of both in the journals, and with a backup that has the first provider.
func killedFolder(t *testing.T) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "one", keyText)
	mustWrite(t, db.CallLog(), someCalls(0, 500)...)
	if _, err := db.MakeBackup(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	db = open(t, dir)
	addProvider(t, db, "two", keyText)
	mustWrite(t, db.CallLog(), someCalls(500, 600)...)
	return filesOf(t, dir)
}

func someCalls(from, to int) (list []calllog.Entry) {
	for n := from; n < to; n++ {
		e := storedCall(n)
		e.Call.Message = strings.Repeat("a long message ", 20)
		list = append(list, e)
	}
	return list
}

func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func folderOf(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func names(c catalog.Configuration) (list []string) {
	for _, p := range c.Providers {
		list = append(list, p.Name)
	}
	return list
}

// Whatever becomes of one file, a start ends with a configuration that somebody saved,
// whole, and a log that takes calls. What was there is kept, and the next start finds
// nothing to do.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	whole := killedFolder(t)
	for _, file := range []string{"headgate.db", "headgate.db-wal", "headgate.db-shm", "calls.db", "calls.db-wal", "calls.db-shm"} {
		if len(whole[file]) < 2*4096 {
			t.Fatalf("%s has %d bytes", file, len(whole[file]))
		}
		kinds := slices.Sorted(maps.Keys(damages))
		switch filepath.Ext(file) {
		case ".db-wal":
			kinds = []string{"empty", "flips 1", "half", "header", "zeros"}
		case ".db-shm":
			kinds = []string{"flips 1", "zeros"}
		}
		for _, name := range kinds {
			t.Run(file+" "+name, func(t *testing.T) {
				t.Parallel()
				files := maps.Clone(whole)
				files[file] = damages[name](bytes.Clone(whole[file]))
				dir := folderOf(t, files)
				db := open(t, dir)
				got := names(load(t, db))
				isFlipped := strings.HasPrefix(name, "flips") && file == "headgate.db"
				aside := db.SetAside()
				switch {
				case slices.Equal(got, []string{"one", "two"}):
				case slices.Equal(got, []string{"one"}) && (len(aside) == 1 && aside[0].Restored != "" || file == "headgate.db-wal"):
				case isFlipped && len(aside) == 0: // no page shows that a letter of a name is another one
				default:
					t.Errorf("providers %q; set aside: %+v", got, aside)
				}
				for _, a := range aside {
					if a.File != filepath.Join(dir, strings.TrimSuffix(strings.TrimSuffix(file, "-wal"), "-shm")) {
						t.Errorf("%+v was set aside for a broken %s", a, file)
					}
					// SQLite may have folded the journal in when it looked.
					if kept, err := os.Stat(a.Kept); err != nil || int(kept.Size()) < len(files[filepath.Base(a.File)]) {
						t.Errorf("of %d bytes %v are kept, %v", len(files[file]), kept, err)
					}
				}
				wantLogTakesCalls(t, db)
				shut(t, db)

				settled := len(db.SetAside()) // calls may have shown it as well
				db = open(t, dir)
				if again := db.SetAside(); len(again) > 0 || settled > 1 {
					t.Errorf("set aside: %d, then %+v", settled, again)
				}
				if next := names(load(t, db)); !slices.Equal(next, got) {
					t.Errorf("then the providers are %q, were %q", next, got)
				}
				for old := range whole {
					if _, err := os.Stat(filepath.Join(dir, old)); err != nil && !strings.Contains(old, ".db-") {
						t.Errorf("%s is gone", old)
					}
				}
			})
		}
	}
}

// wantLogTakesCalls writes a call and reads all, as a program does that tries again
// after a failure.
func wantLogTakesCalls(t *testing.T, db *store.DB) {
	t.Helper()
	s := db.CallLog()
	var err error
	for range 4 {
		if err = s.Write(t.Context(), someCalls(9000, 9001)); err == nil {
			_, err = s.Page(t.Context(), calllog.Query{Limit: 500})
		}
		if err == nil {
			_, err = s.Get(t.Context(), storedCall(9000).Call.ID)
		}
		if err == nil {
			return
		}
	}
	t.Errorf("the log takes no calls: %v", err)
}

// A log whose pages are broken, but not those that a start looks at, makes room while
// the program runs.
func TestCallLogBreaksWhileItRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	for n := range 4 {
		mustWrite(t, db.CallLog(), someCalls(500*n, 500*n+500)...)
	}
	shut(t, db)
	file := filepath.Join(dir, "calls.db")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, file, info.Size()/3/4096*4096, bytes.Repeat([]byte{0xA5}, int(info.Size()/2)/4096*4096)) // not what a start reads
	db = open(t, dir)
	if aside := db.SetAside(); len(aside) > 0 {
		t.Fatalf("the start after a clean end walked the log: %+v", aside)
	}
	if _, err := db.CallLog().Page(t.Context(), calllog.Query{Limit: 500}); err == nil {
		t.Fatal("the pages aren't broken")
	}
	wantLogTakesCalls(t, db)
	if aside := db.SetAside(); len(aside) != 1 || aside[0].File != file {
		t.Errorf("set aside: %+v", aside)
	}
}

// Something stands where the log should be, for a while: nothing is set aside, and the
// log that was there goes on.
func TestCallLogOutOfReach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "up", keyText)
	mustWrite(t, db.CallLog(), someCalls(0, 10)...)
	shut(t, db)
	file := filepath.Join(dir, "calls.db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(file, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	if n := len(load(t, db).Providers); n != 1 {
		t.Errorf("%d providers", n)
	}
	if err := db.CallLog().Write(t.Context(), someCalls(10, 11)); apperr.Code(err) != "database_unusable" {
		t.Errorf("Write gave %v", err)
	}
	if _, err := db.CallLog().Page(t.Context(), calllog.Query{Limit: 5}); apperr.Code(err) != "database_unusable" {
		t.Errorf("Page gave %v", err)
	}
	if err := os.RemoveAll(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, db.CallLog(), someCalls(10, 11)...)
	page, err := db.CallLog().Page(t.Context(), calllog.Query{Limit: 50})
	if err != nil || len(page.Rows) != 11 || len(db.SetAside()) > 0 {
		t.Errorf("%d calls, %v; set aside: %+v", len(page.Rows), err, db.SetAside())
	}
}

// A log that takes long to open keeps nobody waiting but those who write to it: pages
// say at once that there is none, and Close doesn't wait for the end.
func TestCallLogOpensSlowly(t *testing.T) { //nolint:paralleltest // the migrations are the whole program's
	dir := t.TempDir()
	file := filepath.Join(dir, "calls.db")
	if err := os.MkdirAll(filepath.Join(file, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	if err := os.RemoveAll(file); err != nil {
		t.Fatal(err)
	}
	slow := slowFiles{fstest.MapFS{"migrations/sqlite/calls/00001_endless.sql": {Data: []byte(`-- +goose Up
		CREATE TABLE endless AS WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n;`)}}, make(chan struct{}, 9)}
	defer store.UseMigrations(slow)()
	written := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() { written <- db.CallLog().Write(ctx, someCalls(0, 1)) }()
	select {
	case <-slow.read:
	case err := <-written:
		t.Fatalf("Write ended before a migration was read: %v", err)
	}
	began := time.Now()
	if _, err := db.CallLog().Page(t.Context(), calllog.Query{Limit: 5}); apperr.Code(err) != "database_unusable" {
		t.Errorf("Page gave %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("Page took %v", took)
	}
	time.Sleep(100 * time.Millisecond) // into the endless statement, as a rule
	began = time.Now()
	shut(t, db)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("Close took %v", took)
	}
	if err := <-written; err == nil {
		t.Error("a call was written to a log that never opened")
	}
	if aside := db.SetAside(); len(aside) > 0 {
		t.Errorf("set aside: %+v", aside)
	}
}

// slowFiles tells when a file of them is opened.
type slowFiles struct {
	fs.FS
	read chan struct{}
}

func (s slowFiles) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".sql") {
		s.read <- struct{}{}
	}
	return s.FS.Open(name)
}

// Files of ours in each other's place, and those of a newer program, are left alone.
func TestFilesThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	addProvider(t, db, "one", keyText)
	mustWrite(t, db.CallLog(), someCalls(0, 10)...)
	shut(t, db)
	whole := filesOf(t, dir)
	for name, c := range map[string]struct {
		put  map[string]string
		code string
	}{
		"swapped":       {map[string]string{"headgate.db": "calls.db", "calls.db": "headgate.db"}, "database_swapped"},
		"log as config": {map[string]string{"headgate.db": "calls.db"}, "database_swapped"},
		"config as log": {map[string]string{"calls.db": "headgate.db"}, "database_swapped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(whole)
			for to, from := range c.put {
				files[to] = whole[from]
			}
			dir := folderOf(t, files)
			for range 2 {
				if _, err := tryOpen(t, dir, ""); apperr.Code(err) != c.code {
					t.Fatalf("Open gave %v", err)
				}
			}
			after := filesOf(t, dir)
			for name := range files {
				if strings.HasPrefix(name, "backups") {
					continue
				}
				if want, got := tables(t, folderOf(t, files), name), tables(t, dir, name); want != got {
					t.Errorf("%s has %s, had %s", name, got, want)
				}
			}
			if len(after) < len(files) {
				t.Errorf("%d files, were %d", len(after), len(files))
			}
		})
	}
}

// tables says what a database file holds.
func tables(t *testing.T, dir, name string) string {
	t.Helper()
	if !strings.HasSuffix(name, ".db") {
		return ""
	}
	var count, version int
	db := raw(t, filepath.Join(dir, name))
	if err := db.QueryRow("SELECT (SELECT count(*) FROM sqlite_master), (SELECT max(version_id) FROM goose_db_version)").Scan(&count, &version); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d tables, version %d", count, version)
}

// A configuration that was emptied is no new one.
func TestEmptiedConfiguration(t *testing.T) {
	t.Parallel()
	for _, backup := range []bool{true, false} {
		dir := t.TempDir()
		db := open(t, dir)
		addProvider(t, db, "up", keyText)
		if backup {
			if _, err := db.MakeBackup(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		shut(t, db)
		if err := os.Truncate(filepath.Join(dir, "headgate.db"), 0); err != nil {
			t.Fatal(err)
		}
		db = open(t, dir)
		aside, c := db.SetAside(), load(t, db)
		if len(aside) != 1 || (aside[0].Restored != "") != backup || (len(c.Providers) == 1) != backup {
			t.Errorf("backup %v: %d providers, set aside: %+v", backup, len(c.Providers), aside)
		}
		if !backup && c.Settings.Gateway.Address != settings.Default().Gateway.Address {
			t.Errorf("settings %+v", c.Settings)
		}
	}
}
