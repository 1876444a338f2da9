package app

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"headgate/app/apperr"
)

// MaxUpload is the largest file that is taken in, in bytes.
const MaxUpload = 2 << 30

// uploadLife is how long an upload is kept after it was last asked for.
const uploadLife = time.Hour

// maxKept is how many uploads are kept; another one takes the place of the one
// that was asked for longest ago.
const maxKept = 8

// uploadFolder stands in the data folder, so that what is taken in stays on the
// disk that a person chose for it.
const uploadFolder = "uploads"

// Upload is a file that was taken in.
type Upload struct {
	ID   string `json:"id"`
	Name string `json:"name"` // as it was called, without a folder
	Size int64  `json:"size"` // bytes
}

// Uploads keep the last few files that a person gave, each until it was
// imported, for an hour after its last use at most, and none after the program's
// end. Its methods are safe for concurrent use.
type Uploads struct {
	folder string

	mu    sync.Mutex
	files map[string]kept // by ID
}

// kept is a file with the clock that ends it.
type kept struct {
	name   string
	used   time.Time
	expiry *time.Timer
}

// openUploads removes what a run that broke off has left.
func openUploads(dataDir string) (*Uploads, error) {
	u := &Uploads{folder: filepath.Join(dataDir, uploadFolder), files: map[string]kept{}}
	if err := os.RemoveAll(u.folder); err != nil {
		return nil, apperr.Wrap(err, "data_folder_unusable", "Folder", dataDir)
	}
	return u, nil
}

// Take keeps what r has. Codes: upload_too_large, upload_failed.
func (u *Uploads) Take(r io.Reader, name string) (Upload, error) {
	if err := os.MkdirAll(u.folder, 0o700); err != nil {
		return Upload{}, apperr.Wrap(err, "upload_failed")
	}
	taken := Upload{ID: rand.Text(), Name: filepath.Base(filepath.FromSlash(name))}
	path := u.path(taken.ID)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Upload{}, apperr.Wrap(err, "upload_failed")
	}
	taken.Size, err = io.Copy(f, io.LimitReader(r, MaxUpload+1))
	if err = errors.Join(err, f.Close()); err != nil {
		err = apperr.Wrap(err, "upload_failed")
	} else if taken.Size > MaxUpload {
		err = apperr.New("upload_too_large", "MaxMiB", MaxUpload>>20)
	}
	if err != nil {
		return Upload{}, errors.Join(err, os.Remove(path))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.files == nil { // closed meanwhile
		return Upload{}, errors.Join(apperr.New("upload_failed"), os.Remove(path))
	}
	for len(u.files) >= maxKept {
		u.drop(u.leastUsed())
	}
	u.files[taken.ID] = kept{taken.Name, time.Now(), time.AfterFunc(uploadLife, func() { u.forget(taken.ID) })}
	return taken, nil
}

// Path returns where an upload lies, and keeps it for another hour.
// Code: upload_unknown.
func (u *Uploads) Path(id string) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	file, known := u.files[id]
	if !known {
		return "", apperr.New("upload_unknown")
	}
	file.used = time.Now()
	file.expiry.Reset(uploadLife)
	u.files[id] = file
	return u.path(id), nil
}

// path is inside the folder for every ID that Take gave; others never get here.
func (u *Uploads) path(id string) string { return filepath.Join(u.folder, id) }

// name is how an upload was called; "" for an unknown one.
func (u *Uploads) name(id string) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.files[id].name
}

// forget removes an upload that isn't needed any more.
func (u *Uploads) forget(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(id)
}

// drop is called under the lock.
func (u *Uploads) drop(id string) {
	if file, known := u.files[id]; known {
		file.expiry.Stop()
		delete(u.files, id)
		_ = os.Remove(u.path(id)) // else the next start does
	}
}

func (u *Uploads) leastUsed() (id string) {
	for other, file := range u.files {
		if least, known := u.files[id]; !known || file.used.Before(least.used) {
			id = other
		}
	}
	return id
}

// close removes all of them.
func (u *Uploads) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, file := range u.files {
		file.expiry.Stop()
	}
	u.files = nil
	return os.RemoveAll(u.folder)
}
