package gateway

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// NoKey stands in the call log in the API key's place for a call that came without
// one to a group that is open without.
const NoKey = "no key"

// visitor is who came without a key from this machine: nil unless a group is open
// to such calls and r is certainly one. What comes through a proxy or a tunnel that
// ends here comes from loopback, too, so what such a one adds, or a name that isn't
// loopback's, rules it out.
func (s *snapshot) visitor(r *http.Request) *apiKey {
	if s.keyless == nil || !fromLoopback(r.RemoteAddr) || !isLoopbackName(hostName(r.Host)) || bringsCredential(r.Header) {
		return nil
	}
	for name := range r.Header {
		if fromProxy(name) {
			return nil
		}
	}
	return s.keyless
}

func (s *snapshot) addKeyless(g *group) {
	if s.keyless == nil {
		s.keyless = &apiKey{name: NoKey, keyless: true, groups: map[int64]struct{}{}}
	}
	s.keyless.groups[g.id] = struct{}{}
}

// fromLoopback tells whether the other end of a connection is on this machine.
func fromLoopback(address string) bool {
	at, err := netip.ParseAddrPort(address)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

func isLoopbackName(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	at, err := netip.ParseAddr(name)
	return err == nil && at.Unmap().IsLoopback()
}

// bringsCredential tells whether a credential came, be it a wrong one. Tools that
// were given none send an empty one.
func bringsCredential(h http.Header) bool {
	for _, name := range credentialHeaders {
		for _, value := range h[name] {
			if value = strings.TrimSpace(value); value != "" && !(name == "Authorization" && strings.EqualFold(value, "Bearer")) {
				return true
			}
		}
	}
	return false
}

// proxyHeaders are what proxies and tunnels say of whom they speak for, beside
// X-Forwarded-…
var proxyHeaders = []string{
	"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip", "X-Original-Forwarded-For",
	"X-Original-Host", "X-Envoy-External-Address", "X-Envoy-Internal", "Fastly-Client-Ip", "Fly-Client-Ip", "Do-Connecting-Ip",
	"X-Appengine-User-Ip", "X-Azure-Clientip", "X-Proxyuser-Ip", "Client-Ip", "Proxy-Connection", "Proxy-Authorization", "Tailscale-User-Login",
}

func fromProxy(name string) bool {
	for _, prefix := range []string{"X-Forwarded", "Cf-"} {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return true
		}
	}
	for _, known := range proxyHeaders {
		if strings.EqualFold(name, known) {
			return true
		}
	}
	return false
}

// refusedName is the answer to a name that a key may not use. Without a key it is
// the key that is missing, whether or not there is such a group.
func (k *apiKey) refusedName(name string) refusal {
	if !k.keyless {
		return refusedModel(name)
	}
	r := refusedKey
	r.message = fmt.Sprintf("No group %q is open without an API key. %s", cut(name, 80), r.message)
	return r
}
