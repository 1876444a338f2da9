package store

import (
	"errors"
	"fmt"
	"strings"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/secret"
)

// secretPlace binds a sealed key to its row and to the host it may be sent to:
// moved to another row or host, the ciphertext no longer opens.
func secretPlace(id int64, baseURL string) string {
	return fmt.Sprintf("provider_keys|secret|%d|%s", id, catalog.Origin(baseURL))
}

// openSecret opens a provider key. Codes: secret_key_mismatch, secret_key_missing.
func openSecret(sealer Sealer, r providerKeyRow, baseURL string) (secret.Value, error) {
	clear, err := sealer.Open(r.Secret, secretPlace(r.ID, baseURL))
	if cannotOpen(err) {
		return secret.Value{}, err
	}
	if err != nil {
		return secret.Value{}, apperr.Wrap(err, "secret_key_mismatch", "ProviderKeyID", r.ID)
	}
	return secret.New(string(clear)), nil
}

// cannotOpen tells whether there is no key at hand, whatever was to be opened.
func cannotOpen(err error) bool {
	return errors.Is(err, secret.ErrLocked) || apperr.Code(err) == "secret_key_missing"
}

// headerPlace binds the sealed value of a header in the same way.
func headerPlace(provider int64, name, baseURL string) string {
	return fmt.Sprintf("provider_headers|sealed|%d|%s|%s", provider, strings.ToLower(name), catalog.Origin(baseURL))
}

// openHeader opens a header whose value is sealed. Codes: as openSecret's.
func openHeader(sealer Sealer, r providerHeaderRow, baseURL string) (catalog.Header, error) {
	if r.Sealed == nil {
		return catalog.NewHeader(r.Name, r.Value), nil
	}
	clear, err := sealer.Open(r.Sealed, headerPlace(r.ProviderID, r.Name, baseURL))
	if cannotOpen(err) {
		return catalog.Header{}, err
	}
	if err != nil {
		return catalog.Header{}, apperr.Wrap(err, "secret_key_mismatch", "Header", r.Name)
	}
	return catalog.NewHeader(r.Name, string(clear)), nil
}
