package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"headgate/app/apperr"
)

// cost is how much work a password check is.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

var costNow = cost{memory: 19 << 10, time: 2, threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// hashPassword returns the argon2id hash of a password in PHC form.
func hashPassword(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	return encodeHash(costNow, salt, costNow.hash(password, salt, hashBytes))
}

func (c cost) hash(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, size)
}

func encodeHash(c cost, salt, hash []byte) string {
	plain := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		plain.EncodeToString(salt), plain.EncodeToString(hash))
}

var errHash = errors.New("the stored password hash is not one of argon2id")

// passwordHash is a hash in parts.
type passwordHash struct {
	cost       cost
	salt, hash []byte
}

func parseHash(text string) (p passwordHash, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.memory, &p.cost.time, &p.cost.threads); err != nil {
		return p, errHash
	}
	plain := base64.RawStdEncoding.Strict()
	if p.salt, err = plain.DecodeString(parts[4]); err != nil {
		return p, errHash
	}
	if p.hash, err = plain.DecodeString(parts[5]); err != nil {
		return p, errHash
	}
	const mostMemory, mostTime = 1 << 20, 100
	c := p.cost
	if c.memory < 8 || c.memory > mostMemory || c.time < 1 || c.time > mostTime || c.threads < 1 || len(p.hash) < 16 {
		return p, errHash
	}
	return p, nil
}

func (p passwordHash) fits(password string) bool {
	got := p.cost.hash(password, p.salt, uint32(len(p.hash))) //nolint:gosec // a few dozen bytes
	return subtle.ConstantTimeCompare(got, p.hash) == 1
}

// credential is who may log in.
type credential struct {
	username string
	given    bool // with the start of this run
	hash     func() passwordHash
}

// fits takes the same time whether the user or the password is wrong.
func (c credential) fits(username, password string) bool {
	user := subtle.ConstantTimeCompare([]byte(username), []byte(c.username))
	return c.hash().fits(password) && user == 1
}

const defaultUsername = "admin"

// minPassword is what keeps somebody out who has the pages before them and five
// tries a minute, or a stolen hash: characters.
const minPassword = 12

func isShort(password string) bool { return utf8.RuneCountInString(password) < minPassword }

// findCredential takes what this run was given, else what is stored, else makes
// a password and stores its hash. Code: admin_password_short.
func findCredential(ctx context.Context, o Options) (who credential, made string, err error) {
	storedName, stored, err := o.App.Store.Admin(ctx)
	if err != nil {
		return who, "", fmt.Errorf("read the administrator: %w", err)
	}
	who.username = defaultUsername
	for _, name := range []string{o.Username, storedName} {
		if name != "" {
			who.username = name
			break
		}
	}
	if o.Password != "" {
		if isShort(o.Password) {
			return who, "", apperr.New("admin_password_short", "Min", minPassword)
		}
		who.given = true
		// Hashed at the first login: a start shouldn't wait for it.
		who.hash = sync.OnceValue(func() passwordHash {
			p, _ := parseHash(hashPassword(o.Password)) // our own form
			return p
		})
		return who, "", nil
	}
	if stored == "" {
		made = rand.Text()
		stored = hashPassword(made)
		if err := o.App.Store.SaveAdmin(ctx, who.username, stored); err != nil {
			return who, "", fmt.Errorf("store the administrator: %w", err)
		}
	}
	hash, err := parseHash(stored)
	if err != nil {
		return who, "", err
	}
	who.hash = func() passwordHash { return hash }
	return who, made, nil
}
