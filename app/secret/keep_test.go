package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"headgate/app/apperr"
	"headgate/app/secret"
)

// chain is a keychain in memory.
type chain struct {
	mu      sync.Mutex
	entries map[string][]byte
	broken  error
	forgets bool // takes keys and doesn't give them back
}

func (c *chain) Get(account string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key, there := c.entries[account]
	switch {
	case c.broken != nil:
		return nil, c.broken
	case !there || c.forgets:
		return nil, secret.ErrNoEntry
	}
	return key, nil
}

func (c *chain) Set(account string, key []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return c.broken
	}
	if c.entries == nil {
		c.entries = map[string][]byte{}
	}
	c.entries[account] = bytes.Clone(key)
	return nil
}

func (c *chain) Delete(account string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, account)
	return c.broken
}

func mustOpen(t *testing.T, o secret.Options) *secret.Sealer {
	t.Helper()
	s := secret.Open(o)
	return s
}

func mustSeal(t *testing.T, s *secret.Sealer, text string) []byte {
	t.Helper()
	sealed, err := s.Seal([]byte(text), "place")
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t *testing.T, s *secret.Sealer, sealed []byte, text string) {
	t.Helper()
	if got, err := s.Open(sealed, "place"); err != nil || string(got) != text {
		t.Errorf("opened %q, %v; want %q", got, err, text)
	}
}

func wantLocked(t *testing.T, s *secret.Sealer, sealed []byte, code string) {
	t.Helper()
	if got := apperr.Code(s.Locked()); got != code {
		t.Errorf("locked because of %q, want %q", got, code)
	}
	if _, err := s.Open(sealed, "place"); !errors.Is(err, secret.ErrLocked) || apperr.Code(err) != "secrets_locked" {
		t.Errorf("Open gave %v", err)
	}
	if _, err := s.Seal(nil, "place"); !errors.Is(err, secret.ErrLocked) {
		t.Errorf("Seal gave %v", err)
	}
	for name, change := range map[string]func() error{
		"KeepIn": func() error { return s.KeepIn(secret.KeepFile, "") },
		"Rotate": func() error { return s.Rotate("a wrong passphrase", func() error { return nil }) },
	} {
		if err := change(); !errors.Is(err, secret.ErrLocked) {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

const passphrase = "correct horse battery staple"

func TestWhereAFirstKeyIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options secret.Options
		want    secret.Keep
	}{
		"no keychain":        {secret.Options{PreferKeychain: true}, secret.KeepFile},
		"keychain":           {secret.Options{PreferKeychain: true, Keychain: &chain{}}, secret.KeepKeychain},
		"not asked for":      {secret.Options{Keychain: &chain{}}, secret.KeepFile},
		"broken keychain":    {secret.Options{PreferKeychain: true, Keychain: &chain{broken: errors.New("no bus")}}, secret.KeepFile},
		"one that forgets":   {secret.Options{PreferKeychain: true, Keychain: &chain{forgets: true}}, secret.KeepFile},
		"given passphrase":   {secret.Options{PreferKeychain: true, Keychain: &chain{}, Passphrase: passphrase}, secret.KeepPassphrase},
		"nothing but a file": {secret.Options{}, secret.KeepFile},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.options.Path = filepath.Join(t.TempDir(), "secret.key")
			s := mustOpen(t, c.options)
			if s.Kept() != "" || s.Locked() != nil {
				t.Errorf("before there is a key it is kept in %q, locked: %v", s.Kept(), s.Locked())
			}
			sealed := mustSeal(t, s, "text")
			if s.Kept() != c.want {
				t.Errorf("kept in %q, want %q", s.Kept(), c.want)
			}
			wantOpen(t, mustOpen(t, c.options), sealed, "text")
			file, err := os.ReadFile(c.options.Path)
			if chain, is := c.options.Keychain.(*chain); is && err == nil {
				for _, key := range chain.entries {
					if bytes.Contains(file, key) {
						t.Error("the keychain's key stands in the file")
					}
				}
				if left := len(chain.entries); c.want != secret.KeepKeychain && left > 0 {
					t.Errorf("%d entries are left in a keychain that isn't used", left)
				}
			}
		})
	}
}

func TestKeychainThatIsNotThere(t *testing.T) {
	t.Parallel()
	kept := &chain{}
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key"), Keychain: kept, PreferKeychain: true}
	sealed := mustSeal(t, mustOpen(t, o), "text")

	without := o
	without.Keychain = nil
	wantLocked(t, mustOpen(t, without), sealed, "keychain_unavailable")
	without.Keychain = &chain{}
	wantLocked(t, mustOpen(t, without), sealed, "keychain_key_missing")

	kept.broken = errors.New("it is locked")
	s := mustOpen(t, o)
	wantLocked(t, s, sealed, "keychain_unavailable")
	if err := s.Unlock(""); apperr.Code(err) != "keychain_unavailable" {
		t.Errorf("Unlock gave %v", err)
	}
	kept.broken = nil
	if err := s.Unlock(""); err != nil || s.Locked() != nil {
		t.Errorf("once it answers Unlock gave %v, locked: %v", err, s.Locked())
	}
	wantOpen(t, s, sealed, "text")

	for account := range kept.entries {
		kept.entries[account] = []byte("of another size")
	}
	wantLocked(t, secret.Open(o), sealed, "secret_key_unreadable")
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key")}
	s := mustOpen(t, o)
	sealed := mustSeal(t, s, "text")
	if err := s.KeepIn(secret.KeepPassphrase, "short"); apperr.Code(err) != "passphrase_short" || s.Kept() != secret.KeepFile {
		t.Errorf("a short one gave %v, kept in %q", err, s.Kept())
	}
	if err := s.KeepIn(secret.KeepPassphrase, passphrase); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, s, sealed, "text")

	locked := mustOpen(t, o)
	wantLocked(t, locked, sealed, "keys_passphrase_needed")
	if err := locked.Unlock("not it at all"); apperr.Code(err) != "keys_passphrase_wrong" {
		t.Errorf("a wrong one gave %v", err)
	}
	wantLocked(t, locked, sealed, "keys_passphrase_needed")
	if err := locked.Unlock(passphrase); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, locked, sealed, "text")

	given := o
	given.Passphrase = passphrase
	wantOpen(t, mustOpen(t, given), sealed, "text")
	given.Passphrase = "not it at all"
	wantLocked(t, mustOpen(t, given), sealed, "keys_passphrase_wrong")
}

