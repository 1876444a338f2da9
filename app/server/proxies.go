package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"headgate/app/apperr"
)

// proxies are the addresses whose word counts on whom they speak for.
type proxies []netip.Prefix

// parseProxies takes addresses and networks such as 10.0.0.0/8. Code:
// trusted_proxy_invalid.
func parseProxies(list []string) (proxies, error) {
	var all proxies
	for _, text := range list {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			var one netip.Addr
			if one, err = netip.ParseAddr(text); err == nil {
				prefix = netip.PrefixFrom(one.Unmap(), one.Unmap().BitLen())
			}
		}
		if err != nil || strings.Contains(text, "%") {
			return nil, apperr.New("trusted_proxy_invalid", "Proxy", text)
		}
		all = append(all, prefix.Masked())
	}
	return all, nil
}

func (p proxies) trust(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// resolve makes a request say whom it is from. What proxies that aren't trusted, or
// clients themselves, say of that is taken away, so that nobody believes it later.
func (p proxies) resolve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !p.trust(peer.Addr().Unmap()) {
			r.Header.Del("X-Forwarded-For")
			r.Header.Del("X-Forwarded-Proto")
		} else {
			r.RemoteAddr = net.JoinHostPort(p.client(r, peer.Addr().Unmap()).String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// client is the last address in the chain that isn't a trusted proxy's: what stands
// before it anybody may have written. Where a proxy left something else, it is the
// proxy itself.
func (p proxies) client(r *http.Request, peer netip.Addr) netip.Addr {
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			return peer
		}
		if peer = hop.Unmap(); !p.trust(peer) {
			return peer
		}
	}
	return peer
}

// forwardedProto is what the nearest proxy says that its client spoke.
func forwardedProto(h http.Header) string {
	said := strings.Split(strings.Join(h.Values("X-Forwarded-Proto"), ","), ",")
	return strings.TrimSpace(said[len(said)-1])
}

// origin is what tries to log in are counted by: an address or, as one customer
// has so many, a network of IPv6.
func origin(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is4() || address.IsLoopback() {
		return address.String()
	}
	network, _ := address.Prefix(64) // of IPv6: can't fail
	return network.String()
}
