package gateway

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
)

// guard looks at each address that is really dialled, after name resolution, be it a
// provider's or a proxy's: what a name led to a moment before doesn't count.
type guard struct {
	private bool                           // all private addresses may be called
	given   []netip.Prefix                 // these may, if not
	listed  atomic.Pointer[[]netip.Prefix] // and these, of the configuration
}

func newGuard(o Options) *guard { return &guard{private: !o.Guarded, given: o.Networks} }

// list replaces what the configuration allows and tells whether that is less.
func (g *guard) list(networks []netip.Prefix) (less bool) {
	before := g.listed.Swap(&networks)
	return before != nil && slices.ContainsFunc(*before, func(p netip.Prefix) bool { return !slices.Contains(networks, p) })
}

var (
	errAddressRefused = errors.New("this address is never called")
	errAddressPrivate = fmt.Errorf("%w unless it is listed", errAddressRefused)
)

func (g *guard) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.refuse(at.Addr())
}

// host looks at a host that a proxy is asked for, as far as it is an address: names
// are resolved there.
func (g *guard) host(name string) error {
	ip, err := netip.ParseAddr(name)
	if err != nil {
		return nil
	}
	return g.refuse(ip)
}

func (g *guard) refuse(ip netip.Addr) error {
	if err := refuseIP(ip); err != nil || g.private {
		return err
	}
	ip = plainIP(ip)
	within := func(p netip.Prefix) bool { return p.Contains(ip) }
	if !slices.ContainsFunc(privateNetworks, within) || slices.ContainsFunc(g.given, within) {
		return nil
	}
	if listed := g.listed.Load(); listed != nil && slices.ContainsFunc(*listed, within) {
		return nil
	}
	return fmt.Errorf("%w: %s is a private address", errAddressPrivate, ip)
}

// refuseAddress is guard.control where private addresses may be called.
func refuseAddress(_, address string, _ syscall.RawConn) error {
	return (&guard{private: true}).control("", address, nil)
}

// refuseIP refuses link-local addresses and the like: they hold cloud metadata
// services and no providers.
func refuseIP(ip netip.Addr) error {
	ip = plainIP(ip)
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || slices.Contains(metadata, ip) {
		return fmt.Errorf("%w: %s is link-local, multicast or a metadata service", errAddressRefused, ip)
	}
	return nil
}

// metadata are the services that tell a cloud's machines their credentials and don't
// stand at a link-local address.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon
	netip.MustParseAddr("fd20:ce::254"),    // Google
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle
}

// privateNetworks are not reached from the internet. Loopback isn't among them: what
// runs on this machine, such as a local model server, may be called everywhere.
var privateNetworks = func() (list []netip.Prefix) {
	for _, text := range PrivateNetworks {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

// PrivateNetworks are the networks that are not reached from the internet.
var PrivateNetworks = []string{
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
	"fc00::/7", "fec0::/10",
}

// plainIP is the IPv4 address that stands in an IPv6 one, where that is how it is
// reached.
func plainIP(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if !ip.Is6() {
		return ip
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip), compatible.Contains(ip) && ip != netip.IPv6Loopback() && ip != netip.IPv6Unspecified():
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	compatible = netip.MustParsePrefix("::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
)
