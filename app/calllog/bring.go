package calllog

import (
	"context"
	"slices"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/gateway"
)

// Bring stores finished calls of another program and returns how many of them
// were not there yet, by their IDs. Unlike Record it waits until they are
// stored. A call's cost is what its Usage reports, else what its last attempt's
// price makes of it, as with any call.
func (l *Log) Bring(ctx context.Context, calls []gateway.Call) (added int, err error) {
	entries := make([]Entry, 0, len(calls))
	for i := range calls {
		switch _, err := l.store.Get(ctx, calls[i].ID); {
		case apperr.Code(err) == "call_not_found":
			entries = append(entries, Entry{Call: calls[i], Cost: costOf(&calls[i])})
		case err != nil:
			return 0, err
		}
	}
	for run := range slices.Chunk(entries, transactionCalls) {
		if err := l.store.Write(ctx, run); err != nil {
			return added, err
		}
		added += len(run)
	}
	if added > 0 {
		l.bus.Publish(event.Calls)
		l.brought.Store(true)
	}
	return added, nil
}
