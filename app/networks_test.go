package app_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headgate/app"
	"headgate/app/catalog"
	"headgate/app/settings"
)

// A server that gets a folder from before private networks had to be listed goes on
// with those that its providers stand in. What is chosen then stays so.
func TestNetworksOfAnOlderFolder(t *testing.T) {
	t.Parallel()
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0"}
	a := started(t, o)
	for _, address := range []string{"http://10.1.2.3:11434/v1", "http://127.0.0.1:11434/v1", "http://[fd00::7]/v1", "https://8.8.8.8/v1"} {
		if _, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{Name: address, Dialect: "openai", BaseURL: address, Enabled: true}); err != nil {
			t.Fatal(err)
		}
	}
	wantNetworks(t, a)
	mustClose(t, a)

	o.Guarded = true
	a = started(t, o)
	wantNetworks(t, a, "10.0.0.0/8", "fc00::/7")
	chosen := mustSettings(t, a)
	chosen.Gateway.Networks = []string{}
	mustSave(t, a, chosen)
	mustClose(t, a)
	a = started(t, o)
	wantNetworks(t, a)
	if gatewayOf(t, a).Networks == nil {
		t.Error("an empty list is taken for none")
	}
	mustClose(t, a)
}

// Names that can't be looked up at first are looked up again, also after a restart,
// until a person has changed the list. What came later is not among them, nor what is
// gone.
func TestNetworksOfNamesThatAreKnownLater(t *testing.T) {
	t.Parallel()
	names := &phoneBook{known: map[string]string{"first.example": "10.1.2.3"}, asked: map[string]int{}}
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Lookup: names.lookup}
	a := started(t, o)
	for _, host := range []string{"first.example", "second.example", "third.example", "fourth.example"} {
		mustSaveAt(t, a, host)
	}
	gone := mustSaveAt(t, a, "gone.example")
	mustClose(t, a)
	o.Guarded = true
	a = started(t, o)
	wantNetworks(t, a, "10.0.0.0/8")
	mustSaveAt(t, a, "later.example")
	names.learn("later.example", "172.16.0.1")
	names.learn("second.example", "192.168.7.7")
	await(t, "the second name's network is listed", func() bool { return len(gatewayOf(t, a).Networks) > 1 })
	wantNetworks(t, a, "10.0.0.0/8", "192.168.0.0/16")
	mustClose(t, a)

	o.Guarded = false // so that nobody else tries
	a = started(t, o)
	defer mustClose(t, a)
	if err := a.Catalog.DeleteProvider(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	names.learn("gone.example", "172.16.0.1")
	asked := names.times("gone.example")
	wantSought(t, a, "fourth.example", "third.example")
	if names.times("gone.example") > asked {
		t.Error("a provider that is gone was looked up")
	}
	names.learn("fourth.example", "fd00::4")
	wantSought(t, a, "third.example")
	wantNetworks(t, a, "10.0.0.0/8", "192.168.0.0/16", "fc00::/7")

	chosen := mustSettings(t, a)
	chosen.Theme, chosen.Gateway.Networks, chosen.Gateway.Sought = "dark", nil, nil // as pages that were read before have it
	mustSave(t, a, chosen)
	wantNetworks(t, a, "10.0.0.0/8", "192.168.0.0/16", "fc00::/7")
	wantSought(t, a, "third.example")
	chosen.Gateway.Networks = []string{}
	mustSave(t, a, chosen)
	names.learn("third.example", "10.0.0.1")
	asked = names.times("third.example")
	wantSought(t, a)
	wantNetworks(t, a)
	if gatewayOf(t, a).Networks == nil {
		t.Error("an empty list is taken for none")
	}
	if names.times("later.example") > 0 || names.times("first.example") > 1 || names.times("third.example") > asked {
		t.Errorf("asked %v", names.asked)
	}
}

