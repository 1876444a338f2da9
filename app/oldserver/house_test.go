package oldserver_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/oldserver"
	"headgate/app/secret"
	"headgate/app/settings"
	"headgate/app/store"
	"headgate/gateway"
)

const sample = "testdata/api_server.db"

// schema is the first release's.
const schema = `
CREATE TABLE api_providers (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, api_endpoint VARCHAR NOT NULL,
	api_key VARCHAR NOT NULL, model VARCHAR, price_per_million_tokens FLOAT, type VARCHAR, is_active BOOLEAN,
	total_calls INTEGER, successful_calls INTEGER);
CREATE TABLE groups (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL);
CREATE TABLE provider_group_association (provider_id INTEGER NOT NULL, group_id INTEGER NOT NULL, priority INTEGER);
CREATE TABLE api_keys (id INTEGER PRIMARY KEY, key VARCHAR NOT NULL, is_active BOOLEAN, created_at DATETIME, last_used_at DATETIME);
CREATE TABLE api_key_group_association (api_key_id INTEGER NOT NULL, group_id INTEGER NOT NULL);
CREATE TABLE call_logs (id INTEGER PRIMARY KEY, provider_id INTEGER, request_timestamp DATETIME, response_timestamp DATETIME,
	is_success BOOLEAN NOT NULL, status_code INTEGER, response_time_ms INTEGER, error_message VARCHAR, response_body TEXT,
	prompt_tokens INTEGER, completion_tokens INTEGER, total_tokens INTEGER, cost FLOAT);
CREATE TABLE error_maintenance (id INTEGER PRIMARY KEY, keyword VARCHAR NOT NULL, description VARCHAR, last_triggered DATETIME, is_active BOOLEAN);
CREATE TABLE settings ("key" VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);`

// account is a first row that makes sense; others stand beside it.
const account = `INSERT INTO api_providers VALUES
	(1, 'up.gpt-5', 'https://up.example/v1/chat/completions', 'sk-up-canary-0123456789', 'gpt-5', 2.5, 'per_token', 1, 0, 0);`

// write makes a database of statements and returns its path.
func write(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "api_server.db")
	db := openOld(t, path)
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func openOld(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// house is a Headgate to move into.
type house struct {
	t     *testing.T
	into  oldserver.Into
	store *store.DB
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	sealer := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	db, err := store.Open(t.Context(), store.Options{Dir: dir, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	engine := gateway.New(gateway.Options{})
	t.Cleanup(func() { _ = engine.Close() })
	bus := &event.Bus{}
	log := calllog.New(db.CallLog(), bus, slog.New(slog.DiscardHandler))
	log.Start(settings.Default().Log)
	t.Cleanup(func() { _ = log.Close(t.Context()) })
	c := catalog.New(catalog.Options{Store: db.Catalog(), Engine: engine, Bus: bus})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &house{t: t, into: oldserver.Into{Catalog: c, CallLog: log}, store: db}
}

// in is the same house for another test, which must not change it.
func (h *house) in(t *testing.T) *house { return &house{t: t, into: h.into, store: h.store} }

func (h *house) open(path string) *oldserver.Database {
	h.t.Helper()
	old, err := oldserver.Open(h.t.Context(), path)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = old.Close() })
	return old
}

func (h *house) preview(path string) oldserver.Preview {
	h.t.Helper()
	found, err := h.open(path).Preview(h.t.Context(), h.into)
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

func (h *house) move(path string, o oldserver.Options) oldserver.Result {
	h.t.Helper()
	done, err := h.open(path).Move(h.t.Context(), h.into, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return done
}

// imports applies a configuration that is there before the move.
func (h *house) imports(text string) {
	h.t.Helper()
	if _, err := h.into.Catalog.Import(h.t.Context(), []byte(text)); err != nil {
		h.t.Fatal(err)
	}
}

// has returns everything that is configured.
func (h *house) has() catalog.Configuration {
	h.t.Helper()
	all, err := h.store.Catalog().Load(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// shapes writes down what is configured, an object each.
func (h *house) shapes() []string {
	h.t.Helper()
	all := h.has()
	var list []string
	off := func(enabled bool) string {
		if enabled {
			return ""
		}
		return " off"
	}
	counted := func(n int, what string) string {
		if n != 1 {
			what += "s"
		}
		return fmt.Sprintf("%d %s", n, what)
	}
	for _, p := range all.Providers {
		list = append(list, p.Name+" "+p.BaseURL+" "+counted(len(p.Keys), "key"))
		for _, m := range p.Models {
			text := p.Name + " " + m.Name
			for _, price := range []struct {
				name string
				is   *float64
			}{{"in", m.InputPrice}, {"out", m.OutputPrice}, {"call", m.CallPrice}} {
				if price.is != nil {
					text += fmt.Sprintf(" %s %v", price.name, *price.is)
				}
			}
			list = append(list, text+off(m.Enabled))
		}
	}
	for _, g := range all.Groups {
		var members []string
		for _, m := range g.Members {
			members = append(members, fmt.Sprintf(" %d %s %s%s", m.Priority, m.Provider, m.Model, off(m.Enabled)))
		}
		list = append(list, g.Name+":"+strings.Join(members, ","))
	}
	for _, k := range all.APIKeys {
		list = append(list, k.Name+": "+counted(len(k.GroupIDs), "group")+off(k.Enabled))
	}
	for _, k := range all.Keywords {
		list = append(list, "keyword "+k.Text+off(k.Enabled))
	}
	return append(list, fmt.Sprintf("failover %d in %d", all.Settings.Failover.Count, all.Settings.Failover.Minutes))
}
