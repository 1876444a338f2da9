package gateway_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"headgate/gateway"
)

// What may be called: link-local addresses and metadata services never, however they
// are written; private ones by a guarded engine only when they are listed.
func TestWhichAddressesAreCalled(t *testing.T) {
	t.Parallel()
	const never, private = "never", "private"
	for ip, want := range map[string]string{
		"169.254.169.254": never, "169.254.0.1": never, "169.254.255.255": never, "169.254.170.2": never,
		"::ffff:169.254.169.254": never, "64:ff9b::169.254.169.254": never, "::169.254.169.254": never, "2002:a9fe:a9fe::1": never,
		"fe80::1": never, "fe80::1%eth0": never, "febf::1": never, "fd00:ec2::254": never, "fd20:ce::254": never,
		"100.100.100.200": never, "::ffff:100.100.100.200": never, "168.63.129.16": never, "192.0.0.192": never,
		"0.0.0.0": never, "::": never, "224.0.0.1": never, "ff02::1": never,

		"10.0.0.1": private, "172.16.0.1": private, "172.31.255.255": private, "192.168.1.5": private, "100.64.0.1": private,
		"::ffff:10.0.0.1": private, "64:ff9b::10.0.0.1": private, "2002:c0a8:105::1": private, "fd12:3456::1": private, "0.1.2.3": private,
		"198.18.0.1": private, "240.0.0.1": private, "255.255.255.255": private,

		"127.0.0.1": "", "127.9.9.9": "", "::1": "", "::ffff:127.0.0.1": "",
		"8.8.8.8": "", "172.32.0.1": "", "172.15.255.255": "", "100.128.0.1": "", "169.253.255.255": "", "2606:4700::1111": "",
	} {
		addr := netip.MustParseAddr(ip)
		open, guarded := gateway.New(gateway.Options{}), gateway.New(gateway.Options{Guarded: true})
		if got := guarded.Refuses(addr); got != want {
			t.Errorf("%s: a guarded engine refuses it as %q, want %q", ip, got, want)
		}
		if got := open.Refuses(addr); got != strings.TrimSuffix(want, private) {
			t.Errorf("%s: an open engine refuses it as %q", ip, got)
		}
		given := gateway.New(gateway.Options{Guarded: true, Networks: []netip.Prefix{
			netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"),
		}})
		if got := given.Refuses(addr); got != strings.TrimSuffix(want, private) {
			t.Errorf("%s: an engine that may call all refuses it as %q", ip, got)
		}
		for _, g := range []*gateway.Gateway{open, guarded, given} {
			_ = g.Close()
		}
	}
}

// A name is looked at when it is dialled, each time anew: where it led to before
// doesn't count, and neither does a list that has changed.
func TestNamesThatLeadElsewhere(t *testing.T) {
	t.Parallel()
	good := serve(t, func(v *visit) { v.reply(200, "application/json", whole("good"), "Connection: close") })
	u, err := url.Parse(good.url)
	if err != nil {
		t.Fatal(err)
	}
	metadata, lan, here := [4]byte{169, 254, 169, 254}, [4]byte{10, 9, 8, 7}, [4]byte{127, 0, 0, 1}
	names.lead("metadata.far.test", metadata)
	names.lead("lan.far.test", lan)
	names.lead("rebind.far.test", here, metadata)
	at := func(host string) string { return "http://" + host + ":" + u.Port() + "/v1" }
	guarded := gateway.Options{Guarded: true}

	for _, c := range []struct {
		name, host string
		options    gateway.Options
		want       []string // reasons, call by call
	}{
		{"metadata service", "metadata.far.test", gateway.Options{}, []string{"address_refused"}},
		{"private address", "lan.far.test", guarded, []string{"address_private"}},
		{"private address itself", "10.9.8.7", guarded, []string{"address_private"}},
		{"mapped", "[::ffff:10.9.8.7]", guarded, []string{"address_private"}},
		{"loopback", "127.0.0.1", guarded, []string{"ok"}},
		{"another name for loopback", "here.far.test", guarded, []string{"ok"}},
		{"rebinding", "rebind.far.test", guarded, []string{"ok", "address_refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := run(t, configOf([]string{at(c.host)}, impatient), c.options)
			for i, want := range c.want {
				got := h.post(plainBody)
				if want == "ok" {
					got.wantGood(t, false)
				}
				if reason := h.ledger.await(t, i+1)[i].Attempts[0].Outcome.Reason; reason != want {
					t.Errorf("the reason is %q, want %q", reason, want)
				}
				if want != "ok" && got.status != 502 {
					t.Errorf("status %d", got.status)
				}
				h.ClearCooldown(1)
			}
		})
	}

	t.Run("listed and not any more", func(t *testing.T) {
		h := run(t, configOf([]string{at("10.9.8.7")}, impatient), guarded)
		h.config.Networks = []netip.Prefix{netip.MustParsePrefix("10.9.8.0/24")}
		h.apply()
		addr := netip.MustParseAddr("10.9.8.7")
		if got := h.Refuses(addr); got != "" {
			t.Errorf("listed it is refused as %q", got)
		}
		h.config.Networks = nil
		h.apply()
		if got := h.Refuses(addr); got != "private" {
			t.Errorf("then it is refused as %q", got)
		}
	})
}
