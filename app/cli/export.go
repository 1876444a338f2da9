package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"headgate/app/apperr"
)

// export writes the configuration to a file, or to stdout.
// Codes: file_exists, file_unwritable, passphrase_short and those of passphrase.
func (p Program) export(g given) error {
	passphrase, err := p.passphrase(g)
	if err != nil {
		return err
	}
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		var content strings.Builder
		args := map[string]string{"passphrase": passphrase}
		if err := c.file(ctx, "configuration", args, &content); err != nil {
			return err
		}
		if len(g.words) == 0 || g.words[0] == "-" {
			_, err := fmt.Fprint(p.Stdout, content.String())
			return err
		}
		path := g.words[0]
		if err := writeNew(path, []byte(content.String()), g.is("force")); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "Written to %s.\n", path)
		return nil
	})
}

// writeNew writes a file that is this person's alone: beside it first, so that
// there is all of it or what was there before.
// Codes: file_exists, file_unwritable.
func writeNew(path string, content []byte, force bool) (err error) {
	unwritable := func(err error) error { return apperr.Wrap(err, "file_unwritable", "File", path) }
	if _, err := os.Lstat(path); err == nil && !force {
		return apperr.New("file_exists", "File", path)
	}
	to, err := os.CreateTemp(filepath.Dir(path), ".headgate-*")
	if err != nil {
		return unwritable(err)
	}
	defer func() {
		if err != nil {
			_ = to.Close()
			_ = os.Remove(to.Name())
		}
	}()
	if _, err := to.Write(content); err != nil {
		return unwritable(err)
	}
	if err := errors.Join(to.Sync(), to.Close()); err != nil {
		return unwritable(err)
	}
	if err := os.Rename(to.Name(), path); err != nil {
		return unwritable(err)
	}
	return nil
}