// A list that a person changes while names are looked up is that person's.
func TestNetworksThatAPersonHasChosen(t *testing.T) {
	t.Parallel()
	var a *app.App
	chooses := func() {}
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Lookup: func(context.Context, string) ([]netip.Addr, error) {
		chooses()
		return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
	}}
	a = started(t, o)
	defer mustClose(t, a)
	mustSaveAt(t, a, "box.example")
	chooses = func() {
		chosen := mustSettings(t, a)
		chosen.Gateway.Networks = []string{"10.9.0.0/16"}
		mustSave(t, a, chosen)
	}
	wantSought(t, a)
	wantNetworks(t, a, "10.9.0.0/16")
}

// Two searches that begin at once, and one that begins as the program ends, leave no search behind:
// goleak would find it.
func TestSearchesForNetworksEnd(t *testing.T) {
	t.Parallel()
	looking, release := make(chan struct{}, 100), make(chan struct{})
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Lookup: func(context.Context, string) ([]netip.Addr, error) {
		looking <- struct{}{}
		<-release
		return nil, errors.New("no such host")
	}}
	a := started(t, o)
	mustSaveAt(t, a, "box.example")
	var begun sync.WaitGroup
	for range 2 {
		begun.Go(func() {
			if err := a.BeginNetworks(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	<-looking
	select { // the other one waits for this one
	case <-looking:
		t.Error("two searches begin at once")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	begun.Wait()
	mustClose(t, a)
	if err := a.BeginNetworks(t.Context()); err != nil {
		t.Errorf("a search begins in a program that has ended: %v", err)
	}
}

func TestTriesAreEverRarer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, at := time.Now(), []time.Duration{}
		app.Patiently(t.Context(), func() bool {
			at = append(at, time.Since(began))
			return len(at) == 12
		})
		for i, want := range []int{1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1411} {
			if at[i] != time.Duration(want)*time.Second {
				t.Errorf("try %d came after %v, want %d s", i+1, at[i], want)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(90*time.Second, cancel)
		tries := 0
		app.Patiently(ctx, func() bool { tries++; return false })
		if tries != 6 {
			t.Errorf("%d tries within 90 s", tries)
		}
	})
}

// phoneBook knows the addresses of names, and how often each was asked for.
type phoneBook struct {
	mu    sync.Mutex
	known map[string]string
	asked map[string]int
}

func (b *phoneBook) lookup(_ context.Context, host string) ([]netip.Addr, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[host]++
	if address := b.known[host]; address != "" {
		return []netip.Addr{netip.MustParseAddr(address)}, nil
	}
	return nil, errors.New("no such host")
}

func (b *phoneBook) learn(host, address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[host] = address
}

func (b *phoneBook) times(host string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked[host]
}

func mustSaveAt(t *testing.T, a *app.App, host string) (id int64) {
	t.Helper()
	p, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{Name: host, Dialect: "openai", BaseURL: "http://" + host + "/v1", Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func mustSettings(t *testing.T, a *app.App) settings.Settings {
	t.Helper()
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return chosen
}

func mustSave(t *testing.T, a *app.App, chosen settings.Settings) {
	t.Helper()
	if err := a.SaveSettings(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
}

func gatewayOf(t *testing.T, a *app.App) settings.Gateway { return mustSettings(t, a).Gateway }

func wantNetworks(t *testing.T, a *app.App, want ...string) {
	t.Helper()
	if got := gatewayOf(t, a).Networks; !slices.Equal(got, want) {
		t.Errorf("networks %q, want %q", got, want)
	}
}

// wantSought tries once more, and wants these names to be sought after it.
func wantSought(t *testing.T, a *app.App, want ...string) {
	t.Helper()
	if got, err := a.LookForNetworks(t.Context()); err != nil || !slices.Equal(got, want) || !slices.Equal(gatewayOf(t, a).Sought, want) {
		t.Errorf("sought are %q, %v, stored %q; want %q", got, err, gatewayOf(t, a).Sought, want)
	}
}
