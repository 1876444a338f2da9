package app_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/secret"
	"headgate/app/settings"
)

const keysPassphrase = "correct horse battery staple"

// A start without the passphrase shows everything, changes nothing and lets no
// call in, until the passphrase is entered.
func TestLockedStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := app.Options{DataDir: dir, Address: "127.0.0.1:0"}
	a := started(t, o)
	provider := mustSaveProvider(t, a, "up", "sk-canary-0123456789")
	backup, err := a.Store.MakeBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	open := readText(t, filepath.Join(dir, "secret.key"))
	if err := a.Keys.KeepIn(t.Context(), "passphrase", keysPassphrase); err != nil {
		t.Fatal(err)
	}
	mustClose(t, a)
	before := readText(t, filepath.Join(dir, "secret.key"))
	if before == open {
		t.Fatal("the key file is the same")
	}

	a = started(t, o)
	listener := a.Bus.Listen()
	defer listener.Close()
	if state := a.Keys.State(); state.Kept != secret.KeepPassphrase || state.Locked == nil || state.Locked.Code != "keys_passphrase_needed" {
		t.Fatalf("locked: %+v", state)
	}
	if err := a.StartGateway(t.Context()); apperr.Code(err) != "secrets_locked" {
		t.Errorf("StartGateway gave %v", err)
	}
	if state := a.Listener.Status().State; state != app.ListenerStopped {
		t.Errorf("the door is %s", state)
	}
	list, err := a.Catalog.Providers(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "up" {
		t.Errorf("the providers are %+v, %v", list, err)
	}
	for name, change := range map[string]func() error{
		"settings": func() error { return a.SaveSettings(t.Context(), settings.Default()) },
		"delete":   func() error { return a.Catalog.DeleteProvider(t.Context(), provider.ID) },
		"export":   func() error { _, err := a.Catalog.Export(t.Context(), keysPassphrase); return err },
		"rotate":   func() error { return a.Keys.Rotate(t.Context(), keysPassphrase) },
		"keep":     func() error { return a.Keys.KeepIn(t.Context(), "key_file", "") },
		"restore":  func() error { return a.RestoreBackup(t.Context(), backup.Name) },
		"try": func() error {
			_, err := a.Catalog.TestProvider(t.Context(), catalog.ProviderInput{ID: provider.ID, Name: "up", Dialect: "openai", BaseURL: "http://127.0.0.1:1/v1"})
			return err
		},
	} {
		if err := change(); apperr.Code(err) != "secrets_locked" {
			t.Errorf("%s gave %v, want secrets_locked", name, err)
		}
	}
	if list, err := a.Store.Backups(); err != nil || len(list) != 1 {
		t.Errorf("a restore that is refused makes a backup all the same: %+v, %v", list, err)
	}
	unsealed, err := a.Store.LoadBackup(t.Context(), backup.Name) // without its keys
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Keys.Unlock(t.Context(), "not it at all"); apperr.Code(err) != "keys_passphrase_wrong" {
		t.Errorf("a wrong passphrase gave %v", err)
	}
	if got := readText(t, filepath.Join(dir, "secret.key")); got != before {
		t.Error("the key file was written while it was locked")
	}

	if err := a.Keys.Unlock(t.Context(), keysPassphrase); err != nil {
		t.Fatal(err)
	}
	if a.Keys.State().Locked != nil {
		t.Error("still locked")
	}
	mustBeOpen(t, a.Listener.Status().Address) // it was to be opened
	if _, err := a.Catalog.Restore(t.Context(), unsealed); apperr.Code(err) != "secrets_locked" {
		t.Errorf("a backup that was read while they were locked is put back: %v", err)
	}
	if got := keyTexts(t, a); len(got) != 1 || got[0] != "sk-canary-0123456789" {
		t.Errorf("the engine would send %q", got)
	}
	if topics := listener.Take(); len(topics) == 0 {
		t.Error("no window hears of it")
	}
	if err := a.Keys.Unlock(t.Context(), ""); err != nil {
		t.Errorf("a second Unlock gave %v", err)
	}
	mustClose(t, a)

	// Somebody has a copy of the key file as it was before there was a passphrase.
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), []byte(open), 0o600); err != nil {
		t.Fatal(err)
	}
	a = started(t, o)
	if locked := a.Keys.State().Locked; locked == nil || locked.Code != "secret_key_mismatch" {
		t.Errorf("with the key file of before it is locked because of %v", locked)
	}
	mustClose(t, a)
}

