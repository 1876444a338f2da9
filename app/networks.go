package app

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"headgate/gateway"
)

// resolveLimit is how long the names of all providers may take to be looked up.
const resolveLimit = 3 * time.Second

// listNetworks chooses which private networks a server calls, if nobody has: those
// that its providers stand in by now. So what worked before there was a list goes on.
func (a *App) listNetworks(ctx context.Context) error {
	chosen, err := a.Catalog.Settings(ctx)
	if err != nil || chosen.Gateway.Networks != nil {
		return err
	}
	providers, err := a.Catalog.Providers(ctx)
	if err != nil {
		return err
	}
	var hosts []string
	for _, p := range providers {
		for _, address := range []string{p.BaseURL, p.Proxy} {
			if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
				hosts = append(hosts, u.Hostname())
			}
		}
	}
	slices.Sort(hosts)
	networks, unknown := privateOf(ctx, slices.Compact(hosts))
	if len(unknown) > 0 {
		a.Log.Warn("some providers' names can't be looked up now; if they stand in private networks, these must be listed in Settings, Private networks, or the next start finds them",
			"names", unknown)
		if len(networks) == 0 {
			return nil
		}
	}
	chosen.Gateway.Networks = networks
	if err := a.Catalog.SaveSettings(ctx, chosen); err != nil {
		return err
	}
	if len(chosen.Gateway.Networks) > 0 {
		a.Log.Warn("providers stand in private networks, which a server calls only when they are listed; these are listed now: Settings, Private networks",
			"networks", chosen.Gateway.Networks)
	}
	return nil
}

// privateOf returns the private networks that hosts stand in, and the names among
// them that can't be looked up now.
func privateOf(ctx context.Context, hosts []string) (networks, unknown []string) {
	ctx, cancel := context.WithTimeout(ctx, resolveLimit)
	defer cancel()
	found := make([][]netip.Addr, len(hosts))
	var all sync.WaitGroup
	for i, host := range hosts {
		if ip, err := netip.ParseAddr(host); err == nil {
			found[i] = []netip.Addr{ip}
			continue
		}
		all.Go(func() { found[i], _ = net.DefaultResolver.LookupNetIP(ctx, "ip", host) })
	}
	all.Wait()
	for i, host := range hosts {
		if len(found[i]) == 0 {
			unknown = append(unknown, host)
		}
	}
	networks = []string{}
	for _, text := range gateway.PrivateNetworks {
		within := func(ip netip.Addr) bool { return netip.MustParsePrefix(text).Contains(ip.Unmap().WithZone("")) }
		if slices.ContainsFunc(found, func(list []netip.Addr) bool { return slices.ContainsFunc(list, within) }) {
			networks = append(networks, text)
		}
	}
	return networks, unknown
}
