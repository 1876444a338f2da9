package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrCannotOpen is what Open returns for a ciphertext of another key, of
// another place, or damaged. Which of them it was can't be told.
var ErrCannotOpen = errors.New("the ciphertext does not open with this key at this place")

// sealedForm is the first byte of every ciphertext: XChaCha20-Poly1305, a
// nonce of 24 bytes, then the text with its tag.
const sealedForm = 1

// seal encrypts plain under key, bound to place.
func seal(key, plain []byte, place string) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0] = sealedForm
	nonce := out[1:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(out, nonce, plain, []byte(place)), nil
}

// open undoes seal. It fails with ErrCannotOpen.
func open(key, sealed []byte, place string) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	head := 1 + aead.NonceSize()
	if len(sealed) < head+aead.Overhead() || sealed[0] != sealedForm {
		return nil, ErrCannotOpen
	}
	plain, err := aead.Open(nil, sealed[1:head], sealed[head:], []byte(place))
	if err != nil {
		return nil, ErrCannotOpen
	}
	return plain, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("use the data key: %w", err)
	}
	return aead, nil
}

// keySize is that of all keys, in bytes.
const keySize = chacha20poly1305.KeySize

func newKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return key
}
