package app

import (
	"context"
	"errors"
	"sync"

	"headgate/app/apperr"
	"headgate/app/event"
	"headgate/app/secret"
)

// Keys are the keys that seal what is secret in the data folder. While they are
// locked nothing is lost and all can be looked at, but nothing be changed, and the
// gateway stays shut.
type Keys struct {
	app    *App
	sealer *secret.Sealer
	health *healthFile

	turn sync.Mutex // of KeepIn and Rotate, which keeps the keys where they are

	mu      sync.Mutex // guards what follows
	opened  bool       // the engine has its configuration
	waiting bool       // the gateway was to be opened, and is when the keys are
}

func newKeys(a *App, s *secret.Sealer, health *healthFile) *Keys {
	return &Keys{app: a, sealer: s, health: health}
}

// KeysState is where the keys are kept.
type KeysState struct {
	Kept    secret.Keep   `json:"kept"`    // keychain, passphrase, key_file; "": there is none yet
	Locked  *apperr.Error `json:"locked"`  // why nothing can be opened; null: it can
	Choices []secret.Keep `json:"choices"` // where they can be kept here
}

// State tells where the keys are kept.
func (k *Keys) State() KeysState {
	state := KeysState{Kept: k.sealer.Kept(), Choices: []secret.Keep{secret.KeepPassphrase, secret.KeepFile}}
	if locked, is := errors.AsType[*apperr.Error](k.sealer.Locked()); is {
		state.Locked = locked
	}
	if k.sealer.Keychain != nil {
		state.Choices = append([]secret.Keep{secret.KeepKeychain}, state.Choices...)
	}
	return state
}

// begin opens what the keys open, unless they are locked.
func (k *Keys) begin(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.sealer.Locked(); err != nil {
		k.app.Log.Warn("the provider keys are locked; the gateway stays shut until they are opened", "reason", apperr.Code(err))
		return nil
	}
	if kept := k.sealer.Kept(); k.sealer.Passphrase != "" && kept != "" && kept != secret.KeepPassphrase {
		k.app.Log.Warn("a master key is given, but the provider keys aren't locked with it: Settings, Security can do that", "kept", kept)
	}
	return k.load(ctx)
}

// load gives the engine what it learnt before, and the configuration.
func (k *Keys) load(ctx context.Context) error {
	k.app.Engine.Relearn(k.health.load())
	if err := k.app.Catalog.Load(ctx); err != nil {
		return err
	}
	if k.app.Guarded {
		if err := k.app.nets.begin(ctx); err != nil {
			return err
		}
	}
	if k.sealer.Rotating() {
		k.app.Log.Info("new keys were made and not all is sealed with them: this is done now")
		if err := k.sealer.FinishRotation(func() error { return k.app.Catalog.Reseal(ctx) }); err != nil {
			// The keys of before open all as well: no reason to stay shut.
			k.app.Log.Warn("not all could be sealed with the new keys; the next start tries again", "error", err)
		}
	}
	k.opened = true
	k.health.follow(k.app.Engine.Learnt)
	return nil
}

// close writes what is still to be kept.
func (k *Keys) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened {
		k.health.close()
	}
}

// wait notes that the gateway is to be opened when the keys are, if they are
// locked. Codes: secrets_locked, and Catalog.Load's where the keys were opened but
// the configuration couldn't be read.
func (k *Keys) wait(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened {
		return nil
	}
	if k.sealer.Locked() == nil {
		return k.load(ctx)
	}
	k.waiting = true
	return apperr.New("secrets_locked")
}

// rest undoes wait: the gateway is to stay shut.
func (k *Keys) rest() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting = false
}

// Unlock opens the keys, with a passphrase where one is needed or with the key file
// that was put back, and then the gateway if that was waiting.
// Codes: those of secret.Sealer.Unlock, secret_key_mismatch and those of App.StartGateway.
func (k *Keys) Unlock(ctx context.Context, passphrase string) error {
	begins, err := k.unlock(ctx, passphrase)
	if err != nil || !begins {
		return err
	}
	return k.app.StartGateway(ctx)
}

func (k *Keys) unlock(ctx context.Context, passphrase string) (begins bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened {
		return false, nil
	}
	defer k.app.Bus.Publish(event.Secrets)
	if err := k.sealer.Unlock(passphrase); err != nil {
		return false, err
	}
	if err := k.load(ctx); err != nil {
		if apperr.Code(err) == "secret_key_mismatch" { // another key file was put there
			k.sealer.Lock(err)
		}
		return false, err
	}
	k.app.Bus.Publish(event.Providers, event.Groups, event.APIKeys, event.Keywords, event.Settings, event.Gateway)
	begins, k.waiting = k.waiting, false
	return begins, nil
}

// KeepIn keeps the wrapping key elsewhere from now on: keychain, passphrase or
// key_file. From the key file it is moved together with a new data key: copies of
// the file as it was open nothing that is sealed from now on.
// Codes: those of secret.Sealer.KeepIn and Rotate.
func (k *Keys) KeepIn(ctx context.Context, keep, passphrase string) error {
	k.turn.Lock()
	defer k.turn.Unlock()
	wasOpen := k.sealer.Kept() == secret.KeepFile && secret.Keep(keep) != secret.KeepFile
	if err := k.sealer.KeepIn(secret.Keep(keep), passphrase); err != nil {
		return err
	}
	k.app.Bus.Publish(event.Secrets)
	if !wasOpen {
		return nil
	}
	return k.rotate(ctx, passphrase)
}

// Rotate makes new keys and seals everything with them. What breaks off is
// finished by the next start. Codes: those of secret.Sealer.Rotate.
func (k *Keys) Rotate(ctx context.Context, passphrase string) error {
	k.turn.Lock()
	defer k.turn.Unlock()
	return k.rotate(ctx, passphrase)
}

func (k *Keys) rotate(ctx context.Context, passphrase string) error {
	err := k.sealer.Rotate(passphrase, func() error { return k.app.Catalog.Reseal(ctx) })
	k.health.note() // it is sealed, too
	return err
}
