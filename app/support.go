package app

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/app/support"
	"headgate/gateway"
)

// failedCalls is how many calls that went wrong a support bundle tells of.
const failedCalls = 50

// Support makes what a person can hand to somebody who helps. What was shown is
// what is saved: the last one made is kept until there is another.
type Support struct {
	app     *App
	log     support.Log
	started time.Time

	mu    sync.Mutex
	id    string
	files []support.File
}

// SupportBundle is a bundle to be looked through before it is saved.
type SupportBundle struct {
	ID    string         `json:"id"`
	Files []support.File `json:"files"`
}

// Make makes a bundle. window is what the page's browser says of itself.
func (s *Support) Make(ctx context.Context, window string) (SupportBundle, error) {
	facts, err := s.facts(ctx)
	if err != nil {
		return SupportBundle{}, err
	}
	facts.Program.Window = window[:min(len(window), 300)]
	files, err := support.Files(facts)
	if err != nil {
		return SupportBundle{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.files = rand.Text(), files
	return SupportBundle{ID: s.id, Files: files}, nil
}

// Made returns a bundle that was made, without some of its files.
// Code: support_over when there is a newer one.
func (s *Support) Made(id string, without []string) ([]support.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" || id != s.id {
		return nil, apperr.New("support_over")
	}
	return slices.DeleteFunc(slices.Clone(s.files), func(f support.File) bool { return slices.Contains(without, f.Name) }), nil
}

func (s *Support) facts(ctx context.Context) (support.Facts, error) {
	a := s.app
	stored, err := a.Store.Catalog().Load(ctx)
	if err != nil {
		return support.Facts{}, err
	}
	failed, err := s.failed(ctx)
	schemas, err2 := a.Store.Schemas(ctx)
	backups, err3 := a.Store.Backups()
	if err := errors.Join(err, err2, err3); err != nil {
		return support.Facts{}, err
	}
	log, door, keys := a.CallLog.Health(), a.Listener.Status(), a.Keys.State()
	p := support.Program{
		Version: a.Version, Gateway: string(door.State), GatewayError: codeOf(door.Error), Keys: string(keys.Kept), KeysLocked: codeOf(keys.Locked),
		Notices: []string{}, Schemas: schemas, Sizes: a.Store.Sizes(), Backups: len(backups),
		CallLog: support.CallLog{Written: log.Written, Dropped: log.Dropped, DroppedBodies: log.DroppedBodies, Error: log.Error},
	}
	for _, n := range a.Notices() {
		p.Notices = append(p.Notices, n.Code)
	}
	p.Measure(s.started)
	folders := map[string]string{a.DataDir: "(data folder)"}
	if home, err := os.UserHomeDir(); err == nil {
		folders[home] = "~"
	}
	return support.Facts{Program: p, Configuration: stored, Failed: failed, Log: s.log.String(), Folders: folders}, nil
}

// failed returns the newest calls that went wrong.
func (s *Support) failed(ctx context.Context) ([]calllog.Detail, error) {
	page, err := s.app.CallLog.Page(ctx, calllog.Query{Limit: failedCalls, States: []string{
		string(gateway.StateFailed), string(gateway.StatePartial), string(gateway.StateRefused), string(calllog.StateInterrupted),
	}})
	if err != nil {
		return nil, err
	}
	var list []calllog.Detail
	for _, row := range page.Rows {
		call, err := s.app.CallLog.Get(ctx, row.ID)
		if apperr.Code(err) == "call_not_found" {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		list = append(list, call)
	}
	return list, nil
}

func codeOf(err *apperr.Error) string {
	if err == nil {
		return ""
	}
	return err.Code
}
