package store_test

import (
	"io/fs"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/pressly/goose/v3"

	"headgate/app/catalog"
	"headgate/app/store"
)

// back takes a file down to an older schema.
func back(t *testing.T, file, migrations string, version int64) {
	t.Helper()
	files, err := fs.Sub(store.MigrationFiles(), "migrations/sqlite/"+migrations)
	if err != nil {
		t.Fatal(err)
	}
	db := raw(t, file)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// What was kept before there were proxies, expressions and rotations is kept as
// it was.
func TestConfigurationFromTheFirstSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shut(t, open(t, dir))
	file := filepath.Join(dir, "headgate.db")
	back(t, file, "config", 1)
	run(t, file, `
		INSERT INTO providers VALUES (3, 'up', 'openai', 'https://up.example/v1', 1, 11, 12);
		INSERT INTO models VALUES (4, 3, 'm1', 1, NULL, NULL, NULL, NULL, 0), (5, 3, 'm2', 1, NULL, NULL, NULL, NULL, 0);
		INSERT INTO "groups" VALUES (6, 'chat', 'priority', 1, 21, 22);
		INSERT INTO members VALUES (7, 6, 4, 1, 1000000, 1), (8, 6, 5, 2, 3, 1);
		INSERT INTO api_keys VALUES (9, 'laptop', zeroblob(32), 'hg-abcd', 'wxyz', 1, 99, 31);
		INSERT INTO api_key_groups VALUES (9, 6);
		INSERT INTO keywords VALUES (10, 'quota exceeded', 'd', 1, 41), (11, 'gone', '', 0, 42);
		DELETE FROM keywords WHERE id = 11`)

	db := open(t, dir)
	got := load(t, db)
	model := func(id int64, name string) catalog.Model {
		return catalog.Model{ID: id, ProviderID: 3, Name: name, Enabled: true}
	}
	member := func(id, model int64, name string, priority, weight int) catalog.Member {
		return catalog.Member{ID: id, ModelID: model, ProviderID: 3, Provider: "up", Model: name, Priority: priority, Weight: weight, Enabled: true}
	}
	want := catalog.Configuration{
		Providers: []catalog.Provider{{
			ID: 3, Name: "up", Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true, CreatedAt: 11, UpdatedAt: 12,
			Rules: []catalog.Rule{}, Headers: []catalog.Header{}, Keys: []catalog.ProviderKey{}, Models: []catalog.Model{model(4, "m1"), model(5, "m2")},
		}},
		Groups: []catalog.Group{{
			ID: 6, Name: "chat", Policy: "priority", Enabled: true, CreatedAt: 21, UpdatedAt: 22,
			Rules: []catalog.Rule{}, Members: []catalog.Member{member(7, 4, "m1", 1, 1000), member(8, 5, "m2", 2, 3)},
		}},
		APIKeys: []catalog.APIKey{{
			ID: 9, Name: "laptop", Hash: make([]byte, 32), Prefix: "hg-abcd", LastFour: "wxyz", Enabled: true,
			ExpiresAt: 99, CreatedAt: 31, GroupIDs: []int64{6},
		}},
		Keywords: []catalog.Keyword{{
			ID: 10, Text: "quota exceeded", Scope: "both", GroupIDs: []int64{}, Description: "d", Enabled: true, CreatedAt: 41,
		}},
		Settings: got.Settings,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it became\n%+v\nwant\n%+v", got, want)
	}
	// The log and health may still name what had the number.
	next := catalog.Keyword{Text: "next", Scope: "both", GroupIDs: []int64{6}}
	change(t, db, func(tx catalog.Tx) error { return tx.SaveKeyword(&next) })
	if next.ID != 12 {
		t.Errorf("the next keyword got the number %d", next.ID)
	}
	change(t, db, func(tx catalog.Tx) error { return tx.DeleteGroup(6) })
	if k := load(t, db).Keywords; len(k) != 2 || len(k[1].GroupIDs) != 0 {
		t.Errorf("after the group went: %+v", k)
	}
}
