package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	driver "github.com/glebarez/go-sqlite"
	dialect "github.com/glebarez/sqlite"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"zombiezen.com/go/sqlite"

	"headgate/app/apperr"
)

// Everything that only SQLite has stands in this file: another database kind
// gets a file beside it.

const (
	sqliteDriver  = dialect.DriverName
	sqliteDialect = goose.DialectSQLite3
	sqliteFolder  = "migrations/sqlite"
)

// leastSQLite is the first version without the WAL-reset corruption bug.
const leastSQLite = "3.51.3"

// Result codes, the low byte of the extended ones.
const (
	sqliteReadOnly   = 8
	sqliteInOut      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteNoDatabase = 26
)

// pragma is a setting of a connection and what it reads back as.
type pragma struct{ name, set, want string }

// writerPragmas are in the order in which they must run: waiting for locks
// comes before anything that locks, auto_vacuum before the first page exists.
func (s spec) writerPragmas() []pragma {
	list := []pragma{
		{"busy_timeout", "5000", "5000"},
		{"auto_vacuum", "2", "2"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", s.synchronous, map[string]string{"FULL": "2", "NORMAL": "1"}[s.synchronous]},
		{"foreign_keys", "1", "1"},
		{"temp_store", "2", "2"},
		{"cache_size", "-8192", "-8192"},
		{"journal_size_limit", "67108864", "67108864"},
	}
	if !s.manyRows { // what was replaced doesn't lie about in free pages
		list = append(list, pragma{"secure_delete", "1", "1"})
	}
	return list
}

func readerPragmas() []pragma {
	return []pragma{
		{"busy_timeout", "5000", "5000"},
		{"foreign_keys", "1", "1"},
		{"temp_store", "2", "2"},
		{"cache_size", "-8192", "-8192"},
		{"query_only", "1", "1"},
	}
}

// inspectorPragmas leave the file as it is.
func inspectorPragmas() []pragma {
	return []pragma{{"busy_timeout", "5000", "5000"}, {"query_only", "1", "1"}}
}

// sqliteDSN names the file in a URI, where the driver's separators (# % ?) are
// escaped: unescaped they would silently put the file elsewhere.
func sqliteDSN(path string, pragmas []pragma, txlock string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	query := url.Values{}
	for _, p := range pragmas {
		query.Add("_pragma", p.name+"("+p.set+")")
	}
	if txlock != "" {
		query.Set("_txlock", txlock)
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: query.Encode()}).String()
}

func openSQL(path string, pragmas []pragma, txlock string, connections int) (*sql.DB, error) {
	db, err := sql.Open(sqliteDriver, sqliteDSN(path, pragmas, txlock))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func dialector(db *sql.DB) gorm.Dialector { return &dialect.Dialector{Conn: db} }

// checkEngine refuses an SQLite that corrupts files. Code: sqlite_too_old.
func checkEngine(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if olderVersion(version, leastSQLite) {
		return apperr.New("sqlite_too_old", "Version", version, "Least", leastSQLite)
	}
	return nil
}

// olderVersion compares dotted numbers; a version it can't read is older.
func olderVersion(version, least string) bool {
	have, want := strings.Split(version, "."), strings.Split(least, ".")
	for i, w := range want {
		if i >= len(have) {
			return true
		}
		h, err := strconv.Atoi(have[i])
		if err != nil {
			return true
		}
		if n, _ := strconv.Atoi(w); h != n {
			return h < n
		}
	}
	return false
}

// checkPragmas reads back what the connections were told. Code: pragma_refused.
func checkPragmas(ctx context.Context, db *sql.DB, pragmas []pragma) error {
	for _, p := range pragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.want) {
			return apperr.New("pragma_refused", "Pragma", p.name, "Want", p.want, "Got", got)
		}
	}
	return nil
}

// errBroken is a file that is not, or no longer, a sound database.
var errBroken = errors.New("the file is not a sound SQLite database")

// isBroken tells a damaged file from one that just can't be had now.
func isBroken(err error) bool {
	if errors.Is(err, errBroken) {
		return true
	}
	code := resultCode(err)
	return code == sqliteCorrupt || code == sqliteNoDatabase
}

// isOfDisk tells what a person can do something about: a disk that is full or fails,
// or files that may not be written.
func isOfDisk(err error) bool {
	return slices.Contains([]int{sqliteReadOnly, sqliteInOut, sqliteFull, sqliteCantOpen}, resultCode(err))
}

// resultCode returns SQLite's result code in err, 0 when there is none.
func resultCode(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	if code := sqlite.ErrCode(err).ToPrimary(); code != sqlite.ResultError { // which anything else is as well
		return int(code)
	}
	return 0
}

// checkHeader looks at the file before SQLite does. A file that is missing or
// empty is a new one, unless a journal with content says it once was not.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 16)
	switch _, err := io.ReadFull(f, head); {
	case errors.Is(err, io.EOF):
		if wal, err := os.Stat(path + walSuffix); err == nil && wal.Size() > 0 {
			return fmt.Errorf("%w: it is empty but its journal is not", errBroken)
		}
		return nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case !bytes.Equal(head, []byte("SQLite format 3\x00")):
		return fmt.Errorf("%w: its header is another one", errBroken)
	}
	return nil
}

// The files that SQLite keeps beside an open database.
const (
	walSuffix = "-wal"
	shmSuffix = "-shm"
)

// isUnclean reports whether the database was not closed: the last connection
// to close folds the journal into the file and removes it.
func isUnclean(path string) bool {
	_, err := os.Stat(path + walSuffix)
	return err == nil
}

// check walks the whole file: quick_check its pages, integrity_check what stands in
// the indexes, too.
func check(ctx context.Context, db *sql.DB, how string) error {
	var answer string
	if err := db.QueryRowContext(ctx, "PRAGMA "+how+"(1)").Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return fmt.Errorf("%w: %s", errBroken, answer)
	}
	return nil
}

// schemaVersion returns the last migration that was applied, 0 for a new file. A file
// that has any holds the given table.
// Codes: database_foreign when the tables are another program's, database_swapped when
// they are another file's of ours.
func schemaVersion(ctx context.Context, db *sql.DB, path, table string) (int64, error) {
	var ours, known, tables int64
	const look = `SELECT count(*) FILTER (WHERE name = '` + goose.DefaultTablename + `'), count(*) FILTER (WHERE name = ?), count(*)
		FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
	if err := db.QueryRowContext(ctx, look, table).Scan(&ours, &known, &tables); err != nil {
		return 0, err
	}
	if ours == 0 {
		if tables > 0 {
			return 0, apperr.New("database_foreign", "File", path)
		}
		return 0, nil
	}
	var version sql.NullInt64
	const last = "SELECT max(version_id) FROM " + goose.DefaultTablename + " WHERE is_applied"
	if err := db.QueryRowContext(ctx, last).Scan(&version); err != nil {
		return 0, err
	}
	if version.Int64 > 0 && known == 0 {
		return 0, apperr.New("database_swapped", "File", path)
	}
	return version.Int64, nil
}

// copyInto writes a compact copy of the database to path, an empty file.
func copyInto(ctx context.Context, db *sql.DB, path string) error {
	_, err := db.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}
