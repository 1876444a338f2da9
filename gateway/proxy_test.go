package gateway_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// proxy is a server that carries connections to others, and what it was asked.
type proxy struct {
	address string
	mu      sync.Mutex
	targets []string // host:port, or the URL of a plain request
}

func (p *proxy) asked(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.targets = append(p.targets, target)
}

func (p *proxy) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.targets...)
}

// startProxy serves each connection with talk, and closes what is left open.
func startProxy(t *testing.T, talk func(p *proxy, conn net.Conn, in *bufio.Reader)) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: ln.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				talk(p, conn, bufio.NewReader(conn))
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		cancel()
		wg.Wait()
	})
	return p
}

// tunnel carries bytes both ways until either side ends.
func tunnel(conn net.Conn, in io.Reader, target string, agree func(error) bool) {
	out, err := net.Dial("tcp", target)
	if !agree(err) || err != nil {
		return
	}
	defer func() { _ = out.Close() }()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(conn, out)
}

// webProxy takes CONNECT and plain requests, as web proxies do.
func webProxy(p *proxy, conn net.Conn, in *bufio.Reader) {
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		p.asked(r.RequestURI)
		if r.Method == http.MethodConnect {
			tunnel(conn, in, r.Host, func(err error) bool {
				if err != nil {
					_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
					return false
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
				return true
			})
			return
		}
		reply, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return
		}
		err = reply.Write(conn)
		_ = reply.Body.Close()
		if err != nil {
			return
		}
	}
}

// socksProxy speaks as much of SOCKS5 as it takes to connect.
func socksProxy(answer byte) func(p *proxy, conn net.Conn, in *bufio.Reader) {
	return func(p *proxy, conn net.Conn, in *bufio.Reader) {
		greeting := make([]byte, 2)
		if _, err := io.ReadFull(in, greeting); err != nil || greeting[0] != 5 {
			return
		}
		_, _ = in.Discard(int(greeting[1]))
		_, _ = conn.Write([]byte{5, 0})
		head := make([]byte, 4)
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		size := map[byte]int{1: net.IPv4len, 4: net.IPv6len}[head[3]]
		if head[3] == 3 {
			n, _ := in.ReadByte()
			size = int(n)
		}
		host, port := make([]byte, size), make([]byte, 2)
		_, _ = io.ReadFull(in, host)
		_, _ = io.ReadFull(in, port)
		name := string(host)
		if head[3] != 3 {
			name = net.IP(host).String()
		}
		target := net.JoinHostPort(name, fmt.Sprint(binary.BigEndian.Uint16(port)))
		p.asked(target)
		reply := []byte{5, answer, 0, 1, 0, 0, 0, 0, 0, 0}
		if answer != 0 {
			_, _ = conn.Write(reply)
			return
		}
		tunnel(conn, in, target, func(err error) bool {
			if err != nil {
				reply[1] = 5
			}
			_, _ = conn.Write(reply)
			return err == nil
		})
	}
}

// secure runs an HTTPS upstream that is healthy.
func secure(t *testing.T) (url string, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, whole("good"))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL + "/v1", roots
}

// By a proxy of either kind a provider is reached, with HTTPS and without, and
// the connection serves the next call too. Others are reached directly.
func TestProxy(t *testing.T) {
	t.Parallel()
	plain := serve(t, healthy)
	secured, roots := secure(t)
	for _, c := range []struct {
		name, scheme string
		talk         func(*proxy, net.Conn, *bufio.Reader)
		url          string
		asked        string // of the proxy, for two calls
	}{
		{"HTTP, HTTPS upstream", "http", webProxy, secured, strings.TrimSuffix(strings.TrimPrefix(secured, "https://"), "/v1")},
		{"HTTP, plain upstream", "http", webProxy, plain.url, plain.url + "/chat/completions " + plain.url + "/chat/completions"},
		{"SOCKS5, HTTPS upstream", "socks5", socksProxy(0), secured, strings.TrimSuffix(strings.TrimPrefix(secured, "https://"), "/v1")},
		{"SOCKS5, plain upstream", "socks5h", socksProxy(0), plain.url, strings.TrimSuffix(strings.TrimPrefix(plain.url, "http://"), "/v1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := startProxy(t, c.talk)
			direct := serveSwitched(t, healthy)
			h := open(t, []string{c.url, direct.url}, func(cfg *gateway.Config) { cfg.Providers[0].Proxy = c.scheme + "://" + p.address + "/" })
			h.Trust(roots)
			h.post(plainBody).wantGood(t, false)
			h.post(plainBody).wantGood(t, false)
			if got := strings.Join(p.seen(), " "); got != c.asked {
				t.Errorf("the proxy was asked for %q, want %q", got, c.asked)
			}
			calls := h.ledger.await(t, 2)
			if len(calls[0].Attempts) != 1 || calls[0].Attempts[0].Connect <= 0 || calls[1].Attempts[0].Connect != 0 {
				t.Errorf("attempts %+v", calls)
			}
			h.config.Groups[0].Members = h.config.Groups[0].Members[1:]
			h.apply()
			h.post(plainBody).wantGood(t, false)
			if direct.count() != 1 || len(p.seen()) != len(strings.Fields(c.asked)) {
				t.Errorf("a provider without a proxy was reached by one: %v", p.seen())
			}
		})
	}
}

