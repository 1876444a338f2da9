package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"zombiezen.com/go/sqlite"
)

// The call log's writer is a connection of its own kind: the usual driver
// prepares each statement anew each time and looks for each value among all of
// its statement, which took two thirds of what a row costs. This one keeps its
// statements prepared. Both share one SQLite, the one of modernc.org/sqlite.

// openWriter opens the one connection that writes a file.
func openWriter(path string, pragmas []pragma) *sql.DB {
	db := sql.OpenDB(writerConnector{path, pragmas})
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db
}

// writerConnector opens connections to a file.
type writerConnector struct {
	path    string
	pragmas []pragma
}

func (w writerConnector) Driver() driver.Driver { return w }

func (w writerConnector) Open(string) (driver.Conn, error) { return w.Connect(context.Background()) }

func (w writerConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := sqlite.OpenConn(w.path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	c := &writerConn{conn: conn}
	for _, p := range w.pragmas {
		if _, err := c.ExecContext(ctx, "PRAGMA "+p.name+" = "+p.set, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return c, nil
}

// writerConn is used by one goroutine at a time, which database/sql sees to.
type writerConn struct {
	conn *sqlite.Conn
	inTx bool // database/sql holds a transaction, whatever has become of it
}

var (
	_ driver.ExecerContext     = (*writerConn)(nil)
	_ driver.QueryerContext    = (*writerConn)(nil)
	_ driver.ConnBeginTx       = (*writerConn)(nil)
	_ driver.NamedValueChecker = (*writerConn)(nil)
)

func (c *writerConn) Close() error { return c.conn.Close() }

// valueList is all values of a statement as one argument: database/sql looks
// after each single one, which is a tenth of what a row costs.
type valueList []any

// CheckNamedValue takes the values that bind knows as they are.
func (c *writerConn) CheckNamedValue(v *driver.NamedValue) error {
	switch value := v.Value.(type) {
	case nil, int64, string, []byte, bool, float64, valueList:
		return nil
	case int:
		v.Value = int64(value)
		return nil
	default:
		return driver.ErrSkip
	}
}

// errOldWay is for the ways into a driver that database/sql doesn't go.
var errOldWay = errors.New("statements are prepared when they run, and transactions have a context")

// Begin is not used.
func (c *writerConn) Begin() (driver.Tx, error) { return nil, errOldWay }

// Prepare is not used.
func (c *writerConn) Prepare(string) (driver.Stmt, error) { return nil, errOldWay }

// BeginTx takes the lock at once: one that is taken only with the first write
// can't be waited for.
func (c *writerConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		return nil, err
	}
	c.inTx = true
	return writerTx{c}, nil
}

// errTakenBack: what comes after a failure that ended a transaction would be
// committed by itself.
var errTakenBack = errors.New("the transaction was taken back after a failure")

func (c *writerConn) isTakenBack() bool { return c.inTx && c.conn.AutocommitEnabled() }

type writerTx struct{ c *writerConn }

// Commit leaves no transaction open when it fails: database/sql takes it for over.
func (t writerTx) Commit() error {
	err := t.end("COMMIT")
	if err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.c.inTx = false
	return nil
}

func (t writerTx) Rollback() error {
	t.c.inTx = false
	if t.c.conn.AutocommitEnabled() { // SQLite has ended it after a failure
		return nil
	}
	return t.end("ROLLBACK")
}

func (t writerTx) end(how string) error {
	_, err := t.c.ExecContext(context.Background(), how, nil)
	return err
}

// during ends what the connection does when ctx ends.
func (c *writerConn) during(ctx context.Context) (over func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	c.conn.SetInterrupt(ctx.Done())
	return func() { c.conn.SetInterrupt(nil) }
}

// ExecContext runs a statement with values, which stays prepared, or several
// without.
func (c *writerConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.during(ctx)()
	if len(args) > 0 {
		stmt, err := c.conn.Prepare(query)
		if err != nil {
			return nil, err
		}
		return c.run(stmt, args)
	}
	for rest := strings.TrimSpace(query); rest != ""; {
		stmt, trailing, err := c.conn.PrepareTransient(rest)
		if err != nil {
			return nil, err
		}
		_, err = c.run(stmt, nil)
		if err := errors.Join(err, stmt.Finalize()); err != nil {
			return nil, err
		}
		rest = strings.TrimSpace(rest[len(rest)-trailing:])
	}
	return c.changed(), nil
}

// run steps through a statement and resets it.
func (c *writerConn) run(stmt *sqlite.Stmt, args []driver.NamedValue) (driver.Result, error) {
	if c.isTakenBack() {
		return nil, errTakenBack
	}
	if err := bind(stmt, args); err != nil {
		return nil, err
	}
	for {
		more, err := stmt.Step()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	return c.changed(), stmt.Reset()
}

// written is what a statement did.
type written struct{ lastID, rows int64 }

func (w written) LastInsertId() (int64, error) { return w.lastID, nil }
func (w written) RowsAffected() (int64, error) { return w.rows, nil }

func (c *writerConn) changed() written {
	return written{c.conn.LastInsertRowID(), int64(c.conn.Changes())}
}

func bind(stmt *sqlite.Stmt, args []driver.NamedValue) error {
	if len(args) == 1 {
		if list, ok := args[0].Value.(valueList); ok {
			return bindList(stmt, list)
		}
	}
	list := make(valueList, len(args))
	for i := range args {
		list[args[i].Ordinal-1] = args[i].Value
	}
	return bindList(stmt, list)
}

func bindList(stmt *sqlite.Stmt, list valueList) error {
	if want := stmt.BindParamCount(); want != len(list) {
		return fmt.Errorf("the statement has %d parameters, not %d", want, len(list))
	}
	for i, value := range list {
		at := i + 1
		switch v := value.(type) {
		case nil:
			stmt.BindNull(at)
		case int64:
			stmt.BindInt64(at, v)
		case string:
			stmt.BindText(at, v)
		case []byte:
			stmt.BindBytes(at, v)
		case bool:
			stmt.BindBool(at, v)
		case float64:
			stmt.BindFloat(at, v)
		default:
			return fmt.Errorf("parameter %d is a %T", at, v)
		}
	}
	return nil
}

// QueryContext runs a statement that is prepared for this once: another one of
// the same text may still be read.
func (c *writerConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.isTakenBack() {
		return nil, errTakenBack
	}
	stmt, trailing, err := c.conn.PrepareTransient(query)
	if err != nil {
		return nil, err
	}
	if trailing > 0 {
		err = errors.New("a query is one statement")
	}
	if err := errors.Join(err, bind(stmt, args)); err != nil {
		return nil, errors.Join(err, stmt.Finalize())
	}
	return &writerRows{stmt, c.during(ctx)}, nil
}

type writerRows struct {
	stmt *sqlite.Stmt
	over func()
}

func (r *writerRows) Columns() []string {
	names := make([]string, r.stmt.ColumnCount())
	for i := range names {
		names[i] = r.stmt.ColumnName(i)
	}
	return names
}

func (r *writerRows) Close() error {
	r.over()
	return r.stmt.Finalize()
}

func (r *writerRows) Next(to []driver.Value) error {
	more, err := r.stmt.Step()
	if err != nil {
		return err
	}
	if !more {
		return io.EOF
	}
	for i := range to {
		switch r.stmt.ColumnType(i) {
		case sqlite.TypeInteger:
			to[i] = r.stmt.ColumnInt64(i)
		case sqlite.TypeFloat:
			to[i] = r.stmt.ColumnFloat(i)
		case sqlite.TypeText:
			to[i] = r.stmt.ColumnText(i)
		case sqlite.TypeBlob:
			blob := make([]byte, r.stmt.ColumnLen(i))
			r.stmt.ColumnBytes(i, blob)
			to[i] = blob
		default:
			to[i] = nil
		}
	}
	return nil
}
