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
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chosen.Gateway.Networks = []string{}
	if err := a.SaveSettings(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	mustClose(t, a)
	a = started(t, o)
	wantNetworks(t, a)
	if chosen, err = a.Catalog.Settings(t.Context()); err != nil || chosen.Gateway.Networks == nil {
		t.Errorf("an empty list is taken for none: %v", err)
	}
	mustClose(t, a)
}

// Names that can't be looked up at first are looked up again, until a person has
// chosen. What came later is not among them.
func TestNetworksOfNamesThatAreKnownLater(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	known := map[string]string{"first.example": "10.1.2.3"}
	asked := map[string]int{}
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[host]++
		if address := known[host]; address != "" {
			return []netip.Addr{netip.MustParseAddr(address)}, nil
		}
		return nil, errors.New("no such host")
	}}
	learn := func(host, address string) {
		mu.Lock()
		defer mu.Unlock()
		known[host] = address
	}
	a := started(t, o)
	for _, host := range []string{"first.example", "second.example", "third.example"} {
		mustSaveAt(t, a, host)
	}
	mustClose(t, a)
	o.Guarded = true
	a = started(t, o)
	defer mustClose(t, a)
	wantNetworks(t, a, "10.0.0.0/8")
	mustSaveAt(t, a, "later.example")
	learn("later.example", "172.16.0.1")
	learn("second.example", "192.168.7.7")
	await(t, "the second name's network is listed", func() bool { return len(networksOf(t, a)) > 1 })
	wantNetworks(t, a, "10.0.0.0/8", "192.168.0.0/16")

	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chosen.Gateway.Networks = []string{}
	if err := a.SaveSettings(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	learn("third.example", "10.0.0.1")
	mu.Lock()
	defer mu.Unlock()
	if asked["later.example"] > 0 || asked["first.example"] > 1 {
		t.Errorf("asked %v", asked)
	}
}

// A list that a person has changed meanwhile is that person's.
func TestNetworksThatAPersonHasChosen(t *testing.T) {
	t.Parallel()
	looked := make(chan struct{}, 100)
	o := app.Options{DataDir: t.TempDir(), Address: "127.0.0.1:0", Lookup: func(context.Context, string) ([]netip.Addr, error) {
		looked <- struct{}{}
		return nil, errors.New("no such host")
	}}
	a := started(t, o)
	mustSaveAt(t, a, "box.example")
	mustClose(t, a)
	o.Guarded = true
	a = started(t, o)
	defer mustClose(t, a)
	<-looked
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chosen.Gateway.Networks = []string{"10.9.0.0/16"}
	if err := a.SaveSettings(t.Context(), chosen); err != nil {
		t.Fatal(err)
	}
	if done, err := a.Catalog.ListNetworks(t.Context(), nil, []string{"10.0.0.0/8"}); done || err != nil {
		t.Errorf("listed over a person's choice: %v, %v", done, err)
	}
	wantNetworks(t, a, "10.9.0.0/16")
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

func mustSaveAt(t *testing.T, a *app.App, host string) {
	t.Helper()
	if _, err := a.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{Name: host, Dialect: "openai", BaseURL: "http://" + host + "/v1", Enabled: true}); err != nil {
		t.Fatal(err)
	}
}

func networksOf(t *testing.T, a *app.App) []string {
	t.Helper()
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return chosen.Gateway.Networks
}

func wantNetworks(t *testing.T, a *app.App, want ...string) {
	t.Helper()
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil || !slices.Equal(chosen.Gateway.Networks, want) {
		t.Errorf("networks %q, %v; want %q", chosen.Gateway.Networks, err, want)
	}
}
