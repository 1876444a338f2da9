package gateway

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// reach is how far away a provider, or the proxy before it, is.
type reach int

const (
	onMachine reach = iota // loopback: no network is needed
	onNetwork              // a private address: the internet isn't needed
	farAway
)

func reachOf(host string) reach {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip, err := netip.ParseAddr(host)
	ip = ip.Unmap()
	switch {
	case err == nil && ip.IsLoopback(), host == "localhost", strings.HasSuffix(host, ".localhost"):
		return onMachine
	case err == nil && ip.IsPrivate(), strings.HasSuffix(host, ".local"):
		return onNetwork
	default:
		return farAway
	}
}

// place is where a provider is, as far as the network is concerned.
type place struct {
	reach reach
	host  string // what is far away: the provider's host or the proxy's
	dial  string // host and port that can be dialled to see whether it is there; "": none
}

// placeOf looks at what is dialled. Behind a proxy on this machine or on the local
// network it is the provider that may be out of reach.
func placeOf(provider, proxy *url.URL) place {
	at := place{reach: reachOf(provider.Hostname()), host: strings.ToLower(provider.Hostname()), dial: hostPort(provider)}
	if proxy == nil {
		return at
	}
	at.dial = ""
	if r := reachOf(proxy.Hostname()); r == farAway {
		at = place{reach: r, host: strings.ToLower(proxy.Hostname()), dial: hostPort(proxy)}
	}
	return at
}

var usualPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = usualPorts[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// isUnreached tells whether no connection came about at all.
func isUnreached(err error) bool {
	if errors.Is(err, errAddressRefused) || errors.Is(err, errProxyAuth) {
		return false
	}
	op, _ := errors.AsType[*net.OpError](err)
	return errors.Is(err, errConnectTimeout) || errors.Is(err, errProxy) || isDNS(err) || op != nil && op.Op == "dial"
}

// isLostOnTheWay tells whether a connection broke, fell silent or never came about: what
// an absent network looks like. An answer, however bad, is something else.
func isLostOnTheWay(err error) bool {
	for _, silent := range []error{errNoFirstToken, errStreamIdle, errReplyTimeout, errCutStream} {
		if errors.Is(err, silent) {
			return true
		}
	}
	return isUnreached(err) || isReset(err) || isClosed(err) || isTimeout(err)
}

// isDeaf tells whether a proxy near by doesn't even listen: no network is needed
// to find that out.
func (p *provider) isDeaf(err error) bool {
	return p.proxy != nil && reachOf(p.proxy.Hostname()) != farAway && isRefused(err)
}

// saysNoNetwork tells whether an error is one that a machine makes by itself when
// it has no network. Other things make it, too.
func saysNoNetwork(err error) bool {
	return isNetDown(err) || errors.Is(err, syscall.EHOSTUNREACH) || isWSA(err, 10065) || isDNS(err)
}

// isNetDown tells whether there was no way that a packet could have been sent.
func isNetDown(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.ENETDOWN) || isWSA(err, 10050) || isWSA(err, 10051)
}

// hasRoute tells whether the system knows a way to the internet. Connecting a UDP
// socket asks it for one and sends nothing; the addresses are those of examples.
func hasRoute() bool {
	for _, to := range [][2]string{{"udp4", "203.0.113.1:9"}, {"udp6", "[2001:db8::1]:9"}} {
		if conn, err := net.Dial(to[0], to[1]); err == nil {
			_ = conn.Close()
			return true
		}
	}
	return false
}

// knock tells whether something takes connections at an address.
func knock(ctx context.Context, address string) error {
	conn, err := (&net.Dialer{Control: refuseAddress}).DialContext(ctx, "tcp", address)
	if err == nil {
		_ = conn.Close()
	}
	return err
}
