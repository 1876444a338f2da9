package app

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"headgate/app/catalog"
	"headgate/gateway"
)

// resolveLimit is how long the names of all providers may take to be looked up.
const resolveLimit = 3 * time.Second

// Names that can't be looked up are tried again, ever more slowly.
const (
	firstLook = time.Second
	lastLook  = 5 * time.Minute
)

// networks chooses which private networks a server calls, if nobody has: those that
// its providers stand in. So what worked before there was a list goes on.
type networks struct {
	app    *App
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	mu     sync.Mutex // over all of begin: there is one search, and none after close
	rest   func()     // ends the search and waits for that; nil: there is none
	closed bool
}

func newNetworks(a *App) *networks {
	n := &networks{app: a, lookup: a.Lookup}
	if n.lookup == nil {
		n.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	return n
}

// begin lists what can be found now, and looks for the rest until close.
func (n *networks) begin(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	n.stop()
	sought, err := n.look(ctx)
	if err != nil || len(sought) == 0 {
		return err
	}
	n.app.Log.Warn("some providers' names can't be looked up now; they are tried again, and if they stand in private networks, these are listed then, unless the list is changed before: Settings, Access",
		"names", sought)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan struct{})
	n.rest = func() { cancel(); <-over }
	go func() {
		defer close(over)
		patiently(ctx, func() (done bool) {
			sought, err := n.look(ctx)
			return err == nil && len(sought) == 0
		})
	}()
	return nil
}

// close ends what begin began, for good.
func (n *networks) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stop()
	n.closed = true
}

func (n *networks) stop() {
	if n.rest != nil {
		n.rest()
		n.rest = nil
	}
}

// patiently tries after a while, and after ever longer ones, until it is done or ctx
// ends.
func patiently(ctx context.Context, try func() (done bool)) {
	for wait := firstLook; ; wait = min(2*wait, lastLook) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if try() {
			return
		}
	}
}

// hosts are the names and addresses that providers and their proxies have.
func (n *networks) hosts(ctx context.Context) (hosts []string, err error) {
	providers, err := n.app.Catalog.Providers(ctx)
	for _, p := range providers {
		for _, address := range []string{p.BaseURL, p.Proxy} {
			if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
				hosts = append(hosts, u.Hostname())
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), err
}

// look lists the private networks that providers stand in, if nobody has chosen, or
// adds those of the names that are still sought. It returns the names that can't be
// looked up now; none once a person has changed the list.
func (n *networks) look(ctx context.Context) (unknown []string, err error) {
	now, err := n.app.Catalog.Settings(ctx)
	listed, sought := now.Gateway.Networks, now.Gateway.Sought
	if err != nil || listed != nil && len(sought) == 0 {
		return nil, err
	}
	hosts, err := n.hosts(ctx)
	if err != nil {
		return nil, err
	}
	if listed != nil { // neither of providers that came later, nor of those that went
		hosts = slices.DeleteFunc(hosts, func(host string) bool { return !slices.Contains(sought, host) })
	}
	found, unknown := n.privateOf(ctx, hosts)
	found = append(found, listed...)
	slices.Sort(found)
	found = slices.Compact(found)
	if catalog.SameNetworks(found, listed) && slices.Equal(unknown, sought) {
		return unknown, nil
	}
	switch done, err := n.app.Catalog.ListNetworks(ctx, now.Gateway, found, unknown); {
	case err != nil:
		return unknown, err
	case !done: // it was changed meanwhile
		return n.look(ctx)
	}
	if len(found) > len(listed) {
		n.app.Log.Warn("providers stand in private networks, which a server calls only when they are listed; these are listed now: Settings, Access",
			"networks", found)
	}
	return unknown, nil
}

// privateOf returns the private networks that hosts stand in, and the names among
// them that can't be looked up now.
func (n *networks) privateOf(ctx context.Context, hosts []string) (private, unknown []string) {
	ctx, cancel := context.WithTimeout(ctx, resolveLimit)
	defer cancel()
	found := make([][]netip.Addr, len(hosts))
	var all sync.WaitGroup
	for i, host := range hosts {
		if ip, err := netip.ParseAddr(host); err == nil {
			found[i] = []netip.Addr{ip}
			continue
		}
		all.Go(func() { found[i], _ = n.lookup(ctx, host) })
	}
	all.Wait()
	for i, host := range hosts {
		if len(found[i]) == 0 {
			unknown = append(unknown, host)
		}
	}
	private = []string{}
	for _, text := range gateway.PrivateNetworks {
		within := func(ip netip.Addr) bool { return netip.MustParsePrefix(text).Contains(ip.Unmap().WithZone("")) }
		if slices.ContainsFunc(found, func(list []netip.Addr) bool { return slices.ContainsFunc(list, within) }) {
			private = append(private, text)
		}
	}
	return private, unknown
}
