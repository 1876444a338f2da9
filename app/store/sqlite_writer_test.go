package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func openTestWriter(t *testing.T) *sql.DB {
	t.Helper()
	db := openWriter(filepath.Join(t.TempDir(), "a#b%20c?.db"), spec{synchronous: "NORMAL", manyRows: true}.writerPragmas())
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := checkPragmas(t.Context(), db, spec{synchronous: "NORMAL", manyRows: true}.writerPragmas()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (n INTEGER UNIQUE, v); -- and then\nCREATE INDEX i ON t (v);\n"); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestWriterKeepsEachKindOfValue(t *testing.T) {
	db := openTestWriter(t)
	for n, want := range []any{nil, int64(-1) << 63, 1.5, "漢 ' \x00 ?", "", []byte{0, 255}} {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", n, want); err != nil {
			t.Fatal(err)
		}
		var got any
		if err := db.QueryRowContext(t.Context(), "SELECT v FROM t WHERE n = ?", n).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if gotBytes, ok := got.([]byte); ok {
			got = string(gotBytes)
		}
		if wantBytes, ok := want.([]byte); ok {
			want = string(wantBytes)
		}
		if got != want {
			t.Errorf("%#v came back as %#v", want, got)
		}
	}
	done, err := db.ExecContext(t.Context(), "UPDATE t SET v = ? WHERE n < ?", true, 2)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := done.RowsAffected(); n != 2 {
		t.Errorf("%d rows were changed, want 2", n)
	}
}

func TestWriterSaysWhatWentWrong(t *testing.T) {
	db := openTestWriter(t)
	const constraint = 19
	for range 2 { // the statement that failed is used again
		if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?), (?, ?)", 1, "a", 1, "b"); resultCode(err) != constraint {
			t.Errorf("got %v, code %d, want %d", err, resultCode(err), constraint)
		}
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", 1); err == nil {
		t.Error("a value is missing, and nobody says so")
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO nowhere VALUES (1)"); err == nil {
		t.Error("a table is missing, and nobody says so")
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", 1, "a"); err != nil {
		t.Errorf("after failures: %v", err)
	}
}

func TestWriterRollsBackWhatIsBrokenOff(t *testing.T) {
	db := openTestWriter(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES (?, ?)", 1, "a"); err != nil {
		t.Fatal(err)
	}
	const forever = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) INSERT INTO t SELECT n + ?, n FROM c"
	if _, err := tx.ExecContext(ctx, forever, 1); err == nil {
		t.Fatal("what never ends has ended")
	}
	if err := tx.Commit(); err == nil {
		t.Error("what was broken off was committed")
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
	_, err = db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", 1, "a")
	if err = errors.Join(err, db.PingContext(t.Context())); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWriterGoesOnAfterACommitThatFails(t *testing.T) {
	db := openTestWriter(t)
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE of (n REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO of VALUES (?)", 1); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err == nil {
			t.Error("a row that refers to none was committed")
		}
	}
}

// A statement that finds no room may take the whole transaction back. What follows
// must not be stored by itself.
func TestWriterStoresNothingAfterATransactionThatWasTakenBack(t *testing.T) {
	db := openTestWriter(t)
	limit := func(pages int) {
		t.Helper()
		var now int
		if err := db.QueryRowContext(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(pages)).Scan(&now); err != nil {
			t.Fatal(err)
		}
	}
	limit(10)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; err == nil; n++ {
		_, err = tx.ExecContext(t.Context(), "INSERT OR FAIL INTO t VALUES (?, ?)", n, make([]byte, 3000))
	}
	const full = 13
	if resultCode(err) != full {
		t.Fatalf("the file is filled: %v", err)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", -1, "alone"); err == nil {
		t.Error("a statement ran after its transaction had been taken back")
	}
	if err := tx.QueryRowContext(t.Context(), "SELECT 1").Scan(new(int)); err == nil {
		t.Error("a query ran after its transaction had been taken back")
	}
	if err := tx.Commit(); err == nil {
		t.Error("a transaction that was taken back was committed")
	}
	limit(1000)
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows (%v), want none", rows, err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?, ?)", 1, "again"); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
