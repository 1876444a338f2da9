//go:build !windows

package store

import (
	"errors"
	"os"
)

// syncFolder makes a rename inside the folder survive a power cut.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
