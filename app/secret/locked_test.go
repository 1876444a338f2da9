package secret_test

import (
	"bytes"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/secret"
)

func TestLock(t *testing.T) {
	t.Parallel()
	const plain, phrase = "a text with sk-canary-0123456789 in it", "correct hörse"
	locked, err := secret.Lock([]byte(plain), phrase)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(locked), "-----BEGIN AGE ENCRYPTED FILE-----\n") || bytes.Contains(locked, []byte("canary")) {
		t.Errorf("locked is\n%s", locked)
	}
	if !secret.IsLocked(locked) || !secret.IsLocked(append([]byte("\r\n "), locked...)) || secret.IsLocked([]byte(plain)) || secret.IsLocked(nil) {
		t.Error("what is locked is told wrongly")
	}
	if got, err := secret.Unlock(append([]byte("\n"), locked...), phrase, 1<<20); string(got) != plain {
		t.Errorf("unlocked %q, %v", got, err)
	}
	if got, err := secret.Unlock(locked, phrase, 6); string(got) != "a text" {
		t.Errorf("unlocked %q, %v", got, err)
	}
	for name, c := range map[string]struct {
		file   []byte
		phrase string
		code   string
	}{
		"no passphrase": {locked, "", "passphrase_needed"},
		"wrong":         {locked, "correct horse", "passphrase_wrong"},
		"cut":           {locked[:len(locked)/2], phrase, "locked_file_broken"},
		"no file":       {[]byte("-----BEGIN AGE ENCRYPTED FILE-----\n"), phrase, "locked_file_broken"},
		"no file, raw":  {[]byte("age-encryption.org/v1\n"), phrase, "locked_file_broken"},
	} {
		if got, err := secret.Unlock(c.file, c.phrase, 1<<20); apperr.Code(err) != c.code || len(got) > 0 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := secret.Lock([]byte(plain), "7 chars"); apperr.Code(err) != "passphrase_short" {
		t.Errorf("a short passphrase: %v", err)
	}
}
