package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkFolder looks at the data folder, which nobody has open.
func (s *scene) checkFolder(ctx context.Context, r *report) error {
	var faults []string
	for _, file := range []string{configFile, callsFile} {
		said, err := integrity(ctx, s.program.folder, file)
		if err != nil {
			said = err.Error()
		}
		if said != "ok" {
			faults = append(faults, file+": "+said)
		}
	}
	files, size := 0, int64(0)
	var secrets [][]byte
	for _, m := range s.members {
		for n := range m.keys {
			secrets = append(secrets, []byte(m.secret(n)))
		}
	}
	secrets = append(secrets, []byte(keyBoth), []byte(keyChat))
	look := func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files, size = files+1, size+int64(len(text))
		for _, secret := range secrets {
			if bytes.Contains(text, secret) {
				faults = append(faults, fmt.Sprintf("%s has the key %s in plain text", filepath.Base(path), secret))
			}
		}
		return nil
	}
	words, err := s.program.words()
	if err != nil {
		return err
	}
	faults = append(faults, words...)
	err = filepath.WalkDir(s.program.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if strings.Contains(path, ".corrupt-") {
			faults = append(faults, "a database was set aside: "+filepath.Base(path))
		}
		return look(path)
	})
	if err == nil {
		err = look(s.program.log.Name())
	}
	r.check("folder", append(faults, s.notices...), "integrity_check ok for both databases, nothing set aside, no error in the program's log, no key in plain text in %d files of %d KiB", files, size>>10)
	return err
}
