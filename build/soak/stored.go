package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/glebarez/go-sqlite" // reads what the server has written
)

// The files of the data folder.
const (
	configFile = "headgate.db"
	callsFile  = "calls.db"
)

// row is a call as the log has it.
type row struct {
	number        int // of the client's call
	seq           int64
	id            string
	state         string
	status        int
	errorCode     string
	input, output sql.NullInt64
	cost          sql.NullInt64
	attempts      []attempt
}

// attempt is one of its round trips.
type attempt struct {
	providerID    int64
	member        string // the model's name, which is the member's
	class, blames string
}

// last is the attempt that decided; its zero value: there was none.
func (r *row) last() attempt {
	if len(r.attempts) == 0 {
		return attempt{}
	}
	return r.attempts[len(r.attempts)-1]
}

// readOnly opens a database of the data folder, which nobody else has open.
func readOnly(folder, file string) (*sql.DB, error) {
	path := filepath.ToSlash(filepath.Join(folder, file))
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=query_only(1)"}).String())
}

// readRows returns all calls of the log, in their order.
func readRows(ctx context.Context, db *sql.DB) (rows []*row, err error) {
	bySeq := map[int64]*row{}
	if err = each(ctx, db, `SELECT seq, id, state, status, error_code, user_agent, input_tokens, output_tokens, cost_nanos FROM calls ORDER BY seq`,
		func(scan func(...any) error) error {
			r, agent := &row{}, ""
			if err := scan(&r.seq, &r.id, &r.state, &r.status, &r.errorCode, &agent, &r.input, &r.output, &r.cost); err != nil {
				return err
			}
			number, known := strings.CutPrefix(agent, "soak/")
			if r.number, err = strconv.Atoi(number); err != nil || !known {
				return fmt.Errorf("call %s is nobody's: its client is %q", r.id, agent)
			}
			rows, bySeq[r.seq] = append(rows, r), r
			return nil
		}); err != nil {
		return nil, err
	}
	err = each(ctx, db, `SELECT call_seq, provider_id, model, class, blames FROM all_attempts ORDER BY call_seq, number`,
		func(scan func(...any) error) error {
			var seq int64
			var a attempt
			if err := scan(&seq, &a.providerID, &a.member, &a.class, &a.blames); err != nil {
				return err
			}
			if bySeq[seq] == nil {
				return fmt.Errorf("an attempt of a call that isn't there: %d", seq)
			}
			bySeq[seq].attempts = append(bySeq[seq].attempts, a)
			return nil
		})
	return rows, err
}

func each(ctx context.Context, db *sql.DB, query string, take func(scan func(...any) error) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// integrity is what SQLite has to say about a whole file: "ok".
func integrity(ctx context.Context, folder, file string) (said string, err error) {
	db, err := readOnly(folder, file)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said)
	return said, err
}
