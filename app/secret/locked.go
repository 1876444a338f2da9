package secret

import (
	"bytes"
	"errors"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"headgate/app/apperr"
)

// A locked file is an age file under a passphrase, in its text form. What opens
// age files opens it too.

const (
	// workFactor is the logarithm of scrypt's cost: 128 MiB and half a second or
	// so, each time that a passphrase is tried.
	workFactor = 17
	// mostWork is what a file of others may ask for: 1 GiB.
	mostWork = 20
	// LeastPassphrase is how many characters a passphrase needs.
	LeastPassphrase = 8
)

// ageIntro begins an age file that is no text.
const ageIntro = "age-encryption.org/v1"

// IsLocked reports whether a file is an age file, by how it begins.
func IsLocked(file []byte) bool {
	file = bytes.TrimLeft(file, " \t\r\n")
	return bytes.HasPrefix(file, []byte(armor.Header)) || bytes.HasPrefix(file, []byte(ageIntro))
}

// Lock encrypts a text under a passphrase. Code: passphrase_short.
func Lock(text []byte, passphrase string) ([]byte, error) {
	if len([]rune(passphrase)) < LeastPassphrase {
		return nil, apperr.New("passphrase_short", "Min", LeastPassphrase)
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(workFactor)
	var out bytes.Buffer
	lines := armor.NewWriter(&out)
	sealed, err := age.Encrypt(lines, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := sealed.Write(text); err != nil {
		return nil, err
	}
	err = errors.Join(sealed.Close(), lines.Close())
	return out.Bytes(), err
}

// Unlock returns the text of a locked file, of which it reads at most so many
// bytes. Codes: passphrase_needed, passphrase_wrong, locked_file_broken.
func Unlock(file []byte, passphrase string, most int64) ([]byte, error) {
	if passphrase == "" {
		return nil, apperr.New("passphrase_needed")
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(mostWork)
	var in io.Reader = bytes.NewReader(bytes.TrimLeft(file, " \t\r\n"))
	if !bytes.HasPrefix(bytes.TrimLeft(file, " \t\r\n"), []byte(ageIntro)) {
		in = armor.NewReader(in)
	}
	text, err := age.Decrypt(in, identity)
	if _, noMatch := errors.AsType[*age.NoIdentityMatchError](err); noMatch {
		return nil, apperr.Wrap(err, "passphrase_wrong")
	}
	if err != nil {
		return nil, apperr.Wrap(err, "locked_file_broken")
	}
	plain, err := io.ReadAll(io.LimitReader(text, most))
	if err != nil {
		return nil, apperr.Wrap(err, "locked_file_broken")
	}
	return plain, nil
}
