package calllog

import (
	"context"
	"time"

	"headgate/app/event"
)

const (
	tidyEvery  = time.Hour
	pruneCalls = 2000 // at a time: writes come in between
	// statsAge is for how long statistics outlive their calls at most.
	statsAge = 2 * 366 * 24 * time.Hour
)

// tidyUp removes old calls and statistics at the start, every hour and when the
// days change.
func (l *Log) tidyUp(ctx context.Context) {
	l.catchUp(ctx)
	clock := time.NewTicker(tidyEvery)
	defer clock.Stop()
	for {
		select {
		case <-l.tidy:
		case <-clock.C:
		case <-ctx.Done():
			return
		}
		l.prune(ctx)
		if err := l.store.ForgetTallies(ctx, time.Now().Add(-statsAge)); err != nil && ctx.Err() == nil {
			l.log.Warn("old statistics could not be removed", "error", err)
		}
	}
}

// catchUp must come before calls are removed: it counts those that no
// statistics have seen.
func (l *Log) catchUp(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		more, err := l.store.CatchUp(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("calls of earlier versions could not be counted; the next start tries again", "error", err)
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

func (l *Log) prune(ctx context.Context) {
	days := l.days.Load()
	if days <= 0 {
		return
	}
	before := time.Now().Add(-time.Duration(days) * 24 * time.Hour)
	removed := 0
	for ctx.Err() == nil {
		n, err := l.store.Prune(ctx, before, pruneCalls)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("old calls could not be removed", "error", err)
			}
			break
		}
		removed += n
		if n < pruneCalls {
			break
		}
	}
	if removed == 0 {
		return
	}
	if err := l.store.Compact(ctx); err != nil && ctx.Err() == nil {
		l.log.Warn("the call log's file could not be made smaller", "error", err)
	}
	l.log.Info("old calls were removed", "calls", removed, "days", days)
	l.bus.Publish(event.Calls)
}
