package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestProfilesAreFilesOfOneRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "profiles")
	serve(t, []string{"HEADGATE_PROFILE=" + folder}, anyPorts(t.TempDir())...).end(t)
	gzipped := []byte{0x1f, 0x8b}
	for _, name := range []string{"cpu.pprof", "heap.pprof"} {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(got, gzipped) {
			t.Errorf("%s is no profile: %d bytes", name, len(got))
		}
	}
}
