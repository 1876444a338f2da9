package catalog

import (
	"context"
	"errors"
)

// errPreviewed undoes the transaction of a preview.
var errPreviewed = errors.New("a preview changes nothing")

// PreviewImport returns what Import would report, and changes nothing: it is
// the same change, undone where the other is committed. API keys that would be
// made are in the Report without their text. Codes: those of Import.
func (c *Catalog) PreviewImport(ctx context.Context, text []byte) (Report, error) {
	file, err := readImport(text)
	if err != nil {
		return Report{}, err
	}
	var report Report
	_, err = c.change(ctx, func(d *draft) error {
		if report, err = d.apply(file); err != nil {
			return err
		}
		after, err := d.tx.Load()
		if err != nil {
			return err
		}
		if _, err := compileValid(after); err != nil {
			return err
		}
		return errPreviewed
	})
	if !errors.Is(err, errPreviewed) {
		return Report{}, err
	}
	for i := range report.MadeKeys {
		report.MadeKeys[i].Key = ""
	}
	return report, nil
}
