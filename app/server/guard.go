package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"headgate/app/apperr"
)

// guard keeps other sites' pages from using a visitor's browser.
type guard struct {
	loopback bool   // bound to loopback: its names are right, and listed ones
	port     string // bound
	names    map[string]bool
}

// guardFor takes host names without port, in any case. Code: admin_name_invalid.
func guardFor(bound net.Addr, names []string) (guard, error) {
	host, port, _ := net.SplitHostPort(bound.String())
	g := guard{loopback: isLoopback(host), port: port, names: map[string]bool{}}
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, ":/@*[] ") {
			return g, apperr.New("admin_name_invalid", "Name", name)
		}
		g.names[strings.ToLower(name)] = true
	}
	return g, nil
}

// check refuses requests for a host that isn't ours, so that a foreign name
// that resolves to this machine gets nothing, and whatever a foreign page sent.
// Codes: host_refused, origin_refused.
func (g guard) check(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !g.isOurs(r.Host):
			refuse(w, http.StatusForbidden, apperr.New("host_refused", "Host", r.Host))
		case mustBeOwn(r) && isForeign(r):
			refuse(w, http.StatusForbidden, apperr.New("origin_refused"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isOurs holds a server on loopback to its names and port, and one that others
// reach to addresses: a page can make a name of its own lead here, but has no
// address for one. Listed names are right for both.
func (g guard) isOurs(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if g.names[strings.ToLower(name)] {
		return true
	}
	if g.loopback {
		return isLoopback(name) && port == g.port
	}
	_, err = netip.ParseAddr(name)
	return err == nil || strings.EqualFold(name, "localhost")
}

// mustBeOwn tells requests that change, watch or fetch something from those
// that only load the pages, which links may point at.
func mustBeOwn(r *http.Request) bool {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !reads || r.URL.Path == "/events" || strings.HasPrefix(r.URL.Path, "/download/")
}

// isForeign reports whether a browser says that another site is behind r. A
// request that says nothing is from a program, not from a browser.
func isForeign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return true
	}
	for _, origin := range r.Header.Values("Origin") {
		at, err := url.Parse(origin)
		if err != nil || at.Host == "" || !strings.EqualFold(at.Host, r.Host) {
			return true
		}
	}
	return false
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// isSecure reports whether a browser keeps a Secure cookie from this server: it
// does over TLS, which ends at a trusted proxy before us, and on loopback.
func isSecure(r *http.Request) bool {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = strings.Trim(r.Host, "[]")
	}
	return r.TLS != nil || isLoopback(name) || strings.EqualFold(forwardedProto(r.Header), "https")
}
