package update_test

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/update"
)

type entry struct {
	name, text string
	mode       int64
	kind       byte
}

func archive(t *testing.T, entries ...entry) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "a.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	w := tar.NewWriter(packed)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		h := &tar.Header{Name: e.name, Mode: e.mode, Typeflag: e.kind}
		if e.kind == tar.TypeReg {
			h.Size = int64(len(e.text))
		} else {
			h.Linkname = e.text
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if e.kind == tar.TypeReg {
			if _, err := w.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []interface{ Close() error }{w, packed, f} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return f.Name()
}

func TestProgramIsExchangedWholeOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct {
		entries       []entry
		fails         string
		window, serve string // what is there afterwards
	}{
		"Both": {[]entry{
			{name: "headgate_1.3.0/README.md", text: "read", mode: 0o644},
			{name: "headgate_1.3.0/bin/headgate", text: "new window", mode: 0o755},
			{name: "headgate_1.3.0/bin/headgate-server", text: "new serve", mode: 0o755},
			{name: "headgate_1.3.0/share/headgate", text: "no program", mode: 0o644},
		}, "", "new window", "new serve"},
		"OnlyTheWindow": {[]entry{{name: "headgate", text: "new window", mode: 0o755}}, "", "new window", "old serve"},
		"NoProgram":     {[]entry{{name: "headgate-server", text: "new serve", mode: 0o755}}, "has no headgate", "old window", "old serve"},
		"Link":          {[]entry{{name: "headgate", text: "/bin/sh", mode: 0o777, kind: tar.TypeSymlink}}, "has no headgate", "old window", "old serve"},
		"Empty":         {nil, "has no headgate", "old window", "old serve"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for file, text := range map[string]string{"headgate": "old window", "headgate-server": "old serve"} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o700); err != nil { //nolint:gosec // a program
					t.Fatal(err)
				}
			}
			err := update.Exchange(archive(t, c.entries...), filepath.Join(folder, "headgate"))
			if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("got %v", err)
			}
			for file, want := range map[string]string{"headgate": c.window, "headgate-server": c.serve} {
				got, err := os.ReadFile(filepath.Join(folder, file))
				info, _ := os.Stat(filepath.Join(folder, file))
				if err != nil || string(got) != want || info.Mode()&0o100 == 0 {
					t.Errorf("%s is %q, %v", file, got, err)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Run("BrokenArchive", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a.tar.gz")
		if err := os.WriteFile(path, []byte("no archive"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := update.Exchange(path, filepath.Join(t.TempDir(), "headgate")); err == nil {
			t.Error("a broken archive was taken")
		}
	})
}
