// Package update finds out whether there is a newer release, fetches it, and hands
// it to what installs it, each only when a person wants it.
//
// A release is described by a manifest, a JSON file with a detached signature of
// minisign's format beside it (its name with .minisig). The key that it is checked
// with is built into the program: neither who serves the files nor who sits between
// can make up a release, bring back an older one, or change a file.
package update

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"time"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"

	"headgate/app/apperr"
)

// What the build sets (-ldflags -X); without both it can't update itself.
var (
	PublicKey   string // minisign's line, RW…
	ManifestURL string // https
)

// Manifest is a release.
type Manifest struct {
	Version string    `json:"version"` // semantic, without v
	Date    time.Time `json:"date"`    // when it was signed; a later one counts more
	Expires time.Time `json:"expires"` // after which it proves nothing any more; zero: never
	Notes   string    `json:"notes"`   // plain text, what has changed
	Page    string    `json:"page"`    // where a person can fetch and read about it
	Files   []File    `json:"files"`
}

// File is one thing to install.
type File struct {
	OS     string `json:"os"`     // as Go says it
	Arch   string `json:"arch"`   // as Go says it; "any" fits all
	Kind   string `json:"kind"`   // see the Kind constants
	Name   string `json:"name"`   // without a folder
	URL    string `json:"url"`    // https
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // in hex
}

// The kinds of files.
const (
	KindSetup   = "setup"   // Windows' installer
	KindArchive = "archive" // a tar.gz with the programs
	KindImage   = "image"   // macOS' disk image
	KindServer  = "server"  // the program for servers, which a person puts in its place
)

// Limits of what is read, in bytes.
const (
	maxManifest  = 256 << 10
	maxSignature = 4 << 10
	maxFile      = 1 << 30
	maxNotes     = 64 << 10
)

var (
	fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}$`)
	hashText = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Read checks a manifest's signature and reads it.
// Codes: update_signature_wrong, update_manifest_invalid.
func Read(text, signature []byte, publicKey string) (Manifest, error) {
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(publicKey)); err != nil {
		return Manifest{}, apperr.Wrap(err, "update_unable")
	}
	if !minisign.Verify(key, text, signature) {
		return Manifest{}, apperr.New("update_signature_wrong")
	}
	var m Manifest
	decoder := json.NewDecoder(bytes.NewReader(text)) // what a later program adds is let be
	if err := decoder.Decode(&m); err != nil {
		return m, apperr.Wrap(err, "update_manifest_invalid")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return m, apperr.New("update_manifest_invalid")
	}
	if err := m.check(); err != nil {
		return m, apperr.Wrap(err, "update_manifest_invalid")
	}
	return m, nil
}

func (m Manifest) check() error {
	switch {
	case !semver.IsValid("v" + m.Version):
		return errors.New("the version is no version")
	case m.Date.IsZero():
		return errors.New("there is no date")
	case len(m.Notes) > maxNotes:
		return errors.New("the notes are too long")
	case m.Page != "" && !isSafe(m.Page):
		return errors.New("the page has no safe address")
	}
	for _, f := range m.Files {
		if hash, err := hex.DecodeString(f.SHA256); err != nil || len(hash) != 32 || !hashText.MatchString(f.SHA256) ||
			!fileName.MatchString(f.Name) || f.Size <= 0 || f.Size > maxFile || !isSafe(f.URL) {
			return errors.New("the file " + f.Name + " is not described as it must be")
		}
	}
	return nil
}

// file returns what fits a system; nil: nothing does.
func (m Manifest) file(goos, arch, kind string) *File {
	at := slices.IndexFunc(m.Files, func(f File) bool {
		return f.OS == goos && (f.Arch == arch || f.Arch == "any") && f.Kind == kind
	})
	if at < 0 {
		return nil
	}
	return &m.Files[at]
}

// isSafe tells whether nobody on the way can read along or change what an address
// leads to. This machine itself is no way.
func isSafe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isHere(u.Hostname())
}

func isHere(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

// newer tells whether a version is later than another. One that isn't a version
// was built by somebody who knows better.
func newer(version, than string) bool {
	return semver.IsValid("v"+than) && semver.Compare("v"+version, "v"+than) > 0
}
