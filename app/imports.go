package app

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/oldserver"
)

// The kinds of files that can be imported.
const (
	ImportConfiguration = "configuration"
	ImportOldServer     = "old_server"
)

// importKept is for how long the end of an import is told: API keys that it made
// are in there.
const importKept = 10 * time.Minute

// ImportPreview is what an import would do.
type ImportPreview struct {
	Kind      string             `json:"kind"`      // configuration or old_server
	Encrypted bool               `json:"encrypted"` // a passphrase is needed first: there is nothing else here
	Changes   []catalog.Change   `json:"changes"`   // in the order of the file
	OldServer *oldserver.Preview `json:"oldServer"` // null for a configuration
}

// ImportProgress is how far the import that was started last is.
type ImportProgress struct {
	Running  bool               `json:"running"`
	Count    int64              `json:"count"` // calls brought along so far
	Total    int64              `json:"total"`
	Error    *apperr.Error      `json:"error"`    // null: none; with Changes: of what came after them
	Changes  []catalog.Change   `json:"changes"`  // when it has ended
	MadeKeys []catalog.MadeKey  `json:"madeKeys"` // for ten minutes, and then not to be had again
	Oddities []oldserver.Oddity `json:"oddities"` // of the whole move
}

// Imports take a configuration, or an old server's database, from uploads: one
// at a time, in the background. Its methods are safe for concurrent use.
type Imports struct {
	app *App

	mu       sync.Mutex
	progress ImportProgress
	endedAt  time.Time // zero: none has
	cancel   context.CancelFunc
	closed   bool
	done     sync.WaitGroup
}

// upload is an uploaded file to import.
type upload struct {
	id, path, name string
	kind           string
	file           []byte // of a configuration, perhaps locked
}

// Preview tells what importing an upload would do. Codes: upload_unknown,
// import_file_unreadable, those of catalog.Unlock but passphrase_needed, of
// catalog.Import, and of oldserver.
func (i *Imports) Preview(ctx context.Context, id, passphrase string) (ImportPreview, error) {
	u, err := i.open(id)
	if err != nil {
		return ImportPreview{}, err
	}
	preview := ImportPreview{Kind: u.kind, Changes: []catalog.Change{}}
	if u.kind == ImportOldServer {
		preview.OldServer, err = i.previewOldServer(ctx, u)
		if err == nil {
			preview.Changes = append(preview.Changes, preview.OldServer.Report.Changes...)
		}
		return preview, u.unnamed(err)
	}
	if catalog.IsLocked(u.file) && passphrase == "" {
		preview.Encrypted = true
		return preview, nil
	}
	text, err := catalog.Unlock(u.file, passphrase)
	if err != nil {
		return preview, err
	}
	report, err := i.app.Catalog.PreviewImport(ctx, text)
	preview.Changes = append(preview.Changes, report.Changes...)
	return preview, err
}

func (i *Imports) previewOldServer(ctx context.Context, u upload) (_ *oldserver.Preview, err error) {
	old, err := oldserver.Open(ctx, u.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	found, err := old.Preview(ctx, i.into())
	return &found, err
}

// Start imports an upload; with calls, an old server's call log too. What goes
// wrong after it has begun is told by Progress. When all of it is in the upload
// is removed: it may hold keys in the clear.
// Codes: import_running, upload_unknown, import_file_unreadable, and those of
// catalog.Unlock.
func (i *Imports) Start(id, passphrase string, calls bool) error {
	u, err := i.open(id)
	if err != nil {
		return err
	}
	text, err := catalog.Unlock(u.file, passphrase)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.progress.Running || i.closed {
		return apperr.New("import_running")
	}
	ctx, cancel := context.WithCancel(context.Background())
	i.cancel = cancel
	i.progress = ImportProgress{Running: true}
	i.done.Go(func() {
		defer cancel()
		report, oddities, err := i.run(ctx, u, text, calls)
		if err == nil {
			i.app.Uploads.forget(u.id)
		}
		i.end(report, oddities, err)
	})
	return nil
}

func (i *Imports) run(ctx context.Context, u upload, text []byte, calls bool) (catalog.Report, []oldserver.Oddity, error) {
	if u.kind == ImportOldServer {
		return i.moveOver(ctx, u, calls)
	}
	report, err := i.configure(ctx, text)
	return report, nil, err
}

// Progress tells how far the import that was started last is.
func (i *Imports) Progress() ImportProgress {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.progress.Running && time.Since(i.endedAt) >= importKept {
		i.progress = ImportProgress{}
	}
	p := i.progress
	p.Changes = append([]catalog.Change{}, p.Changes...)
	p.MadeKeys = append([]catalog.MadeKey{}, p.MadeKeys...)
	p.Oddities = append([]oldserver.Oddity{}, p.Oddities...)
	return p
}

// close breaks a running import off; calls that it has brought stay.
func (i *Imports) close() {
	i.mu.Lock()
	i.closed = true
	if i.cancel != nil {
		i.cancel()
	}
	i.mu.Unlock()
	i.done.Wait()
}

func (i *Imports) end(report catalog.Report, oddities []oldserver.Oddity, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	defer i.app.Bus.Publish(event.Imports) // who asks now waits for the lock
	i.endedAt = time.Now()
	i.progress.Running = false
	i.progress.Changes, i.progress.MadeKeys, i.progress.Oddities = report.Changes, report.MadeKeys, oddities
	if err == nil {
		return
	}
	coded, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		coded = apperr.New(apperr.Internal)
		i.app.Log.Error("an import failed", "error", err)
	}
	i.progress.Error = coded
}

// configure imports a configuration and lets the running parts follow.
func (i *Imports) configure(ctx context.Context, text []byte) (catalog.Report, error) {
	before, err := i.app.Catalog.Settings(ctx)
	if err != nil {
		return catalog.Report{}, err
	}
	report, err := i.app.Catalog.Import(ctx, text)
	if err != nil {
		return report, err
	}
	return report, i.app.followSettings(ctx, before)
}

func (i *Imports) moveOver(ctx context.Context, u upload, calls bool) (_ catalog.Report, _ []oldserver.Oddity, err error) {
	defer func() { err = u.unnamed(err) }()
	old, err := oldserver.Open(ctx, u.path)
	if err != nil {
		return catalog.Report{}, nil, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	moved, err := old.Move(ctx, i.into(), oldserver.Options{Calls: calls, Progress: func(done, total int64) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.progress.Count, i.progress.Total = done, total
	}})
	return moved.Report, moved.Oddities, err
}

func (i *Imports) into() oldserver.Into {
	return oldserver.Into{Catalog: i.app.Catalog, CallLog: i.app.CallLog}
}

// open finds out what an upload is, by its content.
// Codes: upload_unknown, import_file_unreadable.
func (i *Imports) open(id string) (upload, error) {
	path, err := i.app.Uploads.Path(id)
	if err != nil {
		return upload{}, err
	}
	u := upload{id: id, path: path, name: i.app.Uploads.name(id), kind: ImportConfiguration}
	isOld, err := oldserver.IsDatabase(path)
	if err == nil && isOld {
		u.kind = ImportOldServer
		return u, nil
	}
	if err == nil {
		u.file, err = readAtMost(path, catalog.MaxFile+1)
	}
	if err != nil {
		return upload{}, apperr.Wrap(err, "import_file_unreadable", "File", u.name)
	}
	return u, nil
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, most))
}

// unnamed puts the name that a person knows in place of the path where the
// upload lies.
func (u upload) unnamed(err error) error {
	coded, ok := errors.AsType[*apperr.Error](err)
	if !ok || coded.Params["File"] != u.path {
		return err
	}
	told := *coded
	told.Params = maps.Clone(coded.Params)
	told.Params["File"] = u.name
	return &told
}
