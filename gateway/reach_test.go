package gateway

import (
	"errors"
	"net/url"
	"testing"
)

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		provider, proxy string
		want            place
	}{
		{"https://api.example.com/v1", "", place{farAway, "api.example.com", "api.example.com:443"}},
		{"http://API.Example.com:8080/v1", "", place{farAway, "api.example.com", "API.Example.com:8080"}},
		{"http://203.0.113.7/v1", "", place{farAway, "203.0.113.7", "203.0.113.7:80"}},
		{"http://[2001:db8::7]/v1", "", place{farAway, "2001:db8::7", "[2001:db8::7]:80"}},
		{"http://127.0.0.1:11434", "", place{onMachine, "127.0.0.1", "127.0.0.1:11434"}},
		{"http://127.9.9.9:11434", "", place{onMachine, "127.9.9.9", "127.9.9.9:11434"}},
		{"http://[::1]:11434", "", place{onMachine, "::1", "[::1]:11434"}},
		{"http://[::ffff:127.0.0.1]:1", "", place{onMachine, "::ffff:127.0.0.1", "[::ffff:127.0.0.1]:1"}},
		{"http://LOCALHOST.:1", "", place{onMachine, "localhost.", "LOCALHOST.:1"}},
		{"http://llm.localhost:1", "", place{onMachine, "llm.localhost", "llm.localhost:1"}},
		{"http://192.168.1.5:1", "", place{onNetwork, "192.168.1.5", "192.168.1.5:1"}},
		{"http://10.0.0.5:1", "", place{onNetwork, "10.0.0.5", "10.0.0.5:1"}},
		{"http://nas.local:1", "", place{onNetwork, "nas.local", "nas.local:1"}},
		{"https://api.example.com", "http://127.0.0.1:7890", place{farAway, "api.example.com", ""}},
		{"https://api.example.com", "http://192.168.1.1:3128", place{farAway, "api.example.com", ""}},
		{"https://api.example.com", "socks5://proxy.example.net", place{farAway, "proxy.example.net", "proxy.example.net:1080"}},
		{"http://127.0.0.1:11434", "http://127.0.0.1:7890", place{onMachine, "127.0.0.1", ""}},
	} {
		provider, err := url.Parse(c.provider)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := compileProxy(c.proxy)
		if err != nil {
			t.Fatal(err)
		}
		if got := placeOf(provider, proxy); got != c.want {
			t.Errorf("%s by %q: %+v, want %+v", c.provider, c.proxy, got, c.want)
		}
	}
}

// A proxy near by that doesn't listen says nothing about the network; one that
// gets no further does.
func TestWhatLooksLikeNoNetwork(t *testing.T) {
	t.Parallel()
	for err, want := range map[error][2]bool{ // unreached, lost on the way
		errConnectTimeout: {true, true},
		&proxyError{"127.0.0.1:7890", &connectRefused{"api.example.com:443", "502 Bad Gateway"}}: {true, true},
		&proxyError{"127.0.0.1:7890", errProxyAuth}:                                              {false, false},
		errAddressRefused: {false, false},
		errNoFirstToken:   {false, true},
		errCutStream:      {false, true},
		errNoContent:      {false, false},
		errKeyword:        {false, false},
		errTLS:            {false, false},
		errors.New("x"):   {false, false},
	} {
		if got := [2]bool{isUnreached(err), isLostOnTheWay(err)}; got != want {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
}
