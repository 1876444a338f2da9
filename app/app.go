// Package app puts the program together: one data folder, one store, one
// catalog, one call log, one engine and the door in front of it.
//
// New does no I/O, so that a tool may run main to read the bound methods.
// Start does all of it; Close undoes it in the reverse order.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"time"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/instance"
	"headgate/app/notify"
	"headgate/app/playground"
	"headgate/app/secret"
	"headgate/app/settings"
	"headgate/app/store"
	"headgate/app/update"
	"headgate/gateway"
)

// Options say where the program lives. The zero value of a field means the
// default for this system.
type Options struct {
	DataDir     string // absolute; holds databases, key file and lock
	DatabaseURL string // sqlite:///path; replaces the files in DataDir
	Address     string // overrides the address in the settings, for this run
	// Secrets say where the keys that seal provider keys are; the path is DataDir's.
	Secrets secret.Options
	// Guarded: of private addresses only those are called that are in Networks or in
	// the settings, which begin with what the stored providers need.
	Guarded  bool
	Networks []netip.Prefix
	// Lookup finds a provider's addresses when such networks are chosen; nil: as the
	// system does.
	Lookup  func(ctx context.Context, host string) ([]netip.Addr, error)
	Version string
	Log     *slog.Logger
	// Visitors answer at the folder's own door, where the command line of the same
	// person asks; nil: nobody does.
	Visitors func(*App) http.Handler
}

// App is the whole program but for its face.
type App struct {
	Options
	Bus      *event.Bus
	Catalog  *catalog.Catalog
	CallLog  *calllog.Log
	Engine   *gateway.Gateway
	Listener *Listener
	Store    *store.DB

	Notify     *notify.Watcher
	Playground *playground.Playground
	Uploads    *Uploads
	Imports    *Imports
	Updates    *update.Updater
	Support    *Support

	told atomic.Pointer[func(notify.Change)] // nil: the log only
	Keys *Keys
	nets *networks
	lock *instance.Lock
}

// New returns a program that has not begun. It does no I/O.
func New(o Options) *App {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{Options: o, Bus: &event.Bus{}}
	a.Support = &Support{app: a, started: time.Now()}
	a.Log = slog.New(a.Support.log.Over(o.Log.Handler()))
	return a
}

// Start takes the data folder, opens what is in it and applies it to the
// engine. It does not open the gateway's door: that is StartGateway.
// Codes: data_folder_locked, data_folder_unusable, and those of store.Open.
func (a *App) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(ctx))
		}
	}()
	if a.lock, err = instance.Acquire(a.DataDir); err != nil {
		return err
	}
	if a.Uploads, err = openUploads(a.DataDir); err != nil {
		return err
	}
	a.Options.Secrets.Path = filepath.Join(a.DataDir, "secret.key")
	sealer := secret.Open(a.Options.Secrets)
	if a.Store, err = store.Open(ctx, store.Options{
		Dir: a.DataDir, URL: a.DatabaseURL, Sealer: sealer, Log: a.Log,
	}); err != nil {
		return err
	}
	a.CallLog = calllog.New(a.Store.CallLog(), a.Bus, a.Log)
	health := newHealthFile(filepath.Join(a.DataDir, "health.sealed"), sealer, a.Log)
	a.Keys = newKeys(a, sealer, health)
	a.Engine = gateway.New(gateway.Options{
		Recorder: a.CallLog,
		Guarded:  a.Guarded,
		Networks: a.Networks,
		Log:      a.Log,
		OnHealth: func() { a.Bus.Publish(event.Health) },
		OnNetwork: func() {
			if since := a.Engine.Offline(); since.IsZero() {
				a.Log.Info("the network is back")
			} else {
				a.Log.Warn("no network: nothing outside this machine is reached; no member is blamed", "since", since)
			}
			a.Bus.Publish(event.Gateway)
		},
		OnLearnt: health.note,
	})
	a.Listener = newListener(a.Engine, a.Bus, a.Log)
	a.Playground = playground.New(a.Engine)
	a.Catalog = catalog.New(catalog.Options{
		Store: a.Store.Catalog(), Engine: a.Engine, Bus: a.Bus, Log: a.Log,
	})
	a.Imports = &Imports{app: a}
	a.nets = newNetworks(a)
	if err := a.Keys.begin(ctx); err != nil {
		return err
	}
	chosen, err := a.Catalog.Settings(ctx)
	if err != nil {
		return err
	}
	a.Notify = notify.New(notify.Options{Note: a.noteChange, Tell: a.tell, Explain: a.Engine.Explain})
	a.Notify.Choose(chosen.Notify)
	a.Updates = update.New(update.Options{
		Version: a.Version, DataDir: a.DataDir, PublicKey: update.PublicKey, ManifestURL: update.ManifestURL,
		InstalledBy: update.InstalledBy(), Bus: a.Bus, Log: a.Log,
	})
	a.Updates.Start(chosen.Updates)
	a.CallLog.Watch(a.Notify.Calls)
	a.CallLog.Start(chosen.Log)
	address, err := a.address(ctx)
	if err != nil {
		return err
	}
	if err := a.Listener.Move(ctx, address); err != nil {
		return err
	}
	if a.Visitors != nil {
		a.lock.Serve(a.Visitors(a))
	}
	return nil
}

