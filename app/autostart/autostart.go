// Package autostart has the program started, without its window, when a person logs
// in. What holds is what the system has: there is no setting beside it that could
// say something else.
package autostart

import (
	"errors"
	"os"
	"path/filepath"

	"headgate/app/apperr"
)

// Hidden is the argument of a start at login: no window is shown.
const Hidden = "--hidden"

// Entry is the system's entry for this program.
type Entry struct {
	Program string // absolute path of what is started
}

// Here is the entry for the program that is running. It fails where that can't be
// told.
func Here() (*Entry, error) {
	// An AppImage runs from a folder that is gone when it ends.
	if image := os.Getenv("APPIMAGE"); filepath.IsAbs(image) {
		return &Entry{Program: image}, nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &Entry{Program: program}, nil
}

// On tells whether the program, or one that was here before it, is started at login.
func (e *Entry) On() bool {
	_, on := e.read()
	return on
}

// Set switches it on, for the program that is running, or off.
// Code: autostart_failed.
func (e *Entry) Set(on bool) error {
	var err error
	if on {
		err = e.write()
	} else if err = e.remove(); errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return apperr.Wrap(err, "autostart_failed", "Reason", err)
	}
	return nil
}

// Correct points an entry that is on at this program when what it points at is no
// longer there, such as after a move. One that points at another program that is there
// stays as it is: trying out a second copy must not change what starts at login.
func (e *Entry) Correct() error {
	program, on := e.read()
	if !on || program == e.Program {
		return nil
	}
	if _, err := os.Stat(program); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return e.Set(true)
}
