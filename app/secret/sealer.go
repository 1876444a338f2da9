package secret

import (
	"errors"
	"slices"
	"sync"

	"headgate/app/apperr"
)

// Options say where the keys are.
type Options struct {
	Path     string   // of the key file
	Keychain Keychain // nil: this system has none
	// PreferKeychain lets a first key be kept in the keychain, when that works.
	PreferKeychain bool
	// Passphrase opens what a passphrase locks, and is what a first key is locked
	// with. "": a person is asked.
	Passphrase string
}

// Sealer encrypts columns with a random data key. The data key stands in the key
// file, wrapped by a second key; where that one is kept can change without
// sealing anything anew. A Sealer may be locked: then it opens and seals nothing
// until Unlock. Its methods are safe for concurrent use.
type Sealer struct {
	Options

	mu     sync.Mutex
	file   *keyFile // nil: there is none yet
	keys   [][]byte // the first one seals; none without a file, and while locked
	locked error    // why nothing can be opened; nil: it can, or there is no file
}

// ErrLocked is what a locked Sealer returns, with the code secrets_locked.
var ErrLocked = errors.New("the keys are locked")

// Open reads the key file. A missing one is no fault yet: it is made by the first
// Seal, while Sealer.Open fails with secret_key_missing. So a key file that was lost
// is never replaced as long as the store, which opens all it has before it seals
// anything, holds a ciphertext: it calls Lock. A key that can't be had now leaves the
// Sealer locked: see Locked.
func Open(o Options) *Sealer {
	s := &Sealer{Options: o}
	if err := s.read(); err != nil {
		s.locked = err
	} else if s.file != nil {
		s.locked = s.unlock(o.Passphrase)
	}
	return s
}

// OpenKeyFile is Open without anything but the file.
func OpenKeyFile(path string) *Sealer { return Open(Options{Path: path}) }

// read reads the key file, if there is one.
func (s *Sealer) read() error {
	file, err := readKeyFile(s.Path)
	if err != nil && !errors.Is(err, errNoFile) {
		return err
	}
	s.file = file
	return nil
}

// Lock is called by who has found that the keys don't open what they should, with the
// reason. Unlock reads the key file again.
func (s *Sealer) Lock(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked, s.keys = why, nil
}

// Locked tells why nothing can be opened; nil when it can. Codes:
// keys_passphrase_needed, keys_passphrase_wrong, keychain_unavailable,
// keychain_key_missing, secret_key_missing, secret_key_unreadable, secret_key_exposed
// when others than the owner may read the file, and what Lock was told.
func (s *Sealer) Locked() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked
}

// Unlock tries again: with a passphrase, in the keychain, or with a key file that was
// put back. Codes: those of Locked.
func (s *Sealer) Unlock(passphrase string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked == nil {
		return nil
	}
	err := s.read()
	switch {
	case err == nil && s.file == nil:
		err = s.missing()
	case err == nil:
		err = s.unlock(firstOf(passphrase, s.Passphrase))
	}
	if err != nil && apperr.Code(err) != "keys_passphrase_wrong" {
		s.locked = err // for another reason than before, maybe
	}
	return err
}

func firstOf(passphrase, given string) string {
	if passphrase == "" {
		return given
	}
	return passphrase
}

func (s *Sealer) missing() error {
	return apperr.Wrap(ErrCannotOpen, "secret_key_missing", "File", s.Path)
}

// unlock fetches the wrapping key and opens the data keys with it.
func (s *Sealer) unlock(passphrase string) error {
	wrappingKey, err := s.wrappingKey(passphrase)
	if err != nil {
		return err
	}
	keys, err := s.file.unwrap(wrappingKey)
	switch {
	case err == nil:
		s.keys, s.locked = keys, nil
		return nil
	case s.file.Wrapping.Kind == KeepPassphrase && errors.Is(err, ErrCannotOpen):
		return apperr.Wrap(err, "keys_passphrase_wrong")
	}
	return apperr.Wrap(err, "secret_key_unreadable", "File", s.Path)
}

func (s *Sealer) wrappingKey(passphrase string) ([]byte, error) {
	w := s.file.Wrapping
	switch {
	case w.Kind == KeepFile:
		return w.Key, nil
	case w.Kind == KeepPassphrase && passphrase == "":
		return nil, apperr.New("keys_passphrase_needed")
	case w.Kind == KeepPassphrase:
		return w.derive(passphrase), nil
	case s.Keychain == nil:
		return nil, apperr.New("keychain_unavailable")
	}
	key, err := s.Keychain.Get(w.Account)
	if errors.Is(err, ErrNoEntry) {
		return nil, apperr.Wrap(err, "keychain_key_missing")
	}
	if err != nil {
		return nil, apperr.Wrap(err, "keychain_unavailable")
	}
	return key, nil
}

// Kept tells where the wrapping key is; "" as long as there is no key at all.
func (s *Sealer) Kept() Keep {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return ""
	}
	return s.file.Wrapping.Kind
}

// Seal encrypts plain, bound to place. The first Seal makes the key file.
// Codes: secrets_locked, secret_key_unwritable.
func (s *Sealer) Seal(plain []byte, place string) ([]byte, error) {
	key, err := s.keyToSeal()
	if err != nil {
		return nil, err
	}
	return seal(key, plain, place)
}

