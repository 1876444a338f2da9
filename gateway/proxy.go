package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// compileProxy reads a provider's proxy; nil: none.
func compileProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the proxy is not a URL") // which may hold a password: not quoted
	case u.User != nil:
		return nil, errors.New("the proxy holds a user name or password")
	case !slices.Contains(proxySchemes, u.Scheme) || u.Hostname() == "":
		return nil, fmt.Errorf("the proxy %q is not an http, https, socks5 or socks5h URL", text)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the proxy %q has more than a host and a port", text)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// What a proxy can do wrong.
var (
	errProxy     = errors.New("the proxy failed")
	errProxyAuth = errors.New("asks for a user name and password, which Headgate doesn't send")
)

// proxyError is a failure of the proxy before it and the provider were
// connected.
type proxyError struct {
	proxy string // host and port
	err   error
}

func (e *proxyError) Error() string {
	refused, isAnswer := errors.AsType[*connectRefused](e.err)
	op, _ := errors.AsType[*net.OpError](e.err)
	switch {
	case isAnswer:
		return fmt.Sprintf("the proxy %s refused to connect to %s: it answered %q", e.proxy, refused.target, refused.status)
	case errors.Is(e.err, errConnectTimeout):
		return fmt.Sprintf("the proxy %s made no connection within the time limit", e.proxy)
	case errors.Is(e.err, errProxyAuth):
		return fmt.Sprintf("the proxy %s %v", e.proxy, errProxyAuth)
	case op != nil && op.Err != nil && strings.HasPrefix(op.Op, "socks"):
		return fmt.Sprintf("the proxy %s refused the connection: %s", e.proxy, strings.TrimPrefix(op.Err.Error(), "unknown error "))
	case isRefused(e.err):
		return fmt.Sprintf("the proxy refused the connection: nothing answers at %s", e.proxy)
	case isClosed(e.err) || isReset(e.err):
		return fmt.Sprintf("the proxy %s closed the connection", e.proxy)
	default:
		return fmt.Sprintf("the proxy %s failed: %v", e.proxy, e.err)
	}
}

func (e *proxyError) Unwrap() error        { return e.err }
func (e *proxyError) Is(target error) bool { return target == errProxy }

// connectRefused is a proxy's answer to CONNECT that is not a 200.
type connectRefused struct{ target, status string }

func (e *connectRefused) Error() string { return "CONNECT " + e.target + ": " + e.status }

func checkConnect(_ context.Context, _ *url.URL, asked *http.Request, answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return errProxyAuth
	default:
		return &connectRefused{target: asked.Host, status: cut(answer.Status, 80)}
	}
}
