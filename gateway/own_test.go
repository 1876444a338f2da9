package gateway_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// A TLS server that speaks HTTP/1.1 is asked over connections of our own once it
// has said so, and everything arrives as before.
func TestTLSConnections(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Script{Door: gatewaytest.DoorTLS})
	h := open(t, []string{u.URL()})
	h.Trust(u.Roots())
	for _, body := range []string{plainBody, streamBody, plainBody, streamBody} {
		got := h.post(body)
		if markers := gatewaytest.Markers(got.text()); len(markers) != 1 || got.done() != (body == streamBody) {
			t.Errorf("got %d %s (%v)", got.status, got.body, got.err)
		}
	}
	// One by net/http, which found out, and one that the others shared.
	if n := u.Taken(); n != 2 && !*byTransport {
		t.Errorf("%d requests over %d connections, want 2", len(u.Requests()), n)
	}
	calls := h.ledger.await(t, 4)
	for i, connects := range []bool{true, !*byTransport, false, false} {
		if i > 0 && *byTransport { // net/http gives a connection back when it likes
			break
		}
		if took := calls[i].Attempts[0].Connect; took > 0 != connects {
			t.Errorf("call %d: connecting took %v", i, took)
		}
	}
}

// Whoever doesn't trust a server, or finds no HTTP/1.1 there any more, is told as
// ever, or asked in HTTP/2.
func TestTLSServerChanges(t *testing.T) {
	t.Parallel()
	var onlyHTTP2 atomic.Bool
	var versions []int
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		versions = append(versions, r.ProtoMajor)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, whole("good"))
	}))
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		c := &tls.Config{Certificates: s.TLS.Certificates, NextProtos: []string{"http/1.1"}}
		switch {
		case onlyHTTP2.Load() && slices.Contains(hello.SupportedProtos, "h2"):
			c.NextProtos = []string{"h2"}
		case onlyHTTP2.Load():
			c.NextProtos = []string{"another"}
		}
		return c, nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	h := open(t, []string{s.URL + "/v1"})
	h.Trust(roots)
	for _, http2 := range []bool{false, false, true, true} {
		if http2 != onlyHTTP2.Swap(http2) {
			s.CloseClientConnections()
		}
		h.post(plainBody).wantGood(t, false)
	}
	if want := []int{1, 1, 2, 2}; !slices.Equal(versions, want) {
		t.Errorf("asked in HTTP/%v, want %v", versions, want)
	}
	for _, call := range h.ledger.await(t, 4) {
		if len(call.Attempts) != 1 || call.State != gateway.StateOK {
			t.Errorf("recorded %+v", call)
		}
	}
}
