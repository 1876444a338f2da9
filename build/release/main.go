// Command release writes what a running Headgate looks for: the manifest of a
// release, signed.
//
//	release keygen -out DIR        a new key: headgate.key, headgate.pub
//	release manifest -version V -base URL -out DIR FILE…
//	                               manifest.json and manifest.json.minisig
//	release verify -key RW… MANIFEST
//
// The private key is the text of headgate.key, in HEADGATE_RELEASE_KEY; where
// HEADGATE_RELEASE_PASSWORD was set for keygen it is locked with that. It belongs into the secrets of who
// makes releases and nowhere else; the public key is built into the program with
// -ldflags "-X headgate/app/update.PublicKey=RW… -X headgate/app/update.ManifestURL=…".
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"aead.dev/minisign"

	"headgate/app/update"
)

const (
	keyVariable      = "HEADGATE_RELEASE_KEY"
	passwordVariable = "HEADGATE_RELEASE_PASSWORD"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("say keygen, manifest or verify")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	folder := flags.String("out", ".", "folder to write to")
	version := flags.String("version", "", "semantic version, without v")
	base := flags.String("base", "", "URL of the folder that the files will be fetched from")
	date := flags.String("date", "", "RFC 3339; default: now")
	days := flags.Int("days", 0, "after so many days the manifest proves nothing any more; 0: never")
	notes := flags.String("notes", "", "file with what has changed, plain text")
	page := flags.String("page", "", "URL where people read about the release")
	key := flags.String("key", "", "public key")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "keygen":
		return keygen(*folder, out)
	case "manifest":
		m := update.Manifest{Version: *version, Page: *page, Date: time.Now().UTC().Truncate(time.Second)}
		if *date != "" {
			at, err := time.Parse(time.RFC3339, *date)
			if err != nil {
				return err
			}
			m.Date = at.UTC()
		}
		if *days > 0 {
			m.Expires = m.Date.AddDate(0, 0, *days)
		}
		if *notes != "" {
			text, err := os.ReadFile(*notes)
			if err != nil {
				return err
			}
			m.Notes = strings.TrimSpace(string(text))
		}
		return manifest(m, *folder, *base, flags.Args(), out)
	case "verify":
		if flags.NArg() != 1 {
			return errors.New("verify takes one manifest")
		}
		return verify(*key, flags.Arg(0), out)
	}
	return fmt.Errorf("%q is none of keygen, manifest, verify", args[0])
}

func keygen(folder string, out io.Writer) error {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	kept, err := private.MarshalText()
	if password := os.Getenv(passwordVariable); password != "" && err == nil {
		kept, err = minisign.EncryptKey(password, private)
	}
	if err != nil {
		return err
	}
	text, err := public.MarshalText()
	if err != nil {
		return err
	}
	path := filepath.Join(folder, "headgate.key")
	if err := writeNew(path, kept, 0o600); err != nil {
		return err
	}
	if err := writeNew(filepath.Join(folder, "headgate.pub"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Fprintln(out, public.String())
	return nil
}

// writeNew never writes over a key.
func writeNew(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// names tell what a file of a release is: headgate_VERSION_OS_ARCH, then its kind.
var names = regexp.MustCompile(`^(headgate|headgate-server)_.+_(linux|windows|darwin)_(amd64|arm64|universal)(_setup\.exe|\.tar\.gz|\.zip|\.dmg)$`)

// describe returns a file as the manifest has it; false: nothing is updated by it,
// such as by a package, which its manager brings.
func describe(path, base string) (update.File, bool, error) {
	f := update.File{Name: filepath.Base(path), URL: strings.TrimSuffix(base, "/") + "/" + filepath.Base(path)}
	parts := names.FindStringSubmatch(f.Name)
	if parts == nil {
		return f, false, nil
	}
	f.OS, f.Arch = parts[2], parts[3]
	if f.Arch == "universal" {
		f.Arch = "any"
	}
	switch parts[4] {
	case "_setup.exe":
		f.Kind = update.KindSetup
	case ".dmg":
		f.Kind = update.KindImage
	case ".tar.gz":
		f.Kind = update.KindArchive
	default:
		return f, false, nil
	}
	if parts[1] == "headgate-server" {
		f.Kind = update.KindServer
	}
	in, err := os.Open(path)
	if err != nil {
		return f, false, err
	}
	defer func() { _ = in.Close() }()
	hash := sha256.New()
	if f.Size, err = io.Copy(hash, in); err != nil {
		return f, false, err
	}
	f.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return f, true, nil
}

func manifest(m update.Manifest, folder, base string, files []string, out io.Writer) error {
	private, err := signingKey()
	if err != nil {
		return err
	}
	m.Files = []update.File{}
	for _, path := range files {
		f, is, err := describe(path, base)
		if err != nil {
			return err
		}
		if is {
			m.Files = append(m.Files, f)
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	signature := minisign.SignWithComments(private, text,
		fmt.Sprintf("Headgate %s, %s", m.Version, m.Date.Format(time.RFC3339)), "signature of Headgate's manifest.json")
	public, ok := private.Public().(minisign.PublicKey)
	if !ok {
		return errors.New("the key has no public half")
	}
	// What the program would refuse never leaves the house.
	if _, err := update.Read(text, signature, public.String()); err != nil {
		return err
	}
	path := filepath.Join(folder, "manifest.json")
	if err := errors.Join(os.WriteFile(path, text, 0o644), os.WriteFile(path+".minisig", signature, 0o644)); err != nil { //nolint:gosec // they are public
		return err
	}
	fmt.Fprintf(out, "%s: %s, %d files\n", path, m.Version, len(m.Files))
	return nil
}

// signingKey is the environment's.
func signingKey() (key minisign.PrivateKey, err error) {
	text, password := []byte(os.Getenv(keyVariable)), os.Getenv(passwordVariable)
	if minisign.IsEncrypted(text) {
		if key, err = minisign.DecryptKey(password, text); err != nil {
			return key, fmt.Errorf("open the key in %s with the password in %s: %w", keyVariable, passwordVariable, err)
		}
		return key, nil
	}
	if err := key.UnmarshalText(text); err != nil {
		return key, fmt.Errorf("%s holds no key: %w", keyVariable, err)
	}
	return key, nil
}

func verify(key, path string, out io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	signature, err := os.ReadFile(path + ".minisig")
	if err != nil {
		return err
	}
	m, err := update.Read(text, signature, key)
	if err != nil {
		return err
	}
	for _, f := range m.Files {
		fmt.Fprintf(out, "%s %s/%s %s %d %s\n", m.Version, f.OS, f.Arch, f.Kind, f.Size, f.SHA256)
	}
	return nil
}
