package secret

import (
	"encoding/base64"
	"errors"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain keeps keys by the name of an account.
type Keychain interface {
	// Get returns a key. ErrNoEntry when there is none.
	Get(account string) ([]byte, error)
	Set(account string, key []byte) error
	// Delete removes a key; one that isn't there is no error.
	Delete(account string) error
}

// ErrNoEntry: the keychain works and has no such key.
var ErrNoEntry = errors.New("the keychain has no such entry")

// service is Headgate's name in keychains.
const service = "Headgate"

// keychainLimit is how long an answer may take. A locked keychain asks the person
// first, in a window of its own; what is answered later counts the next time.
const keychainLimit = 5 * time.Second

// errKeychainLate: the keychain has not answered within keychainLimit.
var errKeychainLate = errors.New("the keychain did not answer within 5 s; it may be waiting for its password")

// SystemKeychain is the system's keychain: the Secret Service, the Keychain of macOS, the
// Credential Manager of Windows.
type SystemKeychain struct{}

// Get returns a key.
func (SystemKeychain) Get(account string) ([]byte, error) {
	return within(func() ([]byte, error) {
		text, err := keyring.Get(service, account)
		if errors.Is(err, keyring.ErrNotFound) {
			return nil, ErrNoEntry
		}
		if err != nil {
			return nil, err
		}
		return base64.StdEncoding.DecodeString(text)
	})
}

// Set keeps a key.
func (SystemKeychain) Set(account string, key []byte) error {
	_, err := within(func() ([]byte, error) {
		return nil, keyring.Set(service, account, base64.StdEncoding.EncodeToString(key))
	})
	return err
}

// Delete removes a key.
func (SystemKeychain) Delete(account string) error {
	_, err := within(func() ([]byte, error) {
		err := keyring.Delete(service, account)
		if errors.Is(err, keyring.ErrNotFound) {
			return nil, nil
		}
		return nil, err
	})
	return err
}

// within asks the keychain, whose libraries can't be told to give up.
func within(ask func() ([]byte, error)) ([]byte, error) {
	type answer struct {
		key []byte
		err error
	}
	answered := make(chan answer, 1)
	go func() {
		key, err := ask()
		answered <- answer{key, err}
	}()
	select {
	case a := <-answered:
		return a.key, a.err
	case <-time.After(keychainLimit):
		return nil, errKeychainLate
	}
}
