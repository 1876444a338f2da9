package store

import (
	"errors"
	"fmt"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/secret"
)

// secretPlace binds a sealed key to its row and to the host it may be sent to:
// moved to another row or host, the ciphertext no longer opens.
func secretPlace(id int64, baseURL string) string {
	return fmt.Sprintf("provider_keys|secret|%d|%s", id, catalog.Origin(baseURL))
}

// openSecret opens a provider key. Code: secret_key_mismatch.
func openSecret(sealer Sealer, r providerKeyRow, baseURL string) (secret.Value, error) {
	clear, err := sealer.Open(r.Secret, secretPlace(r.ID, baseURL))
	if errors.Is(err, secret.ErrLocked) {
		return secret.Value{}, err
	}
	if err != nil {
		return secret.Value{}, apperr.Wrap(err, "secret_key_mismatch", "ProviderKeyID", r.ID)
	}
	return secret.New(string(clear)), nil
}
