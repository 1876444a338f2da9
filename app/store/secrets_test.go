package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/store"
)

func TestProviderKeysAreSealedAtRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	p := addProvider(t, db, "up", keyText)
	p.Keys[0].Secret = secret.New("sk-canary-replaced-9876543210")
	p.Headers = []catalog.Header{catalog.NewHeader("X-Gate", "sk-canary-of-a-header")}
	change(t, db, func(tx catalog.Tx) error { return tx.SaveProvider(&p) })
	if _, err := os.Stat(filepath.Join(dir, "headgate.db-wal")); err != nil {
		t.Fatalf("there is no journal to search: %v", err)
	}
	if found := contains(t, dir, "sk-canary"); len(found) > 0 {
		t.Errorf("a key stands in clear in %v while open", found)
	}
	shut(t, db)
	shut(t, open(t, dir)) // makes a backup
	if found := contains(t, dir, "sk-canary"); len(found) > 0 {
		t.Errorf("a key stands in clear in %v", found)
	}
	if found := contains(t, dir, "up.example"); len(found) != 2 {
		t.Errorf("the search finds other text only in %v", found)
	}
}

func TestMovedCiphertextDoesNotOpen(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"to another row":  `UPDATE provider_keys SET secret = (SELECT secret FROM provider_keys WHERE id = 1) WHERE id = 2`,
		"to another host": `UPDATE providers SET base_url = 'https://evil.example/v1' WHERE id = 1`,
		"to http":         `UPDATE providers SET base_url = 'http://up.example/v1' WHERE id = 1`,
		"changed":         `UPDATE provider_keys SET secret = zeroblob(length(secret)) WHERE id = 1`,
		"cut":             `UPDATE provider_keys SET secret = x'' WHERE id = 1`,
		"header's name":   `UPDATE provider_headers SET name = 'X-Shown' WHERE position = 0`,
		"another header":  `UPDATE provider_headers SET sealed = (SELECT sealed FROM provider_headers WHERE position = 1) WHERE position = 0`,
		"header's host":   `DELETE FROM provider_keys; UPDATE providers SET base_url = 'https://evil.example/v1' WHERE id = 1`,
		"key as a header": `UPDATE provider_headers SET sealed = (SELECT secret FROM provider_keys WHERE id = 1) WHERE position = 0`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db := open(t, dir)
			p := addProvider(t, db, "up", keyText, "sk-second-0123456789")
			p.Headers = []catalog.Header{catalog.NewHeader("X-A", "a"), catalog.NewHeader("X-B", "b")}
			change(t, db, func(tx catalog.Tx) error { return tx.SaveProvider(&p) })
			shut(t, db)
			path := filepath.Join(dir, "headgate.db")
			run(t, path, statement)
			wantLockedBy(t, dir, "secret_key_mismatch")
			var rows int
			if err := raw(t, path).QueryRow("SELECT count(*) FROM provider_headers").Scan(&rows); err != nil || rows != 2 {
				t.Errorf("%d headers are left, %v", rows, err)
			}
		})
	}
	t.Run("same origin in another spelling", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		db := open(t, dir)
		addProvider(t, db, "up", keyText)
		shut(t, db)
		run(t, filepath.Join(dir, "headgate.db"), `UPDATE providers SET base_url = 'HTTPS://UP.example:443/v2'`)
		if got := load(t, open(t, dir)).Providers[0].Keys[0].Secret.Reveal(); got != keyText {
			t.Error("the key is another one")
		}
	})
}

func TestLostKeyFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "secret.key")
	db := open(t, dir)
	if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		t.Error("there is a key file before there is anything to seal")
	}
	addProvider(t, db, "up", keyText)
	shut(t, db)
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wantLockedBy(t, dir, "secret_key_missing")
		if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
			t.Fatal("a new key file took the place of the lost one")
		}
	}
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	if got := load(t, open(t, dir)).Providers[0].Keys[0].Secret.Reveal(); got != keyText {
		t.Error("the key is another one")
	}
}

func TestLogHasNoValues(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var log bytes.Buffer
	sealer := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	db, err := store.Open(t.Context(), store.Options{
		Dir: dir, Sealer: sealer, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.SaveAdmin(t.Context(), "me", "$argon2id$canary"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second breaks a unique index, which is logged
		_ = db.Catalog().Change(t.Context(), func(tx catalog.Tx) error {
			return tx.SaveKeyword(&catalog.Keyword{Text: "canary text"})
		})
	}
	if !strings.Contains(log.String(), "duplicated key") {
		t.Fatalf("the failure is not in the log:\n%s", log.String())
	}
	if strings.Contains(log.String(), "canary") {
		t.Errorf("the log has values:\n%s", log.String())
	}
}

// What was typed before header values were sealed is known for a secret, and
// sealed by the next save.
func TestHeadersOfBeforeAreSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	long := strings.Repeat("canary-of-a-header ", 1000) // on pages that are free afterwards
	db := open(t, dir)
	p := addProvider(t, db, "up", keyText)
	p.Headers = []catalog.Header{{Name: "X-Title", Value: "plain-words"}, catalog.NewHeader("X-Gate", "?")}
	change(t, db, func(tx catalog.Tx) error { return tx.SaveProvider(&p) })
	if load(t, db).Unsealed {
		t.Error("what is sealed is said not to be")
	}
	shut(t, db)
	run(t, filepath.Join(dir, "headgate.db"), `UPDATE provider_headers SET value = ?, sealed = NULL WHERE name = 'X-Gate'`, long)
	db = open(t, dir)
	stored := load(t, db)
	h := stored.Providers[0].Headers[1]
	if !stored.Unsealed || !h.IsSecret() || h.Value != "" || h.Secret.Reveal() != long {
		t.Fatalf("unsealed %v: %+v", stored.Unsealed, h)
	}
	change(t, db, func(tx catalog.Tx) error { return tx.SaveProvider(&stored.Providers[0]) })
	if stored = load(t, db); stored.Unsealed || stored.Providers[0].Headers[1] != h {
		t.Errorf("sealed: %v, %+v", stored.Unsealed, stored.Providers[0].Headers)
	}
	shut(t, db)
	// Copies that were made before are left as they are.
	if err := os.RemoveAll(filepath.Join(dir, "backups")); err != nil {
		t.Fatal(err)
	}
	if found := contains(t, dir, "canary-of-a-header"); len(found) > 0 {
		t.Errorf("the value still stands in clear in %v", found)
	}
	if found := contains(t, dir, "plain-words"); len(found) == 0 {
		t.Error("the search finds nothing")
	}
}

// wantLockedBy opens the folder and looks whether what is sealed stays shut, and as it is.
func wantLockedBy(t *testing.T, dir, code string) {
	t.Helper()
	sealer := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	db, err := store.Open(t.Context(), store.Options{Dir: dir, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	if got := apperr.Code(sealer.Locked()); got != code {
		t.Errorf("locked because of %q, want %q", got, code)
	}
	c := load(t, db)
	opened := func(k catalog.ProviderKey) bool { return !k.Secret.IsZero() }
	if !c.Locked || len(c.Providers) != 1 || slices.ContainsFunc(c.Providers[0].Keys, opened) {
		t.Errorf("locked %v: %+v", c.Locked, c.Providers)
	}
	err = db.Catalog().Change(t.Context(), func(tx catalog.Tx) error { return tx.SaveProvider(&c.Providers[0]) })
	if !errors.Is(err, secret.ErrLocked) {
		t.Errorf("a save gave %v", err)
	}
}
