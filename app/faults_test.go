package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/app/catalog"
)

// lock holds a database file's write lock until it is released, as another
// program may that was pointed at it.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// await polls what has no event.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

// wantQuick fails unless a call is answered by the good member without waiting
// for a database.
func (r *rig) wantQuick() {
	r.t.Helper()
	before := len(r.good.Requests())
	began := time.Now()
	r.ask()
	if took := time.Since(began); took > 3*time.Second {
		r.t.Errorf("the call took %v", took)
	}
	if n := len(r.good.Requests()) - before; n != 1 {
		r.t.Errorf("the good member was asked %d times, want once", n)
	}
}

func (r *rig) logged() []calllog.Row {
	r.t.Helper()
	page, err := r.app.CallLog.Page(r.t.Context(), calllog.Query{Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	return page.Rows
}

// FLT-098: with the call log locked by another program calls are answered as
// ever, the window is told, and all of them are kept once the trouble is over.
func TestFLT098CallLogLocked(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	release := lock(t, filepath.Join(r.app.DataDir, "calls.db"))
	for range 3 {
		r.wantQuick()
	}
	await(t, "the window is told", func() bool { return r.app.CallLog.Health().Error != "" })
	r.wantQuick()
	release()
	r.wantQuick()
	await(t, "calls are kept again", func() bool {
		h := r.app.CallLog.Health()
		return h.Error == "" && h.Written+h.Dropped >= 5
	})
	h := r.app.CallLog.Health()
	rows := r.logged()
	if uint64(len(rows)) != h.Written || h.Dropped != 0 {
		t.Errorf("%d rows, health %+v", len(rows), h)
	}
	for _, row := range rows {
		if row.Status != 200 {
			t.Errorf("kept: %+v", row)
		}
	}
}

// The next start puts a destroyed call log out of the way, and says so.
func TestFLT098CallLogDestroyed(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.wantQuick()
	r.stop()
	if err := os.WriteFile(filepath.Join(r.app.DataDir, "calls.db"), bytes.Repeat([]byte("no database "), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start(r.app.DataDir, nil)
	if aside := r.app.Store.SetAside(); len(aside) != 1 || filepath.Base(aside[0].File) != "calls.db" {
		t.Errorf("set aside: %+v", aside)
	}
	r.wantQuick()
	await(t, "calls are kept again", func() bool { return r.app.CallLog.Health().Written == 1 })
	if rows := r.logged(); len(rows) != 1 || rows[0].Status != 200 {
		t.Errorf("kept: %+v", rows)
	}
}

// FLT-099: with the configuration's database locked by another program, calls
// are answered as ever; a change is refused and nothing of it applies.
func TestFLT099ConfigurationLocked(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	release := lock(t, filepath.Join(r.app.DataDir, "headgate.db"))
	for range 3 {
		r.wantQuick()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	saved := make(chan error, 1)
	go func() {
		_, err := r.app.Catalog.SaveGroup(ctx, catalog.GroupInput{ID: r.group.ID, Name: "other", Policy: "priority", Enabled: true})
		saved <- err
	}()
	for range 3 { // while the change waits for the file
		r.wantQuick()
	}
	if err := <-saved; err == nil {
		t.Error("a change was saved in a locked file")
	}
	r.wantQuick()
	release()
	await(t, "the calls are kept", func() bool { return r.app.CallLog.Health().Written == 7 })
	for _, row := range r.logged() {
		if row.Status != 200 {
			t.Errorf("kept: %+v", row)
		}
	}
	if groups, err := r.app.Catalog.Groups(t.Context()); err != nil || len(groups) != 1 || groups[0].Name != "chat" {
		t.Errorf("groups %+v, %v", groups, err)
	}
}
