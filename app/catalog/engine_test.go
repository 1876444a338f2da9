package catalog_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/secret"
	"headgate/app/store"
	"headgate/gateway"
)

// servedHouse is a catalog with a real store and a real engine.
func servedHouse(t *testing.T, engine catalog.Engine, clock func() time.Time) *catalog.Catalog {
	t.Helper()
	dir := t.TempDir()
	sealer := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	db, err := store.Open(t.Context(), store.Options{Dir: dir, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := catalog.New(catalog.Options{Store: db.Catalog(), Engine: engine, Bus: &event.Bus{}, Now: clock})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// modelsFor asks the engine for its models with an API key.
func modelsFor(t *testing.T, engine http.Handler, key string) (status int, names []string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/models", nil)
	request.Host = "127.0.0.1"
	request.Header.Set("Authorization", "Bearer "+key)
	reply := httptest.NewRecorder()
	engine.ServeHTTP(reply, request)
	var list struct{ Data []struct{ ID string } }
	_ = json.Unmarshal(reply.Body.Bytes(), &list)
	for _, m := range list.Data {
		names = append(names, m.ID)
	}
	return reply.Code, names
}

// What is saved is served by the real engine at once, and no longer once it is
// deleted.
func TestSavedIsServed(t *testing.T) {
	t.Parallel()
	engine := gateway.New(gateway.Options{})
	defer engine.Close()
	c := servedHouse(t, engine, nil)
	models := func(key string) (int, []string) { return modelsFor(t, engine, key) }
	const key = "my.own_key-0123456789"
	if status, _ := models(key); status != http.StatusUnauthorized {
		t.Errorf("before: %d", status)
	}
	if _, err := c.Import(t.Context(), []byte(sample)); err != nil {
		t.Fatal(err)
	}
	if status, names := models(key); status != http.StatusOK || len(names) != 1 || names[0] != "chat" {
		t.Errorf("after the import: %d, %v", status, names)
	}
	keys, err := c.APIKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if err := c.DeleteAPIKey(t.Context(), k.ID); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := models(key); status != http.StatusUnauthorized {
		t.Errorf("after the key was deleted: %d", status)
	}
}
