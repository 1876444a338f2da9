package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"headgate/app/api"
)

// backup makes a copy of the configuration, or lists the copies.
func (p Program) backup(g given) error {
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		if g.is("list") {
			var kept []api.Backup
			if err := c.call(ctx, "Backups/List", &kept); err != nil {
				return err
			}
			return p.tell(g, kept, func(w io.Writer) {
				if len(kept) == 0 {
					fmt.Fprintln(w, "There is no backup yet: headgate backup makes one.")
				}
				for _, b := range kept {
					fmt.Fprintf(w, "%s\t%s\t%d KiB\n", b.Name, clock(b.At), (b.Size+1023)>>10)
				}
			})
		}
		var made api.Backup
		if err := c.call(ctx, "Backups/Make", &made); err != nil {
			return err
		}
		var about api.About
		if err := c.call(ctx, "System/About", &about); err != nil {
			return err
		}
		return p.tell(g, made, func(w io.Writer) {
			fmt.Fprintln(w, filepath.Join(about.DataFolder, "backups", made.Name))
		})
	})
}
