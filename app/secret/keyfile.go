package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"headgate/app/apperr"
)

// Sealer encrypts columns with a random data key. The data key stands in the
// key file, wrapped by a second key; where that one is kept can change without
// sealing anything anew. Its methods are safe for concurrent use.
type Sealer struct {
	path string

	mu      sync.Mutex
	dataKey []byte // nil until there is a key file
}

// keyFile is the form of the file.
type keyFile struct {
	Version  int      `json:"version"`
	Wrapping wrapping `json:"wrapping"`
	DataKey  []byte   `json:"data_key"` // sealed under the wrapping key
}

// wrapping says which key the data key is wrapped by.
type wrapping struct {
	Kind string `json:"kind"`
	Key  []byte `json:"key,omitempty"`
}

const (
	keyFileVersion = 1
	// kindFile keeps the wrapping key in the file itself: whoever reads the file
	// can open everything, and nothing else guards it than the file's mode.
	kindFile     = "key_file"
	dataKeyPlace = "data key"
)

// OpenKeyFile reads the key file. A missing one is no error yet: it is made by
// the first Seal, while Open fails. So a key file that was lost is never
// replaced as long as the store, which opens all it has before it seals
// anything, holds a ciphertext.
// Codes: secret_key_unreadable, secret_key_exposed when others than the owner
// may read the file.
func OpenKeyFile(path string) (*Sealer, error) {
	s := &Sealer{path: path}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, apperr.Wrap(err, "secret_key_unreadable", "File", path)
	}
	if exposed(info) {
		return nil, apperr.New("secret_key_exposed", "File", path, "Mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	if s.dataKey, err = readKeyFile(path); err != nil {
		return nil, apperr.Wrap(err, "secret_key_unreadable", "File", path)
	}
	return s, nil
}

// Seal encrypts plain, bound to place. The first Seal makes the key file.
func (s *Sealer) Seal(plain []byte, place string) ([]byte, error) {
	key, err := s.keyToSeal()
	if err != nil {
		return nil, err
	}
	return seal(key, plain, place)
}

// Open decrypts what was sealed for place; ErrCannotOpen otherwise.
func (s *Sealer) Open(sealed []byte, place string) ([]byte, error) {
	s.mu.Lock()
	key := s.dataKey
	s.mu.Unlock()
	if key == nil {
		return nil, fmt.Errorf("%w: the key file %s is missing", ErrCannotOpen, s.path)
	}
	return open(key, sealed, place)
}

func (s *Sealer) keyToSeal() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dataKey != nil {
		return s.dataKey, nil
	}
	key, err := makeKeyFile(s.path)
	if err != nil {
		return nil, apperr.Wrap(err, "secret_key_unwritable", "File", s.path)
	}
	s.dataKey = key
	return key, nil
}

func readKeyFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("it is not a key file") // the cause could quote it
	}
	if f.Version != keyFileVersion || f.Wrapping.Kind != kindFile {
		return nil, fmt.Errorf("its version %d with a key in %q is not known here", f.Version, f.Wrapping.Kind)
	}
	key, err := open(f.Wrapping.Key, f.DataKey, dataKeyPlace)
	if err != nil {
		return nil, fmt.Errorf("unwrap the data key: %w", err)
	}
	return key, nil
}

// makeKeyFile writes a file with new keys. It never replaces one.
func makeKeyFile(path string) ([]byte, error) {
	dataKey, err := newKey()
	if err != nil {
		return nil, err
	}
	wrappingKey, err := newKey()
	if err != nil {
		return nil, err
	}
	wrapped, err := seal(wrappingKey, dataKey, dataKeyPlace)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(keyFile{
		Version:  keyFileVersion,
		Wrapping: wrapping{Kind: kindFile, Key: wrappingKey},
		DataKey:  wrapped,
	})
	if err != nil {
		return nil, err
	}
	return dataKey, writeOnce(path, append(text, '\n'))
}

// writeOnce leaves either the whole file at path, on the disk, or none.
func writeOnce(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s has come into being meanwhile", path)
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
