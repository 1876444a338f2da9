package secret

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"headgate/app/apperr"
)

// Keep is where the key is kept that wraps the data key.
type Keep string

// Where the wrapping key is kept.
const (
	KeepKeychain Keep = "keychain" // the system's, which opens with the person's session
	// KeepPassphrase is nowhere: the key is made of a passphrase, by argon2id.
	KeepPassphrase Keep = "passphrase"
	// KeepFile is the key file itself: whoever reads it can open everything, and
	// nothing else guards it than the file's mode.
	KeepFile Keep = "key_file"
)

// wrapping says how the wrapping key is come by.
type wrapping struct {
	Kind    Keep   `json:"kind"`
	Key     []byte `json:"key,omitempty"`     // of KeepFile
	Account string `json:"account,omitempty"` // of KeepKeychain: the name of the entry
	Salt    []byte `json:"salt,omitempty"`    // of KeepPassphrase, and argon2id's cost:
	Time    uint32 `json:"time,omitempty"`
	Memory  uint32 `json:"memory,omitempty"` // KiB
	Threads uint8  `json:"threads,omitempty"`
}

// What argon2id costs: half a second or so. A file may ask for more, but not for
// so much that reading it would stop the machine.
const (
	argonTime, mostTime     = 3, 32
	argonMemory, mostMemory = 64 << 10, 1 << 20 // KiB
	argonThreads            = 4
	mostThreads             = 64
	saltSize                = 16
)

func (w wrapping) check() error {
	switch w.Kind {
	case KeepFile:
		return nil
	case KeepKeychain:
		if w.Account == "" {
			return errors.New("it names no entry of the keychain")
		}
		return nil
	case KeepPassphrase:
		if len(w.Salt) < saltSize || w.Time < 1 || w.Time > mostTime || w.Memory < 8*uint32(w.Threads) || w.Memory > mostMemory ||
			w.Threads < 1 || w.Threads > mostThreads {
			return errors.New("its passphrase's parameters are none that were written here")
		}
		return nil
	}
	return fmt.Errorf("a key in %q is not known here", w.Kind)
}

// derive makes the wrapping key of a passphrase.
func (w wrapping) derive(passphrase string) []byte {
	return argon2.IDKey([]byte(passphrase), w.Salt, w.Time, w.Memory, w.Threads, keySize)
}

// newWrapping makes a wrapping key and puts it where it is to be kept. passphrase
// is KeepPassphrase's. Codes: passphrase_short, keychain_unavailable.
func newWrapping(keep Keep, chain Keychain, passphrase string) (w wrapping, key []byte, err error) {
	w.Kind = keep
	switch keep {
	case KeepPassphrase:
		if len([]rune(passphrase)) < LeastPassphrase {
			return w, nil, apperr.New("passphrase_short", "Min", LeastPassphrase)
		}
		w.Salt, w.Time, w.Memory, w.Threads = make([]byte, saltSize), argonTime, argonMemory, argonThreads
		_, _ = rand.Read(w.Salt) // never fails
		return w, w.derive(passphrase), nil
	case KeepKeychain:
		key = newKey()
		w.Account = "key-" + hex.EncodeToString(newKey()[:8])
		return w, key, keepInChain(chain, w.Account, key)
	case KeepFile:
		w.Key = newKey()
		return w, w.Key, nil
	}
	return w, nil, apperr.New("keep_unknown", "Keep", string(keep))
}

// keepInChain makes an entry and reads it back: a keychain that takes a key and
// doesn't give it back would cost all that is sealed.
func keepInChain(chain Keychain, account string, key []byte) error {
	if chain == nil {
		return apperr.New("keychain_unavailable")
	}
	if err := chain.Set(account, key); err != nil {
		return apperr.Wrap(err, "keychain_unavailable")
	}
	back, err := chain.Get(account)
	if err != nil || string(back) != string(key) {
		_ = chain.Delete(account) // it is of no use
		return apperr.Wrap(errors.Join(err, errors.New("the entry reads back as something else")), "keychain_unavailable")
	}
	return nil
}
