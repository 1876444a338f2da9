package calllog

import (
	"context"
	"time"

	"headgate/app/event"
)

const (
	tidyEvery  = time.Hour
	pruneCalls = 2000 // at a time: writes come in between
)

// tidyUp removes old calls at the start, every hour and when the days change.
func (l *Log) tidyUp(ctx context.Context) {
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