// What a proxy does wrong is said to be the proxy's doing, counts against the
// member, and the next one answers; what the provider does wrong stays its own.
func TestProxyFaults(t *testing.T) {
	t.Parallel()
	secured, _ := secure(t)
	says := func(text string) func(*proxy, net.Conn, *bufio.Reader) {
		return func(_ *proxy, conn net.Conn, in *bufio.Reader) {
			_, _ = http.ReadRequest(in)
			_, _ = io.WriteString(conn, text)
		}
	}
	stall := func(_ *proxy, _ net.Conn, in *bufio.Reader) { _, _ = io.Copy(io.Discard, in) }
	for _, c := range []struct {
		name, scheme, url string
		talk              func(*proxy, net.Conn, *bufio.Reader) // nil: nobody listens
		class             gateway.Class
		reason, says      string
	}{
		{"nobody there", "http", secured, nil, gateway.ClassTransient, "proxy_failed", "the proxy refused the connection: nothing answers at 127.0.0.1:"},
		{"nobody there, plain", "http", "http://127.0.0.1:9/v1", nil, gateway.ClassTransient, "proxy_failed", "the proxy refused the connection"},
		{"nobody there, SOCKS", "socks5", secured, nil, gateway.ClassTransient, "proxy_failed", "the proxy refused the connection"},
		{"403", "http", secured, says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), gateway.ClassTransient, "proxy_failed", `answered "403 Forbidden"`},
		{"407", "http", secured, says("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), gateway.ClassTransient, "proxy_failed", "asks for a user name and password"},
		{"407, plain", "http", "http://127.0.0.1:9/v1", says("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), gateway.ClassTransient, "proxy_failed", "asks for a user name and password"},
		{"hangs up", "http", secured, says(""), gateway.ClassTransient, "proxy_failed", "closed the connection"},
		{"not a proxy", "http", secured, says("SSH-2.0-x\r\n"), gateway.ClassTransient, "proxy_failed", "the proxy 127.0.0.1:"},
		{"no TLS", "https", secured, says("HTTP/1.1 400 Bad Request\r\n\r\n"), gateway.ClassTransient, "proxy_failed", "the proxy 127.0.0.1:"},
		{"stalls", "http", secured, stall, gateway.ClassTimeout, "connect_timeout", "made no connection within the time limit"},
		{"stalls, SOCKS", "socks5", secured, stall, gateway.ClassTimeout, "connect_timeout", "made no connection within the time limit"},
		{"SOCKS refusal", "socks5", secured, socksProxy(2), gateway.ClassTransient, "proxy_failed", "refused the connection"},
		{"the provider isn't there", "http", "https://127.0.0.1:9/v1", webProxy, gateway.ClassTransient, "proxy_failed", `refused to connect to 127.0.0.1:9: it answered "502`},
		{"the provider's certificate", "http", secured, webProxy, gateway.ClassTransient, "tls_failed", "certificate"},
		{"the provider's certificate, SOCKS", "socks5", secured, socksProxy(0), gateway.ClassTransient, "tls_failed", "certificate"},
		{"a metadata service", "http", "https://169.254.169.254/v1", webProxy, gateway.ClassModelUnavailable, "address_refused", "never called"},
		{"a metadata service, mapped", "socks5", "https://[::ffff:169.254.169.254]/v1", socksProxy(0), gateway.ClassModelUnavailable, "address_refused", "never called"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := strings.TrimSuffix(strings.TrimPrefix(refusing(t), "http://"), "/v1")
			if c.talk != nil {
				at = startProxy(t, c.talk).address
			}
			good := serve(t, healthy)
			h := open(t, []string{c.url, good.url}, func(cfg *gateway.Config) {
				cfg.Providers[0].Proxy = c.scheme + "://" + at
				if c.class == gateway.ClassTimeout {
					cfg.Providers[0].Timeouts.Connect = 100 * time.Millisecond
				}
			})
			h.post(plainBody).wantGood(t, false)
			o := h.ledger.await(t, 1)[0].Attempts[0].Outcome
			if o.Class != c.class || o.Reason != c.reason || !strings.Contains(o.Message, c.says) || o.Blames != gateway.BlamesMember {
				t.Errorf("outcome %+v, want %s %s %q", o, c.class, c.reason, c.says)
			}
			if o.Counts != (c.class != gateway.ClassModelUnavailable) {
				t.Errorf("counts: %v", o.Counts)
			}
		})
	}
}

// A proxy at an address that is never called isn't called either.
func TestProxyAtARefusedAddress(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "socks5"} {
		h := open(t, []string{"https://127.0.0.1:9/v1", serve(t, healthy).url}, func(c *gateway.Config) {
			c.Providers[0].Proxy = scheme + "://169.254.169.254:3128"
		})
		h.post(plainBody).wantGood(t, false)
		if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != "address_refused" || !strings.Contains(o.Message, "proxy") {
			t.Errorf("%s: outcome %+v", scheme, o)
		}
	}
}

// A proxy from the environment is never used.
func TestProxyOfTheEnvironment(t *testing.T) {
	p := startProxy(t, webProxy)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://"+p.address)
	}
	h := open(t, []string{serve(t, healthy).url})
	h.post(plainBody).wantGood(t, false)
	if seen := p.seen(); len(seen) != 0 {
		t.Errorf("the proxy was asked for %v", seen)
	}
}

