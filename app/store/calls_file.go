package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/gateway"
)

// CallLog returns the store of the call log. It is the one writer of its file.
func (db *DB) CallLog() calllog.Store { return db.calls }

// callLog is the call log's store over a file that may not be there for a while: one
// that can't be opened is tried again each time that something is to be written, and
// one that is found broken is set aside then. What reads waits for no file.
type callLog struct {
	db   *DB
	spec spec
	open atomic.Pointer[openedCalls] // nil: there is no file now

	life context.Context // of what opens the file; close ends it
	stop context.CancelFunc
	last atomic.Pointer[error] // why there is no file; set before open becomes nil, and then never nil again

	mu     sync.Mutex // held by who opens the file, which may take minutes; guards what follows, and changes of the above
	broken int        // how often the file was found broken
	closed bool
}

// openedCalls is the store over the file that is open.
type openedCalls struct {
	*callStore
	file *file
}

func newCallLog(db *DB, s spec) *callLog {
	l := &callLog{db: db, spec: s}
	l.life, l.stop = context.WithCancel(context.Background())
	return l
}

// why says why there is no file. It waits for nobody.
func (l *callLog) why() error {
	if err := l.last.Load(); err != nil {
		return *err
	}
	return nil
}

// begin opens the file. What can't be had now is no error: a log must not keep the
// configuration from working. Codes: database_foreign, database_swapped, schema_newer,
// sqlite_too_old, pragma_refused.
func (l *callLog) begin(ctx context.Context) error {
	_, err := l.writer(ctx)
	if ctx.Err() != nil || apperr.Code(err) != "database_unusable" {
		return err
	}
	l.db.log.Error("the call log can't be opened; it is tried again when calls are to be written", "file", l.spec.path, "error", err)
	return nil
}

// reader returns the store as it is.
func (l *callLog) reader() (*openedCalls, error) {
	if open := l.open.Load(); open != nil {
		return open, nil
	}
	return nil, l.why()
}

