package calllog

import (
	"context"
	"time"

	"headgate/app/event"
)

const (
	clearTime  = 2 * time.Second // of one step
	clearCalls = 1000            // in one transaction: writes come in between
)

// Clear removes calls that started before a time, in Unix milliseconds, with
// their attempts and bodies, for some two seconds. Open calls and statistics
// stay. When it has removed the last one the file is made smaller, meanwhile.
func (l *Log) Clear(ctx context.Context, before int64) (Cleared, error) {
	var done Cleared
	until := time.Now().Add(clearTime)
	// What no statistics have seen is counted before it goes.
	for more := true; more; {
		var err error
		if more, err = l.store.CatchUp(ctx); err != nil {
			return done, err
		}
		if more && time.Now().After(until) {
			return Cleared{More: true}, nil
		}
	}
	defer func() {
		if done.Removed > 0 {
			l.bus.Publish(event.Calls)
		}
	}()
	for after := int64(0); ; {
		removed, last, err := l.store.Remove(ctx, time.Time{}, time.UnixMilli(before), after, clearCalls)
		if err != nil {
			return done, err
		}
		done.Removed += removed
		if removed == 0 {
			break
		}
		if after = last; time.Now().After(until) {
			done.More = true
			return done, nil
		}
	}
	l.shrink.Store(true)
	signal(l.tidy)
	return done, nil
}
