package oldserver

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
)

// Every value is read as text: SQLite lets a column hold anything, and the
// driver would read the zone of a time that has none.

// value is what stands in a column of a row.
type value struct {
	text  string
	isSet bool // neither NULL nor a column that this release doesn't have
}

// trimmed is the text without the spaces around it.
func (v value) trimmed() string { return strings.TrimSpace(v.text) }

// truth reads a switch. NULL was off for the old server.
func (v value) truth() bool {
	on, err := strconv.ParseBool(strings.ToLower(v.trimmed()))
	return v.isSet && err == nil && on
}

func (v value) integer() (int64, bool) {
	text := v.trimmed()
	if whole, isWhole := strings.CutSuffix(text, ".0"); isWhole {
		text = whole
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, v.isSet && err == nil
}

func (v value) number() (float64, bool) {
	f, err := strconv.ParseFloat(v.trimmed(), 64)
	return f, v.isSet && err == nil
}

// row is a row by its columns.
type row map[string]value

// id is the row's number; 0 when it has none.
func (r row) id() int64 { return r.number("id") }

// number is a column's whole number; 0 when it holds none.
func (r row) number(column string) int64 {
	n, _ := r[column].integer()
	return n
}

// columns returns the columns that a table has; none when it isn't there.
func (d *Database) columns(ctx context.Context, table string) (map[string]bool, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	has := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		has[name] = true
	}
	return has, rows.Err()
}

// table is what is read of a table.
type table struct {
	name    string
	columns []string          // those that a release doesn't have are not set
	missing map[string]string // except for these, with what holds in their place
}

// query is the reading of the columns that there are, as text.
func (t table) query(has map[string]bool) string {
	var columns []string
	for _, name := range t.columns {
		switch {
		case has[name]:
			columns = append(columns, `CAST("`+name+`" AS TEXT)`)
		case t.missing[name] != "":
			columns = append(columns, "'"+t.missing[name]+"'")
		default:
			columns = append(columns, "NULL")
		}
	}
	return "SELECT " + strings.Join(columns, ", ") + ` FROM "` + t.name + `"`
}

// read returns all rows of a table, none when it isn't there.
func (d *Database) read(ctx context.Context, t table) ([]row, error) {
	has, err := d.columns(ctx, t.name)
	if err != nil || len(has) == 0 {
		return nil, err
	}
	return d.rows(ctx, t, t.query(has)+" ORDER BY rowid")
}

func (d *Database) rows(ctx context.Context, t table, query string, args ...any) (list []row, err error) {
	found, err := d.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	texts := make([]sql.NullString, len(t.columns))
	targets := make([]any, len(texts))
	for i := range texts {
		targets[i] = &texts[i]
	}
	for found.Next() {
		if err := found.Scan(targets...); err != nil {
			return nil, err
		}
		r := row{}
		for i, name := range t.columns {
			r[name] = value{texts[i].String, texts[i].Valid}
		}
		list = append(list, r)
	}
	return list, found.Err()
}

// The tables of the configuration.
var (
	providersTable = table{
		name:    "api_providers",
		columns: []string{"id", "name", "api_endpoint", "api_key", "model", "price_per_million_tokens", "type", "is_active"},
		missing: map[string]string{"type": perToken, "is_active": "1"},
	}
	groupsTable  = table{name: "groups", columns: []string{"id", "name"}}
	membersTable = table{
		name:    "provider_group_association",
		columns: []string{"provider_id", "group_id", "priority"},
		missing: map[string]string{"priority": "1"},
	}
	apiKeysTable = table{
		name:    "api_keys",
		columns: []string{"id", "key", "is_active"}, missing: map[string]string{"is_active": "1"},
	}
	keyGroupsTable = table{
		name:    "api_key_group_association",
		columns: []string{"api_key_id", "group_id"},
	}
	keywordsTable = table{
		name:    "error_maintenance",
		columns: []string{"id", "keyword", "description", "is_active"}, missing: map[string]string{"is_active": "1"},
	}
	settingsTable = table{name: "settings", columns: []string{"key", "value"}}
)

// tables are the rows of the old configuration.
type tables struct {
	providers, groups, members, apiKeys, keyGroups, keywords, settings []row
}

func (d *Database) readAll(ctx context.Context) (all tables, err error) {
	for _, part := range []struct {
		from table
		to   *[]row
	}{
		{providersTable, &all.providers},
		{groupsTable, &all.groups},
		{membersTable, &all.members},
		{apiKeysTable, &all.apiKeys},
		{keyGroupsTable, &all.keyGroups},
		{keywordsTable, &all.keywords},
		{settingsTable, &all.settings},
	} {
		if *part.to, err = d.read(ctx, part.from); err != nil {
			return all, d.unreadable(err)
		}
	}
	return all, nil
}