// StartGateway opens the gateway's door at the address of this run. While the
// provider keys are locked it is opened as soon as they aren't.
// Codes: secrets_locked, those of Listener.Start.
func (a *App) StartGateway(ctx context.Context) error {
	if err := a.Keys.wait(ctx); err != nil {
		return err
	}
	address, err := a.address(ctx)
	if err != nil {
		return err
	}
	return a.Listener.Start(address)
}

// StopGateway closes the door; calls in flight finish first. One that waits for
// the provider keys isn't opened with them.
func (a *App) StopGateway(ctx context.Context) {
	a.Keys.rest()
	a.Listener.Stop(ctx)
}

// SaveSettings checks and stores the settings and lets the running parts follow
// them. An address that can't be bound is not kept: the old one is put back.
func (a *App) SaveSettings(ctx context.Context, in settings.Settings) error {
	before, err := a.Catalog.Settings(ctx)
	if err != nil {
		return err
	}
	if err := a.Catalog.SaveSettings(ctx, in); err != nil {
		return err
	}
	return a.followSettings(ctx, before)
}

// followSettings lets the running parts follow the stored settings. An address
// that can't be bound is not kept: the one before is put back.
func (a *App) followSettings(ctx context.Context, before settings.Settings) error {
	now, err := a.Catalog.Settings(ctx)
	if err != nil {
		return err
	}
	a.CallLog.Keep(now.Log)
	a.Notify.Choose(now.Notify)
	a.Updates.Choose(now.Updates)
	if a.Address != "" || now.Gateway.Address == before.Gateway.Address {
		return nil
	}
	if err := a.Listener.Move(ctx, now.Gateway.Address); err != nil {
		now.Gateway.Address = before.Gateway.Address
		return errors.Join(err, a.Catalog.SaveSettings(ctx, now))
	}
	return nil
}

func (a *App) address(ctx context.Context) (string, error) {
	if a.Address != "" {
		return a.Address, nil
	}
	chosen, err := a.Catalog.Settings(ctx)
	if err != nil {
		return "", err
	}
	return chosen.Gateway.Address, nil
}

// OnShow sets what happens when another start of the program finds this one
// running in the same data folder; that one may bring a link, "": it doesn't.
func (a *App) OnShow(show func(link string)) { a.lock.OnShow(show) }

// OnQuit sets what happens when the command line wants this program to end.
func (a *App) OnQuit(quit func()) { a.lock.OnQuit(quit) }

// Close ends everything that Start began. It is safe after a failed Start.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	if a.lock != nil {
		errs = append(errs, a.lock.Shut()) // a second start waits for the folder from here on
	}
	if a.Listener != nil {
		a.Listener.Stop(ctx)
	}
	if a.Updates != nil {
		a.Updates.Close()
	}
	if a.Playground != nil {
		a.Playground.Close()
	}
	if a.Imports != nil {
		a.Imports.close()
	}
	if a.nets != nil {
		a.nets.close()
	}
	if a.Catalog != nil {
		a.Catalog.Close()
	}
	if a.Engine != nil {
		errs = append(errs, a.Engine.Close())
	}
	if a.Keys != nil {
		a.Keys.close()
	}
	if a.CallLog != nil {
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		errs = append(errs, a.CallLog.Close(flush))
	}
	if a.Notify != nil {
		a.Notify.Close()
	}
	if a.Store != nil {
		errs = append(errs, a.Store.Close())
	}
	if a.Uploads != nil {
		errs = append(errs, a.Uploads.close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Release())
	}
	return errors.Join(errs...)
}
