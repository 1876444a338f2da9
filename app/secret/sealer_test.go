package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"headgate/app/apperr"
	"headgate/app/secret"
)

func openKeyFile(t *testing.T, path string) *secret.Sealer {
	t.Helper()
	s := secret.OpenKeyFile(path)
	return s
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	s := openKeyFile(t, path)
	plain := []byte("sk-canary")
	sealed, err := s.Seal(plain, "here")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the text stands in clear in its ciphertext")
	}
	for _, reader := range []*secret.Sealer{s, openKeyFile(t, path)} {
		if got, err := reader.Open(sealed, "here"); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Open gave %q, %v", got, err)
		}
		if _, err := reader.Open(sealed, "there"); !errors.Is(err, secret.ErrCannotOpen) {
			t.Errorf("at another place Open gave %v", err)
		}
	}
	again, err := s.Seal(plain, "here")
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("the same text sealed twice looks the same; %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := s.Open(changed, "here"); !errors.Is(err, secret.ErrCannotOpen) {
			t.Fatalf("with byte %d changed Open gave %v", i, err)
		}
		if _, err := s.Open(sealed[:i], "here"); !errors.Is(err, secret.ErrCannotOpen) {
			t.Fatalf("cut to %d bytes Open gave %v", i, err)
		}
	}
	other := openKeyFile(t, filepath.Join(t.TempDir(), "secret.key"))
	if _, err := other.Open(sealed, "here"); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("without a key file Open gave %v", err)
	}
	if _, err := other.Seal(nil, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed, "here"); !errors.Is(err, secret.ErrCannotOpen) {
		t.Errorf("with another key Open gave %v", err)
	}
}

func TestKeyFileIsMadeByTheFirstSeal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "secret.key")
	s := openKeyFile(t, path)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("OpenKeyFile made a file")
	}
	var all sync.WaitGroup
	sealed := make([][]byte, 8)
	for i := range sealed {
		all.Go(func() { sealed[i], _ = s.Seal([]byte("x"), "p") })
	}
	all.Wait()
	again := openKeyFile(t, path)
	for i, c := range sealed {
		if _, err := again.Open(c, "p"); err != nil {
			t.Errorf("ciphertext %d: %v", i, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestKeyFileFromElsewhereIsNotOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	s := openKeyFile(t, path)
	if err := os.WriteFile(path, []byte("put back meanwhile"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal(nil, ""); apperr.Code(err) != "secret_key_unwritable" {
		t.Errorf("Seal gave %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "put back meanwhile" {
		t.Errorf("the file now holds %q, %v", text, err)
	}
}

func TestBadKeyFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	if _, err := openKeyFile(t, path).Seal(nil, ""); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := func(edit func(map[string]any)) []byte {
		var f map[string]any
		if err := json.Unmarshal(good, &f); err != nil {
			t.Fatal(err)
		}
		edit(f)
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, text := range map[string][]byte{
		"empty":            {},
		"cut":              good[:len(good)/2],
		"other text":       []byte("hello"),
		"newer version":    edited(func(f map[string]any) { f["version"] = 3 }),
		"other wrapping":   edited(func(f map[string]any) { f["wrapping"] = map[string]any{"kind": "keychain"} }),
		"no data key":      edited(func(f map[string]any) { delete(f, "data_key") }),
		"other data key":   edited(func(f map[string]any) { f["data_key"] = "AQID" }),
		"short wrap key":   edited(func(f map[string]any) { f["wrapping"] = map[string]any{"kind": "key_file", "key": "AQID"} }),
		"without the keys": []byte(`{}`),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s := secret.OpenKeyFile(path)
		if code := apperr.Code(s.Locked()); code != "secret_key_unreadable" {
			t.Errorf("%s: locked because of %q", name, code)
		}
		if _, err := s.Seal(nil, ""); !errors.Is(err, secret.ErrLocked) {
			t.Errorf("%s: Seal gave %v", name, err)
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, text) {
			t.Errorf("%s: the file was touched, %v", name, err)
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Unlock(""); err != nil || s.Locked() != nil {
			t.Errorf("%s: with the file put back Unlock gave %v", name, err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if code := apperr.Code(secret.OpenKeyFile(path).Locked()); code != "secret_key_exposed" {
			t.Errorf("mode %o: locked because of %q", mode, code)
		}
	}
}
