package app_test

import (
	"slices"
	"testing"

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

func wantNetworks(t *testing.T, a *app.App, want ...string) {
	t.Helper()
	chosen, err := a.Catalog.Settings(t.Context())
	if err != nil || !slices.Equal(chosen.Gateway.Networks, want) {
		t.Errorf("networks %q, %v; want %q", chosen.Gateway.Networks, err, want)
	}
}
