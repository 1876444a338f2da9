package update

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// kindHere is what this system is updated by.
const kindHere = KindArchive

// handOver exchanges this program's file, and that of its sibling for servers where
// it stands beside it, for those in the archive: whole or not at all, each. What
// runs goes on as it is.
func handOver(archive string, _ File) (ends bool, err error) {
	program, err := os.Executable()
	if err != nil {
		return false, err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return false, err
	}
	return false, exchange(archive, program)
}

// maxProgram bounds one program in an archive, in bytes.
const maxProgram = 512 << 20

func exchange(archive, program string) (err error) {
	folder := filepath.Dir(program)
	wanted := map[string]string{filepath.Base(program): program}
	for _, name := range []string{"headgate", "headgate-server"} {
		if info, err := os.Lstat(filepath.Join(folder, name)); err == nil && info.Mode().IsRegular() {
			wanted[name] = filepath.Join(folder, name)
		}
	}
	made := map[string]string{} // where it is now, by where it goes
	defer func() {
		for _, beside := range made {
			_ = os.Remove(beside)
		}
	}()
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	packed, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	entries := tar.NewReader(packed)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		to, is := wanted[path.Base(entry.Name)]
		if !is || entry.Typeflag != tar.TypeReg || entry.Mode&0o100 == 0 || made[to] != "" {
			continue
		}
		beside, err := write(folder, entries)
		if err != nil {
			return err
		}
		made[to] = beside
	}
	if made[program] == "" {
		return fmt.Errorf("the archive has no %s", filepath.Base(program))
	}
	for to, beside := range made {
		if err := os.Rename(beside, to); err != nil {
			return err
		}
		delete(made, to)
	}
	return nil
}

func write(folder string, from io.Reader) (beside string, err error) {
	to, err := os.CreateTemp(folder, ".headgate-*")
	if err != nil {
		return "", err
	}
	n, err := io.Copy(to, io.LimitReader(from, maxProgram+1))
	if err == nil && n > maxProgram {
		err = errors.New("a program in the archive is too large")
	}
	if err = errors.Join(err, to.Chmod(0o755), to.Sync(), to.Close()); err != nil {
		_ = os.Remove(to.Name())
		return "", err
	}
	return to.Name(), nil
}
