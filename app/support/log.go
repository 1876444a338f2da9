package support

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"
)

const (
	// keptLines is how many warnings and errors are remembered.
	keptLines = 200
	// longestLine is what is kept of one, in bytes.
	longestLine = 2 << 10
)

// Log remembers the last warnings and errors of the program's log, which itself
// goes to standard error and is gone by the time that somebody asks for it.
type Log struct {
	mu    sync.Mutex
	lines [][]byte // oldest first
}

// Over returns a handler that hands everything on, and remembers what is a
// warning or worse.
func (l *Log) Over(next slog.Handler) slog.Handler {
	return &remembering{next: next, kept: slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelWarn})}
}

// Write takes one line.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := bytes.TrimSpace(line)
	kept = kept[:min(len(kept), longestLine)]
	l.lines = append(l.lines[max(0, len(l.lines)+1-keptLines):], slices.Clone(kept))
	return len(line), nil
}

// String returns what is remembered, a line each.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.Join(l.lines, []byte("\n")))
}

// remembering hands records to two handlers.
type remembering struct{ next, kept slog.Handler }

func (r *remembering) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level) || r.kept.Enabled(ctx, level)
}

func (r *remembering) Handle(ctx context.Context, record slog.Record) error {
	if r.kept.Enabled(ctx, record.Level) {
		_ = r.kept.Handle(ctx, record.Clone()) // into memory: can't fail
	}
	if !r.next.Enabled(ctx, record.Level) {
		return nil
	}
	return r.next.Handle(ctx, record)
}

func (r *remembering) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &remembering{r.next.WithAttrs(attrs), r.kept.WithAttrs(attrs)}
}

func (r *remembering) WithGroup(name string) slog.Handler {
	return &remembering{r.next.WithGroup(name), r.kept.WithGroup(name)}
}
