package app

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"headgate/gateway"
)

// healthDelay is how old what is kept of members' health may get.
const healthDelay = 3 * time.Second

// largestHealth bounds the file that is read; a member takes some 500 bytes.
const largestHealth = 64 << 20

// healthPlace is bound to the ciphertext.
const healthPlace = "health"

// sealer encrypts what is written to the data folder.
type sealer interface {
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) ([]byte, error)
}

// healthFile keeps what the engine has learnt of members and provider keys over
// a restart. The file is sealed: it holds fingerprints of keys, and words of
// providers. It is worth little enough that a broken one is passed over, and
// that a write isn't forced to the disk.
type healthFile struct {
	path   string
	sealer sealer
	log    *slog.Logger

	changed chan struct{}
	stop    chan struct{}
	done    chan struct{}
	ending  sync.Once
}

func newHealthFile(path string, s sealer, log *slog.Logger) *healthFile {
	return &healthFile{
		path: path, sealer: s, log: log,
		changed: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// load returns what an earlier run has kept. Without a file, or with one that
// can't be read, that is nothing.
func (f *healthFile) load() gateway.Learnt {
	learnt, err := f.read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.log.Warn("the members' health of the last run can't be read; it is found out anew", "file", f.path, "error", err)
	}
	return learnt
}

func (f *healthFile) read() (learnt gateway.Learnt, err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return learnt, err
	}
	if !info.Mode().IsRegular() || info.Size() > largestHealth {
		return learnt, errors.New("not a file that was written here")
	}
	sealed, err := os.ReadFile(f.path)
	if err != nil {
		return learnt, err
	}
	plain, err := f.sealer.Open(sealed, healthPlace)
	if err != nil {
		return learnt, err
	}
	if err := json.Unmarshal(plain, &learnt); err != nil {
		return gateway.Learnt{}, err
	}
	return learnt, nil
}

// note says that there is something new to keep. It doesn't wait.
func (f *healthFile) note() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// follow writes what is learnt from now on, not oftener than every healthDelay,
// until close.
func (f *healthFile) follow(learnt func() gateway.Learnt) {
	go func() {
		defer close(f.done)
		failed := false
		write := func() {
			err := f.write(learnt())
			if err != nil && !failed {
				f.log.Warn("the members' health can't be kept for the next run", "file", f.path, "error", err)
			}
			failed = err != nil
		}
		for {
			select {
			case <-f.changed:
			case <-f.stop:
				write()
				return
			}
			select {
			case <-time.After(healthDelay):
			case <-f.stop:
			}
			select { // what came meanwhile is in it
			case <-f.changed:
			default:
			}
			write()
		}
	}()
}

// close writes once more and ends what follow began. A second close does
// nothing: the file may be another run's by then.
func (f *healthFile) close() {
	f.ending.Do(func() { close(f.stop) })
	<-f.done
}

// write replaces the file at once, so that a run that is cut off leaves a whole
// one. When there is nothing to keep there is no file.
func (f *healthFile) write(learnt gateway.Learnt) error {
	if len(learnt.Members) == 0 && len(learnt.Keys) == 0 {
		if err := os.Remove(f.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	plain, err := json.Marshal(learnt)
	if err != nil {
		return err
	}
	sealed, err := f.sealer.Seal(plain, healthPlace)
	if err != nil {
		return err
	}
	next := f.path + ".new"
	if err := os.WriteFile(next, sealed, 0o600); err != nil {
		_ = os.Remove(next) // may not be there
		return err
	}
	return os.Rename(next, f.path)
}
