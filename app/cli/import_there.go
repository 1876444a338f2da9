package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/i18n"
	"headgate/app/oldserver"
)

// importAgain is how often the running program is asked how far it is.
const importAgain = 100 * time.Millisecond

// importThere lets the running program import a file, and prints what that
// changed. Codes: import_file_unreadable, those of app.Imports.
func (p Program) importThere(ctx context.Context, c *caller, path, passphrase string, preview, calls bool) error {
	file, err := os.Open(path)
	if err != nil {
		return apperr.Wrap(err, "import_file_unreadable", "File", path)
	}
	defer func() { _ = file.Close() }()
	taken, err := c.upload(ctx, filepath.Base(path), file)
	if err != nil {
		return err
	}
	if preview {
		var would app.ImportPreview
		if err := c.call(ctx, "Imports/Preview", &would, taken.ID, passphrase); err != nil {
			return err
		}
		if would.OldServer != nil {
			would.OldServer.Report.Changes = would.Changes // it does not travel with it
			p.tellPreview(*would.OldServer)
		} else {
			p.tellReport(catalog.Report{Changes: would.Changes})
		}
		p.previewed(true)
		return nil
	}
	if err := c.call(ctx, "Imports/Start", nil, taken.ID, passphrase, calls); err != nil {
		return err
	}
	var done app.ImportProgress
	for told := int64(0); ; time.Sleep(importAgain) {
		if err := c.call(ctx, "Imports/Progress", &done); err != nil {
			return err
		}
		if !done.Running {
			break
		}
		if done.Count-told >= callsAtOnce {
			told = done.Count
			fmt.Fprintf(p.Stdout, "Call log: %d of %d …\n", done.Count, done.Total)
		}
	}
	if done.Error == nil || len(done.Changes) > 0 {
		p.tellReport(catalog.Report{Changes: done.Changes, MadeKeys: done.MadeKeys})
		p.tellOddities(done.Oddities)
	}
	if done.Error != nil {
		return done.Error
	}
	if calls {
		fmt.Fprintf(p.Stdout, "Call log: %d brought along.\n", done.Count)
	}
	return nil
}

// tellOddities prints what is odd in the old server's rows.
func (p Program) tellOddities(oddities []oldserver.Oddity) {
	if len(oddities) == 0 {
		return
	}
	fmt.Fprintf(p.Stdout, "To look at (%d):\n", len(oddities))
	texts := i18n.New("en")
	for _, o := range oddities {
		fmt.Fprintf(p.Stdout, "- %s: %s\n", o.Where, texts.T("oldserver."+o.Code, dataOf(o.Params)))
	}
}
