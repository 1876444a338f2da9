//go:build window && linux

package window

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headgate/app/secret"
)

// The key is in the Secret Service of the session, and nowhere else, until it is
// kept in a file; then its entry is gone.
func TestKeychain(t *testing.T) {
	home := t.TempDir()
	startKeyring(t, home)
	o := secret.Options{Path: filepath.Join(t.TempDir(), "secret.key"), Keychain: secret.SystemKeychain{}, PreferKeychain: true}
	s := secret.Open(o)
	sealed, err := s.Seal([]byte("sk-canary"), "place")
	if err != nil {
		t.Fatal(err)
	}
	if s.Kept() != secret.KeepKeychain {
		t.Fatalf("the key is kept in %q", s.Kept())
	}
	if out, err := exec.Command("grep", "-ral", "sk-canary", home, filepath.Dir(o.Path)).Output(); err == nil {
		t.Errorf("the text stands in clear in %s", out)
	}
	again := secret.Open(o)
	if plain, err := again.Open(sealed, "place"); err != nil || string(plain) != "sk-canary" {
		t.Errorf("another start opens %q, %v", plain, err)
	}

	if err := again.KeepIn(secret.KeepFile, ""); err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, "place"); err != nil || string(plain) != "sk-canary" {
		t.Errorf("kept in a file it opens %q, %v", plain, err)
	}
	if out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.SearchItems", "dict:string:string:service,Headgate").CombinedOutput(); err != nil || strings.Contains(string(out), "/collection/") {
		t.Errorf("the entry is still there: %s, %v", out, err)
	}
}

// startKeyring runs a Secret Service with its files under home.
func startKeyring(t *testing.T, home string) {
	t.Helper()
	var said bytes.Buffer
	daemon := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", "--control-directory", filepath.Join(home, "control"))
	daemon.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home)
	daemon.Stdin, daemon.Stderr = strings.NewReader("password"), &said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	owned := func() bool {
		out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets").Output()
		return err == nil && strings.Contains(string(out), "boolean true")
	}
	for end := time.Now().Add(40 * time.Second); !owned(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no Secret Service within 40 s: %s", said.String())
		}
	}
}
