package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"headgate/app/apperr"
)

// keyFile is the form of the file: the data keys, sealed under a wrapping key.
type keyFile struct {
	Version  int      `json:"version"`
	Wrapping wrapping `json:"wrapping"`
	// DataKey is the key that seals and, after it, those that sealed before,
	// which copies of the configuration may still need.
	DataKey []byte `json:"data_key"`
	// Rotating says that some columns may still be sealed with a key before.
	Rotating bool `json:"rotating,omitempty"`
}

const (
	// plainVersion is what programs know that had nothing but a key in the file.
	plainVersion = 1
	keyVersion   = 2
	dataKeyPlace = "data key"
)

// syncTo is syncFolder, but where a test lets it fail.
var syncTo = syncFolder

// errNoFile: there is no key file yet.
var errNoFile = errors.New("there is no key file")

// readKeyFile returns the file at path, or errNoFile.
// Codes: secret_key_unreadable, secret_key_exposed.
func readKeyFile(path string) (*keyFile, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, apperr.Wrap(err, "secret_key_unreadable", "File", path)
	}
	if exposed(info) {
		return nil, apperr.New("secret_key_exposed", "File", path, "Mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	f, err := decodeKeyFile(path)
	if err != nil {
		return nil, apperr.Wrap(err, "secret_key_unreadable", "File", path)
	}
	return f, nil
}

func decodeKeyFile(path string) (*keyFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &keyFile{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, errors.New("it is not a key file") // the cause could quote it
	}
	if f.Version != plainVersion && f.Version != keyVersion {
		return nil, fmt.Errorf("its version %d is not known here", f.Version)
	}
	return f, f.Wrapping.check()
}

// unwrap opens the data keys with the key that wraps them.
func (f *keyFile) unwrap(wrappingKey []byte) ([][]byte, error) {
	all, err := open(wrappingKey, f.DataKey, dataKeyPlace)
	if err != nil {
		return nil, fmt.Errorf("unwrap the data key: %w", err)
	}
	if len(all) == 0 || len(all)%keySize != 0 {
		return nil, fmt.Errorf("the data keys have %d bytes", len(all))
	}
	var keys [][]byte
	for at := 0; at < len(all); at += keySize {
		keys = append(keys, all[at:at+keySize])
	}
	return keys, nil
}

// newKeyFile wraps the data keys.
func newKeyFile(w wrapping, wrappingKey []byte, keys [][]byte, rotating bool) (*keyFile, error) {
	var all []byte
	for _, key := range keys {
		all = append(all, key...)
	}
	sealed, err := seal(wrappingKey, all, dataKeyPlace)
	if err != nil {
		return nil, err
	}
	version := keyVersion
	if w.Kind == KeepFile && len(keys) == 1 && !rotating {
		version = plainVersion
	}
	return &keyFile{Version: version, Wrapping: w, DataKey: sealed, Rotating: rotating}, nil
}

// write leaves either the whole file at path or what was there: replaced tells
// which. A file that is replaced is on the disk unless there is an error, too; then
// the one before may be back after a power failure. With first set it never
// replaces a file.
func (f *keyFile) write(path string, first bool) (replaced bool, err error) {
	text, err := json.Marshal(f)
	if err != nil {
		return false, err
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return false, err
	}
	defer func() {
		if !replaced {
			err = errors.Join(err, os.Remove(part.Name()))
		}
	}()
	_, err = part.Write(append(text, '\n'))
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return false, err
	}
	if _, err := os.Lstat(path); first && !errors.Is(err, os.ErrNotExist) {
		return false, fmt.Errorf("%s has come into being meanwhile", path)
	}
	if err = os.Rename(part.Name(), path); err != nil {
		return false, err
	}
	return true, syncTo(filepath.Dir(path))
}
