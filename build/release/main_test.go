package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the tool writes, the program takes; what was changed afterwards, it doesn't.
func TestManifestIsTakenByTheProgram(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(passwordVariable, "") // one costs seconds, on purpose
	var out bytes.Buffer
	if err := run([]string{"keygen", "-out", dir}, &out); err != nil {
		t.Fatal(err)
	}
	public := strings.TrimSpace(out.String())
	key, err := os.ReadFile(filepath.Join(dir, "headgate.key"))
	if err != nil || !strings.HasPrefix(public, "RW") || strings.Contains(string(key), public) {
		t.Fatalf("made %s: %v", public, err)
	}
	if err := run([]string{"keygen", "-out", dir}, &out); err == nil {
		t.Error("a key was written over")
	}
	var files []string
	for _, name := range []string{
		"headgate_1.3.0_linux_amd64.tar.gz", "headgate_1.3.0_windows_arm64_setup.exe", "headgate_1.3.0_darwin_universal.dmg",
		"headgate-server_1.3.0_linux_arm64.tar.gz", "headgate_1.3.0_linux_amd64.deb", "headgate_1.3.0_windows_amd64.zip", "SHA256SUMS",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("content of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	make := append([]string{
		"manifest", "-version", "1.3.0", "-date", "2026-11-01T00:00:00Z", "-base", "https://headgate.example/1.3.0/", "-out", dir,
	}, files...)
	if err := run(make, &out); err == nil {
		t.Error("signed without a key")
	}
	t.Setenv(keyVariable, string(key))
	if err := run(make, &out); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "manifest.json")
	out.Reset()
	if err := run([]string{"verify", "-key", public, path}, &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"linux/amd64 archive", "windows/arm64 setup", "darwin/any image", "linux/arm64 server"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("verified\n%s", out.String())
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d files are in it:\n%s", n, out.String())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("1.3.0"), []byte("1.3.1"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"verify", "-key", public, path}, &out); err == nil {
		t.Error("a changed manifest was taken")
	}
}
