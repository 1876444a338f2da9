// Package instance makes sure that one process at a time uses a data folder, and
// lets this person's other programs talk to that one: a second start has its
// window shown, the command line has its questions answered.
package instance

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"headgate/app/apperr"
)

// Lock is the right to use a data folder.
type Lock struct {
	file *flock.Flock
	door *door // nil where no socket could be had
}

// How long an Acquire waits for who only looks whether the folder is used.
const (
	lookLimit = 50 * time.Millisecond
	lookAgain = 10 * time.Millisecond
)

// Acquire makes the folder if need be and locks it.
// Codes: data_folder_locked when another process has it, data_folder_unusable.
func Acquire(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", dir)
	}
	file := lockFile(dir)
	ctx, cancel := context.WithTimeout(context.Background(), lookLimit)
	defer cancel()
	got, err := file.TryLockContext(ctx, lookAgain)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", dir)
	}
	if !got {
		return nil, apperr.New("data_folder_locked", "Folder", dir)
	}
	return &Lock{file: file, door: openDoor(dir)}, nil
}

func lockFile(dir string) *flock.Flock {
	return flock.New(filepath.Join(dir, "headgate.lock"), flock.SetPermissions(0o600))
}

// Held tells whether a process has the folder now. It makes nothing.
func Held(dir string) (bool, error) {
	if _, err := os.Stat(filepath.Join(dir, "headgate.lock")); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	file := lockFile(dir)
	free, err := file.TryRLock()
	if err != nil {
		return false, err
	}
	return !free, file.Unlock()
}

// OnShow sets what a request from a second start does, which may bring a link; "": it
// doesn't. nil: nothing can be shown.
func (l *Lock) OnShow(show func(link string)) {
	l.with(func(d *door) { d.show = show })
}

// OnQuit sets what ends the program; nil: it can't be told to.
func (l *Lock) OnQuit(quit func()) {
	l.with(func(d *door) { d.quit = quit })
}

// Serve lets visitors answer everything else at the door.
func (l *Lock) Serve(visitors http.Handler) {
	l.with(func(d *door) { d.visitors = visitors })
}

func (l *Lock) with(set func(*door)) {
	if l.door == nil {
		return
	}
	l.door.mu.Lock()
	defer l.door.mu.Unlock()
	set(l.door)
}

// Shut closes the door, once visits have ended or a moment has gone; the folder
// stays taken.
func (l *Lock) Shut() error {
	if l.door == nil {
		return nil
	}
	return l.door.close()
}

// Release gives the folder back.
func (l *Lock) Release() error {
	return errors.Join(l.Shut(), l.file.Unlock())
}