func TestKeysMove(t *testing.T) {
	t.Parallel()
	kept := &chain{}
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key"), Keychain: kept}
	s := mustOpen(t, o)
	sealed := mustSeal(t, s, "text")
	for i, keep := range []secret.Keep{secret.KeepKeychain, secret.KeepKeychain, secret.KeepPassphrase, secret.KeepKeychain, secret.KeepFile} {
		before, err := os.ReadFile(o.Path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.KeepIn(keep, passphrase); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if after, err := os.ReadFile(o.Path); err != nil || bytes.Equal(before, after) || s.Kept() != keep {
			t.Errorf("%d: kept in %q, %v; file the same: %v", i, s.Kept(), err, bytes.Equal(before, after))
		}
		if want := map[bool]int{true: 1}[keep == secret.KeepKeychain]; len(kept.entries) != want {
			t.Errorf("%d: the keychain has %d entries, want %d", i, len(kept.entries), want)
		}
		again := mustOpen(t, o)
		if keep == secret.KeepPassphrase {
			if err := again.Unlock(passphrase); err != nil {
				t.Error(err)
			}
		}
		wantOpen(t, again, sealed, "text")
	}
	kept.broken = errors.New("no bus")
	if err := s.KeepIn(secret.KeepKeychain, ""); apperr.Code(err) != "keychain_unavailable" || s.Kept() != secret.KeepFile {
		t.Errorf("a broken keychain gave %v, kept in %q", err, s.Kept())
	}
	if err := s.KeepIn("drawer", ""); apperr.Code(err) != "keep_unknown" {
		t.Errorf("an unknown place gave %v", err)
	}
	wantOpen(t, mustOpen(t, o), sealed, "text")
}

func TestRotate(t *testing.T) {
	t.Parallel()
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key")}
	s := mustOpen(t, o)
	old := mustSeal(t, s, "text")
	var sealed []byte
	reseal := func() error {
		sealed = mustSeal(t, s, "text")
		return nil
	}
	if err := s.Rotate("", reseal); err != nil {
		t.Fatal(err)
	}
	if s.Rotating() {
		t.Error("it goes on for ever")
	}
	for _, reader := range []*secret.Sealer{s, mustOpen(t, o)} {
		wantOpen(t, reader, sealed, "text")
		wantOpen(t, reader, old, "text") // of a backup, say
	}

	broken := errors.New("the disk is full")
	if err := s.Rotate("", func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a reseal that fails gave %v", err)
	}
	next := mustOpen(t, o)
	wantOpen(t, next, sealed, "text")
	if !next.Rotating() {
		t.Fatal("the next start doesn't know")
	}
	if err := next.KeepIn(secret.KeepPassphrase, passphrase); err != nil || !next.Rotating() {
		t.Errorf("keeping it elsewhere gave %v; rotating: %v", err, next.Rotating())
	}
	if err := next.FinishRotation(func() error { return nil }); err != nil || mustOpen(t, o).Rotating() {
		t.Errorf("finishing gave %v", err)
	}
	if err := next.Rotate("not it at all", func() error { return nil }); apperr.Code(err) != "keys_passphrase_wrong" {
		t.Errorf("with a wrong passphrase Rotate gave %v", err)
	}
	if err := next.Rotate(passphrase, func() error { return nil }); err != nil {
		t.Error(err)
	}
	last := mustOpen(t, secret.Options{Path: o.Path, Passphrase: passphrase})
	wantOpen(t, last, sealed, "text")
	wantOpen(t, last, old, "text")
}

// A folder that can't be brought to the disk leaves it open which file a power
// failure would leave: the keychain must have what either of them names.
func TestKeysOutliveAFolderThatIsNotOnTheDisk(t *testing.T) {
	kept := &chain{}
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key"), Keychain: kept, PreferKeychain: true}
	s := mustOpen(t, o)
	broken := errors.New("the disk failed")
	mend := secret.BreakSync(broken)
	defer mend()
	if _, err := s.Seal([]byte("text"), "place"); !errors.Is(err, broken) {
		t.Fatalf("Seal gave %v", err)
	}
	sealed := mustSeal(t, s, "text") // the file is there all the same
	wantOpen(t, mustOpen(t, o), sealed, "text")

	before, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.KeepIn(secret.KeepKeychain, ""); apperr.Code(err) != "secret_key_unwritable" {
		t.Errorf("KeepIn gave %v", err)
	}
	wantOpen(t, s, sealed, "text")
	wantOpen(t, mustOpen(t, o), sealed, "text")
	if err := os.WriteFile(o.Path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, mustOpen(t, o), sealed, "text")
}
