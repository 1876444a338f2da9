package app_test

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// refuse makes a database file take no more calls until the returned function is
// called, for tests that can't fill a disk.
func refuse(t *testing.T, path string) (allow func()) {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	run := func(statement string) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	run(`CREATE TRIGGER full BEFORE INSERT ON calls BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
	return func() { run(`DROP TRIGGER full`) }
}

// fill writes into a folder until nothing more fits, and returns what makes room
// again.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	_ = file.Close() // the disk is full: that is what is wanted
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// FLT-098: on a full disk calls are answered as ever, the window is told, and
// once there is room again calls are kept, those that waited first.
func TestFLT098DiskFull(t *testing.T) {
	t.Parallel()
	dir, small := smallDisk(t)
	r := startRigIn(t, dir)
	r.wantQuick()
	await(t, "the first call is kept", func() bool { return r.app.CallLog.Health().Written == 1 })
	calls := filepath.Join(r.app.DataDir, "calls.db")
	var free func()
	if small {
		free = fill(t, dir)
	} else {
		free = refuse(t, calls)
	}
	asked := uint64(1)
	for ; r.app.CallLog.Health().Error == ""; asked++ {
		if asked > 2000 {
			t.Fatal("the call log takes calls on a full disk")
		}
		r.wantQuick()
	}
	for range 5 {
		r.wantQuick()
		asked++
	}
	h := r.app.CallLog.Health()
	if h.Error == "" || h.Written+h.Dropped > asked {
		t.Errorf("after %d calls: %+v", asked, h)
	}
	free()
	r.wantQuick()
	asked++
	await(t, "calls are kept again", func() bool {
		h := r.app.CallLog.Health()
		return h.Error == "" && h.Written+h.Dropped == asked
	})
	if h := r.app.CallLog.Health(); h.Dropped != 0 || h.Written != asked {
		t.Errorf("after %d calls: %+v", asked, h)
	}
	for _, row := range r.logged() {
		if row.Status != 200 || row.State != "ok" {
			t.Errorf("kept: %+v", row)
		}
	}
}