// writer returns the store, opening the file if need be.
func (l *callLog) writer(ctx context.Context) (*openedCalls, error) {
	if open := l.open.Load(); open != nil {
		return open, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if open := l.open.Load(); open != nil {
		return open, nil
	}
	if l.closed {
		return nil, l.why()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.life, cancel)()
	s := l.spec
	s.suspect = l.broken > 0
	setAside := len(l.db.SetAside())
	var f *file
	var err error
	if l.broken > 1 { // what looked sound was not
		f, err = l.db.beginCalls(ctx, s, l.why())
	} else {
		f, err = l.db.openCalls(ctx, s)
	}
	if err != nil {
		l.last.Store(&err)
		return nil, err
	}
	if len(l.db.SetAside()) > setAside {
		l.broken = 0 // this is another file
	}
	open := &openedCalls{newCallStore(f), f}
	l.open.Store(open)
	return open, nil
}

// after closes a file that turned out to be broken.
func (l *callLog) after(used *openedCalls, err error) error {
	if err == nil || !isBroken(err) {
		return err
	}
	if l.open.Load() != used { // somebody else has seen to it, and opens it again perhaps
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open.Load() == used {
		why := unusable(err, l.spec.path)
		l.last.Store(&why)
		l.open.Store(nil)
		l.broken++
		l.db.log.Error("the call log is broken", "file", l.spec.path, "error", err)
		return errors.Join(err, used.file.close())
	}
	return err
}

func (l *callLog) close() error {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	why := errors.New("the call log is closed")
	l.closed = true
	l.last.Store(&why)
	if open := l.open.Swap(nil); open != nil {
		return open.file.close()
	}
	return nil
}

// writing does work that may wait for the file to be opened.
func writing[T any](ctx context.Context, l *callLog, work func(*openedCalls) (T, error)) (T, error) {
	open, err := l.writer(ctx)
	if err != nil {
		var none T
		return none, err
	}
	out, err := work(open)
	return out, l.after(open, err)
}

// reading does work on the file that is open.
func reading[T any](l *callLog, work func(*openedCalls) (T, error)) (T, error) {
	open, err := l.reader()
	if err != nil {
		var none T
		return none, err
	}
	out, err := work(open)
	return out, l.after(open, err)
}

type nothing struct{}

// Write is as calllog.Store says, and so are the others.
func (l *callLog) Write(ctx context.Context, entries []calllog.Entry) error {
	_, err := writing(ctx, l, func(s *openedCalls) (nothing, error) { return nothing{}, s.callStore.Write(ctx, entries) })
	return err
}

// Interrupt marks calls of an earlier run.
func (l *callLog) Interrupt(ctx context.Context) (int, error) {
	return writing(ctx, l, func(s *openedCalls) (int, error) { return s.callStore.Interrupt(ctx) })
}

// InterruptOnly marks calls of this run.
func (l *callLog) InterruptOnly(ctx context.Context, ids []string) (int, error) {
	return reading(l, func(s *openedCalls) (int, error) { return s.callStore.InterruptOnly(ctx, ids) })
}

// CatchUp counts calls of before.
func (l *callLog) CatchUp(ctx context.Context) (bool, error) {
	return reading(l, func(s *openedCalls) (bool, error) { return s.callStore.CatchUp(ctx) })
}

// SortIn gives calls of before their kinds.
func (l *callLog) SortIn(ctx context.Context) (bool, error) {
	return reading(l, func(s *openedCalls) (bool, error) { return s.callStore.SortIn(ctx) })
}

// PruneBodies removes bodies.
func (l *callLog) PruneBodies(ctx context.Context, before time.Time, limit int) (int, error) {
	return reading(l, func(s *openedCalls) (int, error) { return s.callStore.PruneBodies(ctx, before, limit) })
}

// Remove removes calls.
func (l *callLog) Remove(ctx context.Context, since, before time.Time, after int64, limit int) (removed int, last int64, err error) {
	_, err = reading(l, func(s *openedCalls) (nothing, error) {
		removed, last, err = s.callStore.Remove(ctx, since, before, after, limit)
		return nothing{}, err
	})
	return removed, last, err
}

// ForgetTallies removes tallies and kinds.
func (l *callLog) ForgetTallies(ctx context.Context, before time.Time) error {
	_, err := reading(l, func(s *openedCalls) (nothing, error) { return nothing{}, s.callStore.ForgetTallies(ctx, before) })
	return err
}

// Compact gives room back.
func (l *callLog) Compact(ctx context.Context) error {
	_, err := reading(l, func(s *openedCalls) (nothing, error) { return nothing{}, s.callStore.Compact(ctx) })
	return err
}

// Page returns calls.
func (l *callLog) Page(ctx context.Context, q calllog.Query) (calllog.Page, error) {
	return reading(l, func(s *openedCalls) (calllog.Page, error) { return s.callStore.Page(ctx, q) })
}

// Rows returns calls by their seqs.
func (l *callLog) Rows(ctx context.Context, seqs []int64) ([]calllog.Row, error) {
	return reading(l, func(s *openedCalls) ([]calllog.Row, error) { return s.callStore.Rows(ctx, seqs) })
}

// Bodies returns what a call carried.
func (l *callLog) Bodies(ctx context.Context, id string) (*gateway.Bodies, error) {
	return reading(l, func(s *openedCalls) (*gateway.Bodies, error) { return s.callStore.Bodies(ctx, id) })
}

// Texts visits what was said.
func (l *callLog) Texts(ctx context.Context, before int64, limit int, visit func(calllog.Said) (more bool, err error)) (int64, error) {
	return reading(l, func(s *openedCalls) (int64, error) { return s.callStore.Texts(ctx, before, limit, visit) })
}

// KeywordUse counts keywords.
func (l *callLog) KeywordUse(ctx context.Context) (map[int64]calllog.KeywordUse, error) {
	return reading(l, func(s *openedCalls) (map[int64]calllog.KeywordUse, error) { return s.callStore.KeywordUse(ctx) })
}

// Get returns one call.
func (l *callLog) Get(ctx context.Context, id string) (calllog.Detail, error) {
	return reading(l, func(s *openedCalls) (calllog.Detail, error) { return s.callStore.Get(ctx, id) })
}

// LastUsed returns when API keys were used.
func (l *callLog) LastUsed(ctx context.Context) (map[int64]int64, error) {
	return reading(l, func(s *openedCalls) (map[int64]int64, error) { return s.callStore.LastUsed(ctx) })
}

// Tallies does passes over what was counted.
func (l *callLog) Tallies(ctx context.Context, filter calllog.Slot, passes []calllog.TallyPass) (calllog.Names, error) {
	return reading(l, func(s *openedCalls) (calllog.Names, error) { return s.callStore.Tallies(ctx, filter, passes) })
}