// Open decrypts what was sealed for place; ErrCannotOpen otherwise.
// Codes: secrets_locked, secret_key_missing.
func (s *Sealer) Open(sealed []byte, place string) ([]byte, error) {
	s.mu.Lock()
	keys, locked := s.keys, s.locked
	s.mu.Unlock()
	if locked != nil {
		return nil, apperr.Wrap(ErrLocked, "secrets_locked")
	}
	if len(keys) == 0 {
		return nil, s.missing()
	}
	for _, key := range keys {
		if plain, err := open(key, sealed, place); err == nil {
			return plain, nil
		}
	}
	return nil, ErrCannotOpen
}

func (s *Sealer) keyToSeal() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked != nil {
		return nil, apperr.Wrap(ErrLocked, "secrets_locked")
	}
	if len(s.keys) == 0 {
		if err := s.begin(); err != nil {
			return nil, apperr.Wrap(err, "secret_key_unwritable", "File", s.Path)
		}
	}
	return s.keys[0], nil
}

// begin makes the first key and keeps it where that is best here.
func (s *Sealer) begin() error {
	keys := [][]byte{newKey()}
	keep := KeepFile
	switch {
	case s.Passphrase != "":
		keep = KeepPassphrase
	case s.PreferKeychain && s.Keychain != nil:
		keep = KeepKeychain
	}
	w, wrappingKey, err := newWrapping(keep, s.Keychain, s.Passphrase)
	if apperr.Code(err) == "keychain_unavailable" {
		w, wrappingKey, err = newWrapping(KeepFile, nil, "")
	}
	if err != nil {
		return err
	}
	return s.put(w, wrappingKey, keys, false)
}

// put writes the key file and goes by it from then on. An entry of the keychain
// that no file names is removed; one that a file may name never is.
func (s *Sealer) put(w wrapping, wrappingKey []byte, keys [][]byte, rotating bool) error {
	file, err := newKeyFile(w, wrappingKey, keys, rotating)
	replaced := false
	if err == nil {
		replaced, err = file.write(s.Path, s.file == nil)
	}
	if !replaced {
		return errors.Join(err, s.forget(w))
	}
	s.file, s.keys = file, keys
	return err
}

// forget removes what a wrapping has in the keychain.
func (s *Sealer) forget(w wrapping) error {
	if w.Kind != KeepKeychain || s.Keychain == nil {
		return nil
	}
	return s.Keychain.Delete(w.Account)
}

// KeepIn wraps the data keys with a new key and keeps that one elsewhere, or in
// the same place. Code: as newWrapping's, secrets_locked, secret_key_unwritable.
func (s *Sealer) KeepIn(keep Keep, passphrase string) error {
	return s.rewrap(keep, passphrase, func(keys [][]byte) ([][]byte, bool) { return keys, s.file != nil && s.file.Rotating })
}

// rewrap writes the key file anew, with a new wrapping key and the data keys that
// change makes of those there are.
func (s *Sealer) rewrap(keep Keep, passphrase string, change func([][]byte) (keys [][]byte, rotating bool)) error {
	if _, err := s.keyToSeal(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.file.Wrapping
	w, wrappingKey, err := newWrapping(keep, s.Keychain, passphrase)
	if err != nil {
		return err
	}
	keys, rotating := change(s.keys)
	if err := s.put(w, wrappingKey, keys, rotating); err != nil {
		return apperr.Wrap(err, "secret_key_unwritable", "File", s.Path)
	}
	_ = s.forget(before) // an entry that stays opens nothing any more
	return nil
}

// mostKeys is how many data keys of before a file keeps, for copies of the
// configuration that are as old.
const mostKeys = 20

// Rotate makes a new data key, in a new wrapping, and calls reseal to seal anew
// what there is. A rotation that breaks off leaves the file with both keys: see
// Rotating. passphrase is needed again when one locks the keys.
// Codes: as KeepIn's, keys_passphrase_wrong, and reseal's.
func (s *Sealer) Rotate(passphrase string, reseal func() error) error {
	if _, err := s.keyToSeal(); err != nil {
		return err
	}
	keep := s.Kept()
	if keep == KeepPassphrase {
		if err := s.checkPassphrase(passphrase); err != nil {
			return err
		}
	}
	if err := s.rewrap(keep, passphrase, func(keys [][]byte) ([][]byte, bool) {
		return slices.Concat([][]byte{newKey()}, keys[:min(len(keys), mostKeys)]), true
	}); err != nil {
		return err
	}
	return s.FinishRotation(reseal)
}

func (s *Sealer) checkPassphrase(passphrase string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unlock(passphrase)
}

// Rotating tells whether a rotation broke off: some columns may still be sealed
// with a key of before.
func (s *Sealer) Rotating() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked == nil && s.file != nil && s.file.Rotating
}

// FinishRotation calls reseal to seal everything anew, and notes that it is done.
func (s *Sealer) FinishRotation(reseal func() error) error {
	if err := reseal(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := *s.file
	done.Rotating = false
	if _, err := done.write(s.Path, false); err != nil {
		return apperr.Wrap(err, "secret_key_unwritable", "File", s.Path)
	}
	s.file = &done
	return nil
}