// A key file of another folder opens with its passphrase and nothing else with it:
// that is said, and all stays locked.
func TestKeysOfAnotherFolder(t *testing.T) {
	t.Parallel()
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"}
	a := started(t, o)
	mustSaveProvider(t, a, "up", "sk-canary-0123456789")
	mustClose(t, a)
	path := filepath.Join(o.DataDir, "secret.key")
	own := readText(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s := secret.OpenKeyFile(path)
	if err := s.KeepIn(secret.KeepPassphrase, keysPassphrase); err != nil {
		t.Fatal(err)
	}

	a = started(t, o)
	if err := a.Keys.Unlock(t.Context(), keysPassphrase); apperr.Code(err) != "secret_key_mismatch" {
		t.Errorf("Unlock gave %v", err)
	}
	if locked := a.Keys.State().Locked; locked == nil || locked.Code != "secret_key_mismatch" {
		t.Errorf("then it is locked because of %v", locked)
	}
	if err := a.StartGateway(t.Context()); apperr.Code(err) != "secrets_locked" {
		t.Errorf("StartGateway gave %v", err)
	}
	mustClose(t, a)
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	a = started(t, o)
	if got := keyTexts(t, a); len(got) != 1 || got[0] != "sk-canary-0123456789" {
		t.Errorf("with its own key file there is %q", got)
	}
	mustClose(t, a)
}

// Who starts the gateway while it is locked and stops it again doesn't want it open.
func TestLockedGatewayThatIsStopped(t *testing.T) {
	t.Parallel()
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"}
	a := started(t, o)
	mustSaveProvider(t, a, "up", "sk-canary-0123456789")
	if err := a.Keys.KeepIn(t.Context(), "passphrase", keysPassphrase); err != nil {
		t.Fatal(err)
	}
	mustClose(t, a)
	a = started(t, o)
	if err := a.StartGateway(t.Context()); apperr.Code(err) != "secrets_locked" {
		t.Errorf("StartGateway gave %v", err)
	}
	a.StopGateway(t.Context())
	if err := a.Keys.Unlock(t.Context(), keysPassphrase); err != nil {
		t.Fatal(err)
	}
	if state := a.Listener.Status().State; state != app.ListenerStopped {
		t.Errorf("the door is %s", state)
	}
	if err := a.StartGateway(t.Context()); err != nil {
		t.Error(err)
	}
	mustClose(t, a)
}

// Keys that are made anew open everything, backups of before and a rotation that
// was broken off included.
func TestRotatedKeysOpenEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := app.Options{DataDir: dir, Address: "127.0.0.1:0"}
	a := started(t, o)
	mustSaveProvider(t, a, "up", "sk-canary-0123456789")
	backup, err := a.Store.MakeBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := readText(t, filepath.Join(dir, "secret.key"))
	if err := a.Keys.Rotate(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, filepath.Join(dir, "secret.key")); got == old {
		t.Error("the key file is the same")
	}
	if err := a.RestoreBackup(t.Context(), backup.Name); err != nil {
		t.Errorf("a backup of before: %v", err)
	}
	mustClose(t, a)
	a = started(t, o)
	if got := keyTexts(t, a); len(got) != 1 || got[0] != "sk-canary-0123456789" {
		t.Errorf("after the rotation there is %q", got)
	}
	mustClose(t, a)

	// Broken off between the new key and the sealing anew.
	s := secret.OpenKeyFile(filepath.Join(dir, "secret.key"))
	if err := s.Rotate("", func() error { return os.ErrDeadlineExceeded }); err == nil {
		t.Fatal("it was not broken off")
	}
	change := func(text string) {
		t.Helper()
		db, err := sql.Open("sqlite", filepath.Join(dir, "headgate.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	change("CREATE TRIGGER full BEFORE UPDATE ON provider_keys BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	a = started(t, o) // that it can't be finished is no reason to stay shut
	if err := a.StartGateway(t.Context()); err != nil {
		t.Error(err)
	}
	mustClose(t, a)
	change("DROP TRIGGER full")
	a = started(t, o)
	if got := keyTexts(t, a); len(got) != 1 || got[0] != "sk-canary-0123456789" {
		t.Errorf("after a rotation that broke off there is %q", got)
	}
	mustClose(t, a)
	if s = secret.OpenKeyFile(filepath.Join(dir, "secret.key")); s.Locked() != nil || s.Rotating() {
		t.Errorf("the next start did not finish it: %v", s.Locked())
	}
}

// started runs a program that the test closes: it is one of several in a folder.
func started(t *testing.T, o app.Options) *app.App {
	t.Helper()
	a := app.New(o)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func mustSaveProvider(t *testing.T, a *app.App, name, key string) catalog.Provider {
	t.Helper()
	p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: name, Dialect: "openai", BaseURL: "https://up.example/v1", Enabled: true,
		Keys: []catalog.ProviderKeyInput{{Secret: key, Enabled: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// keyTexts are the provider keys as the stored configuration opens.
func keyTexts(t *testing.T, a *app.App) []string {
	t.Helper()
	stored, err := a.Store.Catalog().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range stored.Providers {
		for _, k := range p.Keys {
			texts = append(texts, k.Secret.Reveal())
		}
	}
	return texts
}

func mustClose(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Values of headers that may be secret are sealed by the first start that can, and
// with new keys when there are some.
func TestSecretHeadersOfBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := app.Options{DataDir: dir, Address: "127.0.0.1:0"}
	a := started(t, o)
	p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
		Name: "up", Dialect: "openai", BaseURL: "http://127.0.0.1:1/v1", Enabled: true,
		Headers: []catalog.Header{{Name: "X-Gate", Value: "header-canary-0123456789"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Keys.KeepIn(t.Context(), "passphrase", keysPassphrase); err != nil {
		t.Fatal(err)
	}
	mustClose(t, a)
	sealed := func() (sealed []byte) {
		t.Helper()
		db, err := sql.Open("sqlite", filepath.Join(dir, "headgate.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.QueryRow("SELECT sealed FROM provider_headers").Scan(&sealed); err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "headgate.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE provider_headers SET value = 'header-canary-0123456789', sealed = NULL"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	a = started(t, o) // locked
	if sealed() != nil {
		t.Error("it was sealed without a key")
	}
	if err := a.Keys.Unlock(t.Context(), keysPassphrase); err != nil {
		t.Fatal(err)
	}
	first := sealed()
	if first == nil {
		t.Fatal("it wasn't sealed once the keys were there")
	}
	if err := a.Keys.Rotate(t.Context(), keysPassphrase); err != nil {
		t.Fatal(err)
	}
	if string(sealed()) == string(first) {
		t.Error("new keys leave it as it was")
	}
	mustClose(t, a)

	a = started(t, o) // locked, with the value sealed
	list, err := a.Catalog.Providers(t.Context())
	if err != nil || len(list) != 1 || list[0].Headers[0].Hint == "" || list[0].Headers[0].Value != "" {
		t.Fatalf("locked: %+v, %v", list, err)
	}
	if err := a.Keys.Unlock(t.Context(), keysPassphrase); err != nil {
		t.Fatal(err)
	}
	list, err = a.Catalog.Providers(t.Context())
	if err != nil || list[0].ID != p.ID || list[0].Headers[0] != p.Headers[0] {
		t.Errorf("unlocked: %+v, %v", list, err)
	}
	mustClose(t, a)
}
