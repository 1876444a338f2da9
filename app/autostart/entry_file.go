//go:build linux || darwin

package autostart

import (
	"os"
	"path/filepath"
)

// Here the entry is a file of its own; path, content and parse are the system's.

func (e *Entry) read() (program string, on bool) {
	file, err := path()
	if err != nil {
		return "", false
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	return parse(content)
}

// write leaves the old file or the new one, and nothing between them.
func (e *Entry) write() error {
	file, err := path()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	next := file + ".new"
	if err := os.WriteFile(next, []byte(e.content()), 0o600); err != nil {
		_ = os.Remove(next) // may not be there
		return err
	}
	return os.Rename(next, file)
}

func (e *Entry) remove() error {
	file, err := path()
	if err != nil {
		return err
	}
	return os.Remove(file)
}
