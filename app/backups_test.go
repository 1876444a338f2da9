package app_test

import (
	"reflect"
	"slices"
	"testing"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/store"
)

// state is all that a person can configure.
func state(t *testing.T, a *app.App) catalog.Configuration {
	t.Helper()
	c, err := a.Store.Catalog().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBackupIsPutBack(t *testing.T) {
	a := mustStart(t, app.Options{})
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mustSaveAddress(t, a, "127.0.0.1:0")
	must(a.StartGateway(ctx))
	_, err := a.Catalog.Import(ctx, []byte(`{"version":1,
		"providers":[{"name":"up","base_url":"https://up.example/v1","keys":["sk-canary-0123456789"],"models":[{"id":"m1"}]}],
		"groups":[{"name":"chat","members":[{"provider":"up","model":"m1"}]}],
		"api_keys":[{"name":"laptop","groups":["chat"]}],"failure_keywords":[{"keyword":"quota"}]}`))
	must(err)
	must(a.Store.SaveAdmin(ctx, "me", "hash of then"))
	before := state(t, a)
	made, err := a.Store.MakeBackup(ctx)
	must(err)

	must(a.Store.SaveAdmin(ctx, "me", "hash of now"))
	must(a.Catalog.DeleteProvider(ctx, before.Providers[0].ID))
	must(a.Catalog.DeleteAPIKey(ctx, before.APIKeys[0].ID))
	_, err = a.Catalog.Import(ctx, []byte(`{"version":1,"groups":[{"name":"later"}],"settings":{"log":{"days":3}}}`))
	must(err)
	mustSaveAddress(t, a, "localhost:0")
	after := state(t, a)

	changes, err := a.PreviewRestore(ctx, made.Name)
	must(err)
	if n := len(changes); n != 5 { // provider, both groups, API key, settings
		t.Errorf("the preview says %+v", changes)
	}
	if !reflect.DeepEqual(state(t, a), after) {
		t.Error("the preview changed something")
	}
	heard := a.Bus.Listen()
	defer heard.Close()
	must(a.RestoreBackup(ctx, made.Name))
	if got := state(t, a); !reflect.DeepEqual(got, before) {
		t.Errorf("put back there is\n%+v\nwant\n%+v", got, before)
	}
	topics := heard.Take()
	for _, want := range []event.Topic{event.Providers, event.Groups, event.APIKeys, event.Keywords, event.Settings} {
		if !slices.Contains(topics, want) {
			t.Errorf("published %v, without %s", topics, want)
		}
	}
	if _, hash, err := a.Store.Admin(ctx); err != nil || hash != "hash of now" {
		t.Errorf("the login is %q, %v", hash, err)
	}
	mustBeOpen(t, a.Listener.Status().Address)

	// What was there before is kept, and can be had again.
	list, err := a.Store.Backups()
	must(err)
	newest := list[0].Name
	if newest == made.Name || !slices.ContainsFunc(list, func(b store.Backup) bool { return b.Name == made.Name }) {
		t.Errorf("the backups are %+v", list)
	}
	must(a.RestoreBackup(ctx, newest))
	if got := state(t, a); !reflect.DeepEqual(got, after) {
		t.Errorf("forward again there is\n%+v\nwant\n%+v", got, after)
	}
	if err := a.RestoreBackup(ctx, "../headgate.db"); apperr.Code(err) != "backup_unknown" {
		t.Errorf("a path: %v", err)
	}
}

// The oldest copy can be put back too, though a new one takes its place.
func TestOldestBackupIsPutBack(t *testing.T) {
	a := mustStart(t, app.Options{})
	_, err := a.Catalog.Import(t.Context(), []byte(`{"version":1,"groups":[{"name":"chat"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := a.Store.MakeBackup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	list, err := a.Store.Backups()
	if err != nil || len(list) != 5 {
		t.Fatalf("the backups are %+v, %v", list, err)
	}
	if err := a.Catalog.DeleteGroup(t.Context(), state(t, a).Groups[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RestoreBackup(t.Context(), list[4].Name); err != nil {
		t.Fatal(err)
	}
	if got := state(t, a); len(got.Groups) != 1 {
		t.Errorf("put back there is %+v", got)
	}
}

func TestBackupWithATakenAddress(t *testing.T) {
	taken := mustListen(t)
	a := mustStart(t, app.Options{})
	mustSaveAddress(t, a, taken) // the door is closed: nothing is bound
	made, err := a.Store.MakeBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustSaveAddress(t, a, "127.0.0.1:0")
	if err := a.StartGateway(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.RestoreBackup(t.Context(), made.Name); apperr.Code(err) != "port_taken" {
		t.Errorf("restored: %v", err)
	}
	if got := state(t, a).Settings.Gateway.Address; got != "127.0.0.1:0" {
		t.Errorf("the address is %s", got)
	}
	mustBeOpen(t, a.Listener.Status().Address)
}
