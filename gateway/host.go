package gateway

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// isForHere tells whether a request was made for this gateway, by its Host. A web
// page can make a name of its own lead to this machine, and its scripts are then
// at home here as far as a browser can tell: so names are taken only when they are
// known. Addresses are taken as they are, since no page has one for a name. The
// port doesn't matter: a tunnel or a container may have another one in front.
func (s *snapshot) isForHere(r *http.Request) bool {
	if _, inside := callerOf(r.Context()); inside {
		return true
	}
	name := hostName(r.Host)
	if name == "127.0.0.1" || strings.EqualFold(name, "localhost") {
		return true
	}
	if _, known := s.names[strings.ToLower(name)]; known {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// hostName is a Host without its port.
func hostName(host string) string {
	if rest, isV6 := strings.CutPrefix(host, "["); isV6 {
		name, _, _ := strings.Cut(rest, "]")
		return name
	}
	name, _, _ := strings.Cut(host, ":")
	return name
}

func refusedHost(host string) *refusal {
	return &refusal{
		status: http.StatusForbidden, kind: kindRequest, code: "host_not_allowed", final: true,
		message: fmt.Sprintf("The gateway doesn't go by the name %q. Call it by its address, or add the name in Headgate under Settings, Access.", cut(hostName(host), 80)),
	}
}

// compileNames takes host names without port, in any case.
func compileNames(names []string) (map[string]struct{}, error) {
	known := make(map[string]struct{}, len(names))
	for i, name := range names {
		if name == "" || hostName(name) != name || strings.ContainsAny(name, " /@") {
			return nil, fmt.Errorf("names[%d]: %q is not a host name", i, name)
		}
		known[strings.ToLower(name)] = struct{}{}
	}
	return known, nil
}
