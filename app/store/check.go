package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// FileCheck is what looking at a database file has found.
type FileCheck struct {
	Path    string
	Size    int64 // bytes; 0: there is none
	Skipped bool  // too large to be looked through in a moment
	Err     error // why it can't be used; nil: it can
}

// checkLimit is how large a file may be that Check looks through.
const checkLimit = 2 << 30

// Check looks at the database files without bringing them up to date, also while
// a program uses them. Codes: database_url_unknown, database_kind_unknown.
func Check(ctx context.Context, dir, url string) ([]FileCheck, error) {
	at, err := locate(dir, url)
	if err != nil {
		return nil, err
	}
	var found []FileCheck
	config := configSpec(at.config)
	config.alwaysCheck = true
	for _, s := range []spec{config, callsSpec(at.calls)} {
		found = append(found, checkFile(ctx, s))
	}
	return found, nil
}

func checkFile(ctx context.Context, s spec) FileCheck {
	c := FileCheck{Path: filepath.Clean(s.path)}
	info, err := os.Stat(s.path)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			c.Err = err
		}
		return c
	}
	c.Size = info.Size()
	c.Skipped = c.Size > checkLimit
	if c.Err = checkHeader(s.path); c.Err != nil {
		return c
	}
	steps, err := s.steps()
	if err != nil {
		c.Err = err
		return c
	}
	s.alwaysCheck = !c.Skipped
	_, c.Err = inspect(ctx, s, steps.newest)
	return c
}
