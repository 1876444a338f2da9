package app_test

import (
	"net/netip"
	"net/url"
	"slices"
	"testing"

	"headgate/app"
)

func TestReach(t *testing.T) {
	for address, want := range map[string][]string{
		"127.0.0.1:8001":    {},
		"127.0.0.9:8001":    {},
		"[::1]:8001":        {},
		"localhost:8001":    {},
		"nonsense":          {},
		"192.168.1.20:8001": {"http://192.168.1.20:8001/v1"},
		"[fd00::1]:8001":    {"http://[fd00::1]:8001/v1"},
		"box.lan:8001":      {"http://box.lan:8001/v1"},
	} {
		if got := app.Reach(address); got == nil || !slices.Equal(got, want) {
			t.Errorf("%s is reached at %q, want %q", address, got, want)
		}
	}
	for _, address := range []string{"0.0.0.0:8001", "[::]:8001", ":8001"} {
		for _, text := range app.Reach(address) { // what there is differs between machines
			u, err := url.Parse(text)
			if err != nil || u.Port() != "8001" || u.Path != "/v1" {
				t.Fatalf("%s is reached at %q", address, text)
			}
			at, err := netip.ParseAddr(u.Hostname())
			if err != nil || at.IsLoopback() || at.IsUnspecified() || address == "0.0.0.0:8001" && !at.Is4() {
				t.Errorf("%s is reached at %q", address, text)
			}
		}
	}
}
