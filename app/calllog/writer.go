package calllog

import (
	"context"
	"slices"
	"strings"
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
	var lost []string
	for b := l.queue.take(ctx); b != nil; b = l.queue.take(ctx) {
		if l.watch != nil {
			l.watch(b.calls)
		}
		entries = appendEntries(entries[:0], b.calls)
		lost = append(lost, b.lost[:min(len(b.lost), queueCalls-len(lost))]...)
		for run := range slices.Chunk(entries, transactionCalls) {
			if !l.write(ctx, run) {
				lost = appendFinished(lost, run)
			}
		}
		lost = l.interruptLost(ctx, lost)
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

func appendFinished(ids []string, entries []Entry) []string {
	for i := range entries {
		if c := &entries[i].Call; c.State != gateway.StateOpen && len(ids) < queueCalls {
			ids = append(ids, strings.Clone(c.ID))
		}
	}
	return ids
}

// interruptLost ends calls in the store whose finished selves were dropped. It
// returns those that are still to be ended.
func (l *Log) interruptLost(ctx context.Context, ids []string) []string {
	if len(ids) == 0 || l.failure.Load() != nil {
		return ids
	}
	count, err := l.store.InterruptOnly(ctx, ids)
	if err != nil {
		l.log.Warn("calls that were dropped stay open in the call log for now", "error", err)
		return ids
	}
	if count > 0 {
		l.bus.Publish(event.Calls)
	}
	return nil
}

// write stores one transaction's worth, or counts it as dropped.
func (l *Log) write(ctx context.Context, entries []Entry) (stored bool) {
	finished := uint64(0)
	for i := range entries {
		if entries[i].Call.State != gateway.StateOpen {
			finished++
		}
	}
	stored = l.persist(ctx, func() error { return l.store.Write(ctx, entries) })
	if stored {
		l.written.Add(finished)
	} else {
		l.dropped.Add(finished)
		l.log.Error("calls were dropped: the call log could not be written", "calls", finished)
		l.bus.Publish(event.Notices)
	}
	l.bus.Publish(event.Calls)
	return stored
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
