package http1_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"headgate/gateway/http1"
)

// Bytes that come in one record with a reply over TLS, and after it, are nobody's.
func TestBytesAfterOverTLS(t *testing.T) {
	t.Parallel()
	s := serve(t, secured(t), func(v *visit) { v.read(); v.say(ok + strings.Replace(ok, "ok", "no", 1)) })
	client := newClient(t, trusting)
	for range 3 {
		reply, err := client.Do(t.Context(), post(t, s.url, "{}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, 2)
		if _, err := io.ReadFull(reply.Body, body); err != nil || string(body) != "ok" {
			t.Fatalf("%q, %v", body, err)
		}
		_ = reply.Body.Close()
	}
	if n := s.connections(); n != 3 {
		t.Errorf("%d connections", n)
	}
}

// TLS: who isn't trusted, doesn't shake hands in time or speaks something else
// is told from who can't be reached.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	stall := func(c net.Conn) net.Conn { _, _ = io.Copy(io.Discard, c); return c }
	plain := func(c net.Conn) net.Conn { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); return c }
	other := func(c net.Conn) net.Conn {
		config := authority.config.Clone()
		config.NextProtos = []string{"h3"}
		secured := tls.Server(c, config)
		_ = secured.Handshake()
		return secured
	}
	for name, c := range map[string]struct {
		secure func(net.Conn) net.Conn
		change func(*http1.Options)
		other  bool
	}{
		"a stranger":   {secured(t), func(*http1.Options) {}, false},
		"another name": {secured(t), func(o *http1.Options) { o.TLS = &tls.Config{RootCAs: authority.roots, ServerName: "elsewhere.test"} }, false},
		"no handshake": {stall, func(o *http1.Options) { o.TLSLimit = 50 * time.Millisecond }, false},
		"no TLS":       {plain, trusting, false},
		"no HTTP/1.1":  {other, trusting, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.secure, func(v *visit) { v.say(ok) })
			g := ask(t.Context(), newClient(t, c.change), post(t, s.url))
			failed, is := errors.AsType[*http1.HandshakeError](g.err)
			if !is || failed.WantsOther() != c.other {
				t.Errorf("got %v", g.err)
			}
		})
	}
	s := serve(t, secured(t), func(v *visit) { v.read(); v.say(ok) })
	client := newClient(t, trusting)
	for i := range 2 {
		if g := ask(t.Context(), client, post(t, s.url, "{}")); g.err != nil || g.body != "ok" || g.trace.Reused != (i == 1) {
			t.Errorf("got %+v", g)
		}
	}
}

// authority vouches for the servers of these tests.
var authority = func() (a struct {
	config *tls.Config
	roots  *x509.CertPool
},
) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	a.config = &tls.Config{Certificates: s.TLS.Certificates}
	a.roots = x509.NewCertPool()
	a.roots.AddCert(s.Certificate())
	return a
}()

func secured(t *testing.T) func(net.Conn) net.Conn {
	t.Helper()
	return func(c net.Conn) net.Conn { return tls.Server(c, authority.config) }
}

func trusting(o *http1.Options) { o.TLS = &tls.Config{RootCAs: authority.roots} }
