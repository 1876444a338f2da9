package oldserver

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/gateway"
)

// Into is what a database is moved into.
type Into struct {
	Catalog *catalog.Catalog
	CallLog *calllog.Log
}

// Options say what is brought along, beside the configuration.
type Options struct {
	Calls bool
	// Progress, if set, is told how many of the old calls have been looked at.
	Progress func(done, total int64)
}

// Result is what a move did.
type Result struct {
	Preview
	Brought int64 // calls that are new in the call log
	There   int64 // calls that an earlier move brought
}

// Preview returns what Move would do, and changes nothing.
// Codes: old_database_unreadable, and those of catalog.Import.
func (d *Database) Preview(ctx context.Context, into Into) (Preview, error) {
	p, text, err := d.plan(ctx, into)
	if err != nil {
		return Preview{}, err
	}
	p.Report, err = into.Catalog.PreviewImport(ctx, text)
	return p.Preview, err
}

// Move brings the configuration over in one transaction and then, if asked to,
// the calls in batches. Moved again it adds what is new, and nothing twice.
// Codes: those of Preview.
func (d *Database) Move(ctx context.Context, into Into, o Options) (Result, error) {
	p, text, err := d.plan(ctx, into)
	if err != nil {
		return Result{}, err
	}
	if p.Report, err = into.Catalog.Import(ctx, text); err != nil {
		return Result{}, err
	}
	done := Result{Preview: p.Preview}
	if o.Calls && p.Calls.Count > 0 {
		err = d.bringCalls(ctx, into, p, o, &done)
	}
	return done, err
}

func (d *Database) plan(ctx context.Context, into Into) (*plan, []byte, error) {
	old, err := d.readAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	now, err := presentIn(ctx, into.Catalog)
	if err != nil {
		return nil, nil, err
	}
	p := makePlan(old, now)
	if p.Calls, err = d.span(ctx); err != nil {
		return nil, nil, d.unreadable(err)
	}
	if days := now.settings.Log.Days; days > 0 && p.Calls.First != 0 {
		if age := time.Since(time.UnixMilli(p.Calls.First)); age > time.Duration(days-1)*24*time.Hour {
			p.Calls.KeepDays = days
		}
	}
	text, err := json.Marshal(p.document)
	return p, text, err
}

func (d *Database) bringCalls(ctx context.Context, into Into, p *plan, o Options, done *Result) error {
	if err := keepCalls(ctx, into, p, done); err != nil {
		return err
	}
	now, err := presentIn(ctx, into.Catalog) // with what has just been imported
	if err != nil {
		return err
	}
	reader := newCallReader(p, now)
	has, err := d.columns(ctx, callsTable.name)
	if err != nil {
		return d.unreadable(err)
	}
	page := callsTable.query(has) + " WHERE id > ? ORDER BY id LIMIT ?"
	looked, timeless := int64(0), int64(0)
	for last := int64(-1); ; {
		rows, err := d.rows(ctx, callsTable, page, last, batchRows)
		if err != nil {
			return d.unreadable(err)
		}
		if len(rows) == 0 {
			break
		}
		calls := make([]gateway.Call, 0, len(rows))
		for _, r := range rows {
			last = r.id()
			if call, ok := reader.call(r); ok {
				calls = append(calls, call)
			} else {
				timeless++
			}
		}
		added, err := into.CallLog.Bring(ctx, calls)
		done.Brought += int64(added)
		if err != nil {
			return err
		}
		done.There += int64(len(calls) - added)
		looked += int64(len(rows))
		if o.Progress != nil {
			o.Progress(looked, max(looked, p.Calls.Count))
		}
	}
	if timeless > 0 {
		done.odd("calls_without_time", "call_logs", "*", "Count", timeless)
	}
	return nil
}

// keepCalls makes the call log keep what is brought: it would remove calls
// older than it keeps any within the hour.
func keepCalls(ctx context.Context, into Into, p *plan, done *Result) error {
	if p.Calls.KeepDays == 0 {
		return nil
	}
	chosen, err := into.Catalog.Settings(ctx)
	if err != nil {
		return err
	}
	chosen.Log.Days = 0
	if err := into.Catalog.SaveSettings(ctx, chosen); err != nil {
		return err
	}
	into.CallLog.Keep(chosen.Log)
	done.odd("calls_kept", "call_logs", "*", "Days", strconv.Itoa(p.Calls.KeepDays))
	return nil
}
