//go:build unix

package store_test

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// On Windows an access list guards the folder instead.
func TestModes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	db := open(t, dir)
	addProvider(t, db, "up", keyText)
	shut(t, db)
	db = open(t, dir) // makes a backup
	addProvider(t, db, "other", keyText)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
