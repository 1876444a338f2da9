//go:build !linux

package app_test

import "testing"

// smallDisk is a folder: only Linux lets a test mount a small disk.
func smallDisk(t *testing.T) (dir string, small bool) {
	t.Helper()
	return t.TempDir(), false
}
