package settings

import (
	"net/netip"

	"headgate/app/apperr"
)

// allPrivate stands for all private networks.
const allPrivate = "private"

// ParseNetworks reads a list as Gateway.Networks is one. Code: network_invalid.
func ParseNetworks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		if text == allPrivate {
			out = append(out, netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			addr, notOne := netip.ParseAddr(text)
			if notOne != nil || addr.Zone() != "" {
				return nil, apperr.New("network_invalid", "Network", text)
			}
			network = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		}
		out = append(out, network.Masked())
	}
	return out, nil
}
