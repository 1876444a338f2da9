package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"headgate/app"
	"headgate/app/oldserver"
)

// callsAtOnce is after how many calls progress is told.
const callsAtOnce = 10_000

// moveOver brings an old server's database over, or tells what that would do.
func (p Program) moveOver(ctx context.Context, a *app.App, path string, preview, calls bool) (err error) {
	old, err := oldserver.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	into := oldserver.Into{Catalog: a.Catalog, CallLog: a.CallLog}
	if preview {
		found, err := old.Preview(ctx, into)
		if err != nil {
			return err
		}
		p.tellPreview(found)
		p.previewed(true)
		return nil
	}
	told := int64(0)
	done, err := old.Move(ctx, into, oldserver.Options{Calls: calls, Progress: func(looked, total int64) {
		if looked-told >= callsAtOnce {
			told = looked
			fmt.Fprintf(p.Stdout, "Call log: %d of %d …\n", looked, total)
		}
	}})
	if err != nil {
		if len(done.Report.Changes) > 0 { // they are in, and made keys are shown this once
			p.tellMove(done.Preview)
		}
		return err
	}
	p.tellMove(done.Preview)
	switch {
	case calls:
		fmt.Fprintf(p.Stdout, "Call log: %d brought along, %d there already.\n", done.Brought, done.There)
	case done.Calls.Count > 0:
		fmt.Fprintf(p.Stdout, "Call log: %d left behind; --calls brings it along.\n", done.Calls.Count)
	}
	return nil
}

// tellMove prints what becomes of the rows, what that changes, and what is odd.
func (p Program) tellMove(m oldserver.Preview) {
	for _, provider := range m.Providers {
		key := "no key"
		if provider.KeyHint != "" {
			key = "key " + provider.KeyHint
		}
		fmt.Fprintf(p.Stdout, "%s → provider %q (%s, %s)\n",
			strings.Join(provider.Rows, ", "), provider.Name, provider.BaseURL, key)
	}
	p.tellReport(m.Report)
	p.tellOddities(m.Oddities)
}

// tellPreview prints what a move would do.
func (p Program) tellPreview(m oldserver.Preview) {
	p.tellMove(m)
	if n := m.Calls.Count; n > 0 {
		fmt.Fprintf(p.Stdout, "Call log: %d from %s to %s; --calls brings it along.\n", n, day(m.Calls.First), day(m.Calls.Last))
	}
}

func day(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }
