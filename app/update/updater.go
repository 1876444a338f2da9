package update

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/app/event"
)

// Stage is what the updater is at.
type Stage string

// The stages.
const (
	StageIdle        Stage = "idle"
	StageChecking    Stage = "checking"
	StageDownloading Stage = "downloading"
	StageReady       Stage = "ready"     // the file is there, whole, and waits for a person
	StageInstalled   Stage = "installed" // the next start is the new version
)

// Release is a newer version. Times are Unix milliseconds.
type Release struct {
	Version string `json:"version"`
	Date    int64  `json:"date"`
	Notes   string `json:"notes"` // plain text
	Page    string `json:"page"`  // "": none
	Size    int64  `json:"size"`  // bytes of the file for this system; 0: there is none
}

// State is what a person is told.
type State struct {
	Able        bool          `json:"able"`        // this build can look for releases
	InstalledBy string        `json:"installedBy"` // a package manager, which brings updates itself; "": none
	Installs    bool          `json:"installs"`    // from here a release can be fetched and installed
	Kind        string        `json:"kind"`        // of what is installed here: setup, archive or image
	Version     string        `json:"version"`     // that runs
	CheckedAt   int64         `json:"checkedAt"`   // Unix milliseconds; 0: never
	Available   *Release      `json:"available"`   // null: nothing newer is known
	Stage       Stage         `json:"stage"`
	Done        int64         `json:"done"`  // bytes fetched
	Error       *apperr.Error `json:"error"` // of the last step; null: none
}

// Options say what runs, and where.
type Options struct {
	Version     string
	DataDir     string
	PublicKey   string // "": this build can't update itself
	ManifestURL string
	InstalledBy string // the package manager that it came by; "": none
	Bus         *event.Bus
	Log         *slog.Logger
}

// often is how long a check holds, and soon after a start the first one is made.
const (
	often = 24 * time.Hour
	soon  = time.Minute
)

// Updater looks for releases. Its methods are safe for concurrent use.
type Updater struct {
	o      Options
	folder string
	client *http.Client

	life context.Context // of all that asks and fetches; Close ends it
	stop context.CancelFunc

	mu         sync.Mutex
	state      State
	manifest   Manifest
	handOver   func(path string, f File) (ends bool, err error) // nil: nothing can be installed from here
	quit       func()
	cancel     context.CancelFunc // of the download; nil: none runs
	timer      *time.Timer        // of the next check; nil: a person didn't choose any
	installing bool               // nothing else begins meanwhile
	closed     bool
	work       sync.WaitGroup // grows under mu and until closed only
}

// New returns an updater at rest. It does no I/O.
func New(o Options) *Updater {
	u := &Updater{
		o: o, folder: filepath.Join(o.DataDir, "updates"), client: client(),
		state: State{
			Able:        o.PublicKey != "" && o.ManifestURL != "" && o.InstalledBy == "",
			InstalledBy: o.InstalledBy, Version: o.Version, Stage: StageIdle, Kind: kindHere,
		},
	}
	u.life, u.stop = context.WithCancel(context.Background())
	return u
}

// Installs lets a person install a release from here; quit ends the program, for
// an installer that replaces it.
func (u *Updater) Installs(quit func()) {
	u.change(func() {
		u.quit, u.handOver = quit, handOver
		u.state.Installs = u.state.Able
	})
}

// Start clears away what an earlier run has fetched, and looks once a day if that
// was chosen.
func (u *Updater) Start(look bool) {
	u.tidy()
	u.Choose(look)
}

func (u *Updater) tidy() {
	there, err := os.ReadDir(u.folder)
	if err != nil {
		return // as a rule there is no such folder
	}
	for _, e := range there {
		if e.Name() != seenFile {
			_ = os.Remove(filepath.Join(u.folder, e.Name())) // an installer that runs still goes the next time
		}
	}
}

// Choose begins or ends to look once a day.
func (u *Updater) Choose(look bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.timer != nil && !look {
		u.timer.Stop()
		u.timer = nil
	}
	if u.timer == nil && look && u.state.Able && !u.closed {
		u.timer = time.AfterFunc(soon, u.daily)
	}
}

func (u *Updater) daily() {
	u.mu.Lock()
	if u.closed || u.timer == nil {
		u.mu.Unlock()
		return
	}
	u.timer.Reset(often)
	u.work.Add(1)
	u.mu.Unlock()
	defer u.work.Done()
	if err := u.Check(u.life); err != nil && u.life.Err() == nil {
		u.o.Log.Warn("could not look for a newer version", "error", err)
	}
}

// State tells what there is.
func (u *Updater) State() State {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

func (u *Updater) change(f func()) {
	u.mu.Lock()
	f()
	u.mu.Unlock()
	u.o.Bus.Publish(event.Updates)
}

// begin enters a stage from one at rest, which it returns. Close waits until the
// caller calls work.Done.
func (u *Updater) begin(s Stage) (before Stage, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.o.InstalledBy != "":
		return "", apperr.New("update_by_package", "By", u.o.InstalledBy)
	case !u.state.Able:
		return "", apperr.New("update_unable")
	case u.closed || u.installing || u.state.Stage == StageChecking || u.state.Stage == StageDownloading:
		return "", apperr.New("update_busy")
	}
	before = u.state.Stage
	u.state.Stage, u.state.Error = s, nil
	u.work.Add(1)
	return before, nil
}

func (u *Updater) end(s Stage, err error) error {
	u.change(func() {
		u.state.Stage, u.installing = s, false
		if coded, ok := errors.AsType[*apperr.Error](err); ok {
			u.state.Error = coded
		}
	})
	return err
}

