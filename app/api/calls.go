package api

import (
	"headgate/app"
	"headgate/app/calllog"
)

// Calls is the call log.
type Calls struct{ app *app.App }

// Page returns calls that match q, newest first.
func (c *Calls) Page(q calllog.Query) (calllog.Page, error) {
	ctx, cancel := bounded()
	defer cancel()
	return c.app.CallLog.Page(ctx, q)
}

// Get returns one call with its attempts.
func (c *Calls) Get(id string) (calllog.Detail, error) {
	ctx, cancel := bounded()
	defer cancel()
	return c.app.CallLog.Get(ctx, id)
}

// Stats returns statistics of the calls that match q.
func (c *Calls) Stats(q calllog.StatsQuery) (calllog.Stats, error) {
	ctx, cancel := bounded()
	defer cancel()
	return c.app.CallLog.Stats(ctx, q)
}

// Health tells how the call log itself is doing.
func (c *Calls) Health() calllog.Health { return c.app.CallLog.Health() }

// Bodies returns what a call carried.
func (c *Calls) Bodies(id string) (calllog.Bodies, error) {
	ctx, cancel := bounded()
	defer cancel()
	return c.app.CallLog.Bodies(ctx, id)
}

// Clear removes some of the calls that started before a time, in Unix
// milliseconds. Statistics stay.
func (c *Calls) Clear(before int64) (calllog.Cleared, error) {
	ctx, cancel := bounded()
	defer cancel()
	return c.app.CallLog.Clear(ctx, before)
}
