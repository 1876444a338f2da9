package calllog

import (
	"context"
	"slices"
	"time"

	"headgate/app/event"
	"headgate/gateway"
)

// transactionCalls bounds one transaction, so that nobody waits long for the
// file.
const transactionCalls = 1000

// A failing store is asked again, ever more slowly, for a while. Then the calls
// at hand are dropped and the next ones get their own while.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
	patience   = time.Minute
)

// writeAll writes batches until the queue is closed and empty, or ctx ends.
func (l *Log) writeAll(ctx context.Context) {
	for !l.interrupt(ctx) && ctx.Err() == nil {
		continue // calls wait in the queue, as long as it has room
	}
	entries := make([]Entry, 0, batchCalls)
	for b := l.queue.take(ctx); b != nil; b = l.queue.take(ctx) {
		if l.watch != nil {
			l.watch(b.calls)
		}
		entries = appendEntries(entries[:0], b.calls)
		for run := range slices.Chunk(entries, transactionCalls) {
			l.write(ctx, run)
		}
		clear(entries)
		if cap(entries) > spareCalls {
			entries = nil
		}
		l.queue.release(b)
	}
}

// appendEntries prices calls. Open ones that have finished since go without.
func appendEntries(entries []Entry, calls []gateway.Call) []Entry {
	var finished map[string]struct{}
	for i := range calls {
		if calls[i].State == gateway.StateOpen {
			finished = finishedIn(calls[i+1:])
			break
		}
	}
	for i := range calls {
		c := &calls[i]
		if c.State == gateway.StateOpen {
			if _, done := finished[c.ID]; done {
				continue
			}
			entries = append(entries, Entry{Call: *c, Cost: unknownCost})
			continue
		}
		entries = append(entries, Entry{Call: *c, Cost: costOf(c)})
	}
	return entries
}

func finishedIn(calls []gateway.Call) map[string]struct{} {
	ids := map[string]struct{}{}
	for i := range calls {
		if calls[i].State != gateway.StateOpen {
			ids[calls[i].ID] = struct{}{}
		}
	}
	return ids
}

// write stores one transaction's worth, or counts it as dropped.
func (l *Log) write(ctx context.Context, entries []Entry) {
	finished := uint64(0)
	for i := range entries {
		if entries[i].Call.State != gateway.StateOpen {
			finished++
		}
	}
	if l.persist(ctx, func() error { return l.store.Write(ctx, entries) }) {
		l.written.Add(finished)
	} else {
		l.dropped.Add(finished)
		l.log.Error("calls were dropped: the call log could not be written", "calls", finished)
		l.bus.Publish(event.Notices)
	}
	l.bus.Publish(event.Calls)
}

// interrupt must come before the first write: it takes every open call for an
// earlier run's.
func (l *Log) interrupt(ctx context.Context) (done bool) {
	count := 0
	done = l.persist(ctx, func() (err error) {
		count, err = l.store.Interrupt(ctx)
		return err
	})
	if count > 0 {
		l.log.Warn("calls of an earlier run were interrupted", "calls", count)
		l.bus.Publish(event.Calls)
	}
	return done
}

// persist does work on the store until it succeeds or patience or ctx ends,
// and shows in Health how that goes.
func (l *Log) persist(ctx context.Context, work func() error) bool {
	giveUp := time.Now().Add(patience)
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := work()
		if err == nil {
			if l.failure.Swap(nil) != nil {
				l.log.Info("the call log can be written again")
				l.bus.Publish(event.Calls, event.Notices)
			}
			return true
		}
		words := err.Error()
		if l.failure.Swap(&words) == nil {
			l.log.Error("the call log can't be written; calls wait in memory", "error", err)
			l.bus.Publish(event.Calls, event.Notices)
		}
		if time.Now().Add(wait).After(giveUp) {
			return false
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
	}
}
