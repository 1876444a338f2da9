// Package instance makes sure that one process at a time uses a data folder,
// and lets a second start tell the first one to show itself.
package instance

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"headgate/app/apperr"
)

// Lock is the right to use a data folder.
type Lock struct {
	file *flock.Flock
	door net.Listener // nil where no socket could be had
	done chan struct{}

	mu   sync.Mutex
	show func()
}

// Acquire makes the folder if need be and locks it.
// Codes: data_folder_locked when another process has it, data_folder_unusable.
func Acquire(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", dir)
	}
	file := flock.New(filepath.Join(dir, "headgate.lock"), flock.SetPermissions(0o600))
	got, err := file.TryLock()
	if err != nil {
		return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", dir)
	}
	if !got {
		return nil, apperr.New("data_folder_locked", "Folder", dir)
	}
	l := &Lock{file: file, done: make(chan struct{})}
	l.door = openDoor(dir)
	go l.answer()
	return l, nil
}

// OnShow sets what a request from a second start does.
func (l *Lock) OnShow(show func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show = show
}

// Release gives the folder back.
func (l *Lock) Release() error {
	var doorErr error
	if l.door != nil {
		doorErr = l.door.Close()
	}
	<-l.done
	return errors.Join(doorErr, l.file.Unlock())
}
