package calllog

import (
	"context"
	"time"

	"headgate/app/event"
)

const (
	tidyEvery   = time.Hour
	pruneCalls  = 2000 // at a time: writes come in between
	pruneBodies = 500
	// late is how long after its start a call may come into the log at most, so
	// that an hourly look finds it.
	late = 24 * time.Hour
	// statsAge is for how long statistics outlive their calls at most.
	statsAge = 2 * 366 * 24 * time.Hour
)

// tidyUp removes old calls, bodies and statistics at the start, every hour and
// when the days change. It makes the file smaller when calls were cleared, too,
// and does what earlier versions left to do.
func (l *Log) tidyUp(ctx context.Context) {
	clock := time.NewTicker(tidyEvery)
	defer clock.Stop()
	var gone time.Time // calls of before it are; zero: not yet, or others may have come
	for {
		select {
		case <-l.tidy:
			gone = time.Time{}
		case <-clock.C:
			if l.brought.Swap(false) {
				gone = time.Time{}
			}
		case <-ctx.Done():
			return
		}
		calls := 0
		if l.catchUp(ctx) {
			calls = l.pruneCalls(ctx, &gone)
		}
		bodies, _ := l.prune(ctx, "bodies", l.bodyDays.Load(), pruneBodies, l.store.PruneBodies)
		if l.shrink.Swap(false) || calls+bodies > 0 {
			l.compact(ctx)
		}
		if calls+bodies > 0 {
			l.bus.Publish(event.Calls)
		}
		if err := l.store.ForgetTallies(ctx, time.Now().Add(-statsAge)); err != nil && ctx.Err() == nil {
			l.log.Warn("old statistics could not be removed", "error", err)
		}
		l.sortIn(ctx)
	}
}

// catchUp must come before calls are removed: it counts those that no
// statistics have seen. It returns whether all are counted.
func (l *Log) catchUp(ctx context.Context) bool {
	for n := 0; ctx.Err() == nil; n++ {
		more, err := l.store.CatchUp(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("calls of earlier versions could not be counted, and none are removed until they are; it is tried again within the hour",
					"error", err)
			}
			return false
		}
		if !more {
			if n > 0 {
				l.bus.Publish(event.Calls)
			}
			return true
		}
	}
	return false
}

// sortIn goes on until there is something to tidy.
func (l *Log) sortIn(ctx context.Context) {
	for n := 0; ctx.Err() == nil && len(l.tidy) == 0; n++ {
		more, err := l.store.SortIn(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("calls of earlier versions could not be put into lists, which take longer until they are; it is tried again within the hour",
					"error", err)
			}
			return
		}
		if !more {
			if n > 0 {
				l.bus.Publish(event.Calls)
			}
			return
		}
	}
}

// pruneCalls removes old calls wherever they stand in the log: those that were
// brought along came later than they began.
func (l *Log) pruneCalls(ctx context.Context, gone *time.Time) (removed int) {
	var oldest time.Time
	after := int64(0)
	removed, all := l.prune(ctx, "calls", l.days.Load(), pruneCalls, func(ctx context.Context, before time.Time, limit int) (n int, err error) {
		oldest = before
		n, after, err = l.store.Remove(ctx, *gone, before, after, limit)
		return n, err
	})
	if all {
		*gone = oldest.Add(-late)
	}
	return removed
}

// prune removes what is older than so many days. It returns how much it was, and
// whether it was all.
func (l *Log) prune(ctx context.Context, what string, days int64, step int, remove func(context.Context, time.Time, int) (int, error)) (removed int, all bool) {
	if days <= 0 {
		return 0, false
	}
	before := time.Now().Add(-time.Duration(days) * 24 * time.Hour)
	for ctx.Err() == nil {
		n, err := remove(ctx, before, step)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("the call log could not remove what is old", "what", what, "error", err)
			}
			break
		}
		removed += n
		if all = n < step; all {
			break
		}
	}
	if removed > 0 {
		l.log.Info("the call log removed what is old", "what", what, "count", removed, "days", days)
	}
	return removed, all
}

func (l *Log) compact(ctx context.Context) {
	if err := l.store.Compact(ctx); err != nil && ctx.Err() == nil {
		l.log.Warn("the call log's file could not be made smaller", "error", err)
	}
}
