package catalog

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"sync"
	"time"

	"headgate/app/apperr"
)

// modelImportKept is for how long an import is known after its end.
const modelImportKept = 10 * time.Minute

// modelImports are the imports of models that run, and those that ended lately.
// The zero value is ready.
type modelImports struct {
	mu     sync.Mutex
	closed bool
	all    map[string]*modelImport
	done   sync.WaitGroup
}

// modelImport is one of them; it is guarded by modelImports.mu.
type modelImport struct {
	provider int64 // 0: a new one
	cancel   context.CancelFunc
	progress ModelImportProgress
	endedAt  time.Time // zero: it runs
}

// StartModelImport begins to import models and returns the import's id. What is
// wrong with it is told by its progress. A provider takes one at a time.
//
// Code: model_import_running. In the progress: those of SaveProvider for a new
// provider, model_import_refused, model_not_found, too_many.
func (c *Catalog) StartModelImport(in ModelImport) (string, error) {
	c.imports.mu.Lock()
	defer c.imports.mu.Unlock()
	c.imports.forget(c.now())
	for _, other := range c.imports.all {
		if in.Provider.ID != 0 && other.provider == in.Provider.ID && other.endedAt.IsZero() {
			return "", apperr.New("model_import_running")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	run := &modelImport{provider: in.Provider.ID, cancel: cancel, progress: ModelImportProgress{
		Total: len(in.Models) + len(in.Remove), ProviderID: in.Provider.ID,
	}}
	if c.imports.closed {
		cancel()
	}
	if c.imports.all == nil {
		c.imports.all = map[string]*modelImport{}
	}
	id := rand.Text()
	c.imports.all[id] = run
	c.imports.done.Go(func() {
		defer cancel()
		c.importModels(ctx, in, run)
	})
	return id, nil
}

// ModelImportProgress tells how far an import is. Code: model_import_unknown.
func (c *Catalog) ModelImportProgress(id string) (ModelImportProgress, error) {
	c.imports.mu.Lock()
	defer c.imports.mu.Unlock()
	c.imports.forget(c.now())
	run, known := c.imports.all[id]
	if !known {
		return ModelImportProgress{}, apperr.New("model_import_unknown")
	}
	return run.progress, nil
}

// CancelModelImport ends an import; nothing of it stays. One that has ended, or
// is just being committed, stays as it is.
func (c *Catalog) CancelModelImport(id string) {
	c.imports.mu.Lock()
	defer c.imports.mu.Unlock()
	if run, known := c.imports.all[id]; known {
		run.cancel()
	}
}

// Close ends the imports that run, before the store is closed.
func (c *Catalog) Close() {
	c.imports.mu.Lock()
	c.imports.closed = true
	for _, run := range c.imports.all {
		run.cancel()
	}
	c.imports.mu.Unlock()
	c.imports.done.Wait()
}

// forget drops what has ended long ago.
func (i *modelImports) forget(now time.Time) {
	maps.DeleteFunc(i.all, func(_ string, run *modelImport) bool {
		return !run.endedAt.IsZero() && now.Sub(run.endedAt) >= modelImportKept
	})
}

func (c *Catalog) importModels(ctx context.Context, in ModelImport, run *modelImport) {
	var got ModelImportProgress
	_, err := c.change(ctx, func(d *draft) (err error) {
		got, err = d.importModels(ctx, in, func(count int) {
			c.imports.mu.Lock()
			defer c.imports.mu.Unlock()
			run.progress.Count = count
		})
		return err
	})
	c.imports.mu.Lock()
	defer c.imports.mu.Unlock()
	run.endedAt = c.now()
	run.progress.Done = true
	switch {
	case err == nil:
		got.Total, got.Count, got.Done = run.progress.Total, run.progress.Total, true
		run.progress = got
	case ctx.Err() != nil:
		run.progress.Canceled = true
	default:
		if coded, ok := errors.AsType[*apperr.Error](err); ok {
			run.progress.Error = coded
			return
		}
		c.log.Error("an import of models failed", "error", err)
		run.progress.Error = apperr.New(apperr.Internal)
	}
}
