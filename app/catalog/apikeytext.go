package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"
)

// A made key is "hg-", 32 random bytes in base 62, and a checksum of both: text
// that a scanner for leaked keys can tell from any other.
const (
	madePrefix     = "hg-"
	randomBytes    = 32
	randomDigits   = 43 // ⌈256 / log2 62⌉
	checkDigits    = 6  // ⌈32 / log2 62⌉
	base62         = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	leastAPIKey    = 16
	mostAPIKey     = 256
	shownOfMade    = len(madePrefix) + 4
	shownOfBrought = 4
)

func makeAPIKey() (string, error) {
	random := make([]byte, randomBytes)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	text := madePrefix + digits(new(big.Int).SetBytes(random), randomDigits)
	check := new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text))))
	return text + digits(check, checkDigits), nil
}

// digits writes n in base 62, with leading zeros up to the width.
func digits(n *big.Int, width int) string {
	out := make([]byte, width)
	base, digit := big.NewInt(int64(len(base62))), new(big.Int)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = base62[digit.Int64()]
	}
	return string(out)
}

// isAPIKey accepts made keys and those that people bring along.
func isAPIKey(text string) bool {
	return len(text) >= leastAPIKey && len(text) <= mostAPIKey && !strings.ContainsFunc(text, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
	})
}

// setText makes k the record of a key: its hash, and what may be shown of it.
func (k *APIKey) setText(text string) {
	hash := sha256.Sum256([]byte(text))
	k.Hash = hash[:]
	shown := shownOfBrought
	if strings.HasPrefix(text, madePrefix) {
		shown = shownOfMade
	}
	k.Prefix, k.LastFour = text[:shown], text[len(text)-4:]
}
