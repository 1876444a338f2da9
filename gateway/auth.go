package gateway

import (
	"crypto/sha256"
	"net/http"
	"strings"
)

// credentialHeaders are where tools put their key, by habit of their dialect.
var credentialHeaders = []string{"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key"}

// credential returns the hash of the one key in a request. Two different keys
// are none: it would be a guess which of them was checked elsewhere.
func credential(h http.Header) (hash [32]byte, ok bool) {
	var found string
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if name == "Authorization" {
				scheme, token, _ := strings.Cut(value, " ")
				if !strings.EqualFold(scheme, "Bearer") {
					return hash, false
				}
				value = token
			}
			value = strings.TrimSpace(value)
			if value == "" || found != "" && value != found {
				return hash, false
			}
			found = value
		}
	}
	if found == "" {
		return hash, false
	}
	return sha256.Sum256([]byte(found)), true
}
