package app

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Reach returns the base URLs under which other machines reach a gateway that
// listens at address, IPv4 first; none where only this one does.
func Reach(address string) []string {
	urls := []string{}
	host, port, err := net.SplitHostPort(address)
	if err != nil || strings.EqualFold(host, "localhost") {
		return urls
	}
	at, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && at.IsUnspecified():
		for _, own := range ownAddresses() {
			if at.Is4() && !own.Is4() {
				continue
			}
			urls = append(urls, baseURL(net.JoinHostPort(own.String(), port)))
		}
	case err != nil || !at.Unmap().IsLoopback():
		urls = append(urls, baseURL(address))
	}
	return urls
}

// ownAddresses are this machine's that others can call it by.
func ownAddresses() []netip.Addr {
	var own []netip.Addr
	list, _ := net.InterfaceAddrs() // without them nothing is known
	for _, one := range list {
		prefix, err := netip.ParsePrefix(one.String())
		if at := prefix.Addr().Unmap(); err == nil && !at.IsLoopback() && !at.IsLinkLocalUnicast() {
			own = append(own, at)
		}
	}
	slices.SortFunc(own, netip.Addr.Compare)
	return slices.Compact(own)
}
