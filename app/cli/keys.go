package cli

import (
	"os"
	"strings"

	"headgate/app/apperr"
	"headgate/app/secret"
)

// Variables that hold what opens the keys, or the name of a file with it.
const (
	masterKeyVariable     = "HEADGATE_MASTER_KEY"
	masterKeyFileVariable = "HEADGATE_MASTER_KEY_FILE"
	leastMasterKey        = 16 // characters
	mostMasterKey         = 64 << 10
)

// secrets says where this run finds the keys. Where nobody looks, as for serve, a
// first key isn't put into the keychain of who happens to be logged in.
// Codes: master_key_unreadable, master_key_short.
func secrets(env map[string]string, preferKeychain bool) (secret.Options, error) {
	o := secret.Options{Keychain: secret.SystemKeychain{}, PreferKeychain: preferKeychain, Passphrase: env[masterKeyVariable]}
	if path := env[masterKeyFileVariable]; path != "" && o.Passphrase == "" {
		info, err := os.Stat(path)
		if err == nil && info.Size() > mostMasterKey {
			return o, apperr.New("master_key_unreadable", "File", path, "Reason", "it is too large to be one")
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return o, apperr.Wrap(err, "master_key_unreadable", "File", path, "Reason", reason(err))
		}
		o.Passphrase = strings.TrimSpace(string(text))
		if o.Passphrase == "" {
			return o, apperr.New("master_key_short", "Min", leastMasterKey)
		}
	}
	if o.Passphrase != "" && len([]rune(o.Passphrase)) < leastMasterKey {
		return o, apperr.New("master_key_short", "Min", leastMasterKey)
	}
	return o, nil
}
