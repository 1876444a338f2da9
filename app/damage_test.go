package app_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/secret"
)

// Without the key file that it was sealed with, a configuration is shown and nothing
// else: no other key takes the place of the lost one, and once that is back a person
// goes on without a new start.
func TestKeyFileThatIsLost(t *testing.T) {
	t.Parallel()
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"}
	a := started(t, o)
	mustSaveProvider(t, a, "up", "sk-canary-0123456789")
	mustClose(t, a)
	path := filepath.Join(o.DataDir, "secret.key")
	own, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "secret.key")
	if _, err := secret.OpenKeyFile(other).Seal(nil, ""); err != nil {
		t.Fatal(err)
	}
	others, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(own)
	flipped[len(flipped)*2/3] ^= 1
	for name, c := range map[string]struct {
		put  []byte // nil: no file
		code string
	}{
		"missing": {nil, "secret_key_missing"},
		"empty":   {[]byte{}, "secret_key_unreadable"},
		"zeros":   {make([]byte, len(own)), "secret_key_unreadable"},
		"cut":     {own[:len(own)/2], "secret_key_unreadable"},
		"flipped": {flipped, "secret_key_unreadable"},
		"others":  {others, "secret_key_mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if c.put != nil {
				if err := os.WriteFile(path, c.put, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			a := started(t, o)
			defer func() { mustClose(t, a) }()
			if locked := a.Keys.State().Locked; locked == nil || locked.Code != c.code {
				t.Errorf("locked because of %v", locked)
			}
			if err := a.StartGateway(t.Context()); apperr.Code(err) != "secrets_locked" {
				t.Errorf("StartGateway gave %v", err)
			}
			if list, err := a.Catalog.Providers(t.Context()); err != nil || len(list) != 1 {
				t.Errorf("providers %+v, %v", list, err)
			}
			if err := a.Catalog.DeleteProvider(t.Context(), 1); apperr.Code(err) != "secrets_locked" {
				t.Errorf("a change gave %v", err)
			}
			if err := a.Keys.Unlock(t.Context(), ""); apperr.Code(err) != c.code {
				t.Errorf("Unlock gave %v", err)
			}
			left, err := os.ReadFile(path)
			if !bytes.Equal(left, c.put) || (c.put == nil) != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the key file was touched: %q, %v", left, err)
			}

			if err := os.WriteFile(path, own, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := a.Keys.Unlock(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			if got := keyTexts(t, a); len(got) != 1 || got[0] != "sk-canary-0123456789" {
				t.Errorf("with its own key file there is %q", got)
			}
			if state := a.Listener.Status().State; state != app.ListenerRunning {
				t.Errorf("the gateway that waited for it is %s", state)
			}
		})
	}
}