func TestProbeByProxy(t *testing.T) {
	t.Parallel()
	p := startProxy(t, webProxy)
	u := serve(t, failing(200, `{"data":[{"id":"a"}]}`))
	h := open(t, nil)
	in := gateway.Provider{Name: "up", Dialect: "openai", BaseURL: u.url, Proxy: "http://" + p.address}
	if got := h.Probe(t.Context(), in, ""); got.Outcome.Class != gateway.ClassOK || len(p.seen()) != 1 {
		t.Errorf("%+v, the proxy was asked for %v", got, p.seen())
	}
	in.Proxy = strings.TrimSuffix(refusing(t), "/v1")
	if got := h.Probe(t.Context(), in, ""); got.Outcome.Reason != "proxy_failed" {
		t.Errorf("%+v", got)
	}
}

func TestProxiesThatAreNone(t *testing.T) {
	t.Parallel()
	h := open(t, []string{"http://127.0.0.1:1/v1"})
	for proxy, says := range map[string]string{
		"ftp://proxy:21":          "is not an http, https, socks5 or socks5h URL",
		"socks4://proxy:1080":     "is not an http",
		"proxy:3128":              "is not an http",
		"http://":                 "is not an http",
		"http://me:secret@proxy":  "holds a user name or password",
		"http://me:se cret@proxy": "is not a URL",
		"http://proxy/path":       "more than a host and a port",
		"http://proxy?x=1":        "more than a host and a port",
	} {
		h.config.Providers[0].Proxy = proxy
		err := gateway.Validate(h.config)
		if err == nil || !strings.Contains(err.Error(), `providers[0] "up1": `) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v, want %q", proxy, err, says)
		}
	}
	for _, proxy := range []string{"", "http://proxy", "https://proxy:443/", "socks5://[::1]:1080", "socks5h://proxy:1080"} {
		h.config.Providers[0].Proxy = proxy
		if err := gateway.Validate(h.config); err != nil {
			t.Errorf("%s: %v", proxy, err)
		}
	}
}
