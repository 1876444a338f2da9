package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"headgate/gateway/gatewaytest"
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
	secrets := []string{keyBoth, keyChat}
	for _, m := range s.members {
		for n := range m.keys {
			secrets = append(secrets, m.secret(n))
		}
	}
	spellings := spelled(secrets)
	look := func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files, size = files+1, size+int64(len(text))
		for _, key := range keysIn(text, spellings) {
			faults = append(faults, filepath.Base(path)+" has "+key)
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
	r.check("folder", append(faults, s.notices...), "integrity_check ok for both databases, nothing set aside, no error in the program's log, no key in any spelling in %d files of %d KiB", files, size>>10)
	return err
}

// spelled are all spellings of keys, with words for each.
func spelled(keys []string) map[string]string {
	all := map[string]string{}
	for _, key := range keys {
		for spelling, how := range gatewaytest.Spellings(key) {
			all[spelling] = fmt.Sprintf("the key %s, %s", key, how)
		}
	}
	return all
}

// keysIn names the keys in a text.
func keysIn(text []byte, spellings map[string]string) (found []string) {
	for spelling, words := range spellings {
		if bytes.Contains(text, []byte(spelling)) {
			found = append(found, words)
		}
	}
	return found
}