// Check looks for a newer version.
// Codes: update_unable, update_by_package, update_busy, update_unreachable,
// update_signature_wrong, update_manifest_invalid, update_older, update_expired.
func (u *Updater) Check(ctx context.Context) error {
	before, err := u.begin(StageChecking)
	if err != nil {
		return err
	}
	defer u.work.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(u.life, cancel)()
	u.o.Bus.Publish(event.Updates)
	m, err := u.newest(ctx)
	after := StageIdle
	if (before == StageReady || before == StageInstalled) && (err != nil || m.Version == u.manifest.Version) {
		after = before // the file is there still
	}
	if err != nil {
		return u.end(after, err)
	}
	u.change(func() {
		u.state.CheckedAt = time.Now().UnixMilli()
		u.manifest, u.state.Available = m, nil
		if newer(m.Version, u.o.Version) {
			u.state.Available = &Release{Version: m.Version, Date: m.Date.UnixMilli(), Notes: m.Notes, Page: m.Page}
			if f := m.file(runtime.GOOS, runtime.GOARCH, kindHere); f != nil {
				u.state.Available.Size = f.Size
			}
		}
	})
	return u.end(after, nil)
}

func (u *Updater) newest(ctx context.Context) (Manifest, error) {
	text, err := u.small(ctx, u.o.ManifestURL, maxManifest)
	if err != nil {
		return Manifest{}, err
	}
	signature, err := u.small(ctx, u.o.ManifestURL+".minisig", maxSignature)
	if err != nil {
		return Manifest{}, err
	}
	m, err := Read(text, signature, u.o.PublicKey)
	if err != nil {
		return m, err
	}
	return m, u.remember(m)
}

const seenFile = "seen.json"

// seen is the newest manifest that this folder has met: who shows an older one, or
// one that ran out, holds a newer one back.
type seen struct {
	Version string    `json:"version"`
	Date    time.Time `json:"date"`
}

// remember refuses what is older than what was seen.
// Codes: update_older, update_expired, file_unwritable.
func (u *Updater) remember(m Manifest) error {
	if !m.Expires.IsZero() && time.Now().After(m.Expires) {
		return apperr.New("update_expired", "Date", m.Expires.Format(time.DateOnly))
	}
	path := filepath.Join(u.folder, seenFile)
	var before seen
	if text, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(text, &before) // a broken one is as good as none
	}
	if m.Date.Before(before.Date) || newer(before.Version, m.Version) {
		return apperr.New("update_older", "Version", m.Version, "Seen", before.Version)
	}
	text, err := json.Marshal(seen{Version: m.Version, Date: m.Date})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(u.folder, 0o700); err != nil {
		return apperr.Wrap(err, "file_unwritable", "File", path)
	}
	beside := path + ".new"
	if err := errors.Join(os.WriteFile(beside, text, 0o600), os.Rename(beside, path)); err != nil {
		return apperr.Wrap(err, "file_unwritable", "File", path)
	}
	return nil
}

// Download begins to fetch the newer version. How far it is, and how it ended, is
// in State. Codes: update_unable, update_by_package, update_busy, update_nothing,
// update_no_file.
func (u *Updater) Download() error {
	u.mu.Lock()
	m, there, able := u.manifest, u.state.Available != nil, u.handOver != nil
	u.mu.Unlock()
	f := m.file(runtime.GOOS, runtime.GOARCH, kindHere)
	switch {
	case !able && u.o.InstalledBy == "":
		return apperr.New("update_unable")
	case !there:
		return apperr.New("update_nothing")
	case f == nil:
		return apperr.New("update_no_file", "Version", m.Version)
	}
	if _, err := u.begin(StageDownloading); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(u.life)
	u.change(func() { u.cancel, u.state.Done = cancel, 0 })
	go func() {
		defer u.work.Done()
		defer cancel()
		_, err := u.large(ctx, *f, func(done int64) { u.change(func() { u.state.Done = done }) })
		switch {
		case err == nil:
			_ = u.end(StageReady, nil)
		case ctx.Err() != nil: // a person didn't want it any more
			_ = u.end(StageIdle, nil)
		default:
			u.o.Log.Warn("a newer version could not be fetched", "error", err)
			_ = u.end(StageIdle, err)
		}
	}()
	return nil
}

// Cancel ends a download.
func (u *Updater) Cancel() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.cancel != nil {
		u.cancel()
	}
}

// Install hands the fetched file to what installs it: Windows' installer, which ends
// and replaces this program, Finder, or on Linux the exchange of the program's own
// file, which the next start is. Codes: update_nothing, update_busy,
// update_file_damaged, update_install_failed.
func (u *Updater) Install() error {
	u.mu.Lock()
	f, hand, quit := u.manifest.file(runtime.GOOS, runtime.GOARCH, kindHere), u.handOver, u.quit
	there := u.state.Stage == StageReady && f != nil && hand != nil
	busy := u.installing || u.closed
	u.installing = u.installing || there && !busy
	u.mu.Unlock()
	switch {
	case !there:
		return apperr.New("update_nothing")
	case busy:
		return apperr.New("update_busy")
	}
	path := filepath.Join(u.folder, f.Name)
	if !isWhole(path, *f) {
		_ = os.Remove(path)
		return u.end(StageIdle, apperr.New("update_file_damaged", "File", f.Name))
	}
	ends, err := hand(path, *f)
	if err != nil {
		return u.end(StageReady, apperr.Wrap(err, "update_install_failed", "Reason", err.Error(), "File", path))
	}
	_ = u.end(StageInstalled, nil)
	if ends {
		quit()
	}
	return nil
}

// Close ends everything that runs.
func (u *Updater) Close() {
	u.mu.Lock()
	u.closed = true
	if u.timer != nil {
		u.timer.Stop()
		u.timer = nil
	}
	u.mu.Unlock()
	u.stop()
	u.work.Wait()
	u.client.CloseIdleConnections()
}
