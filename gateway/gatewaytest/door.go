package gatewaytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Door is how an upstream takes connections.
type Door string

// The doors.
const (
	DoorPlain      Door = ""                // HTTP
	DoorTLS        Door = "tls"             // HTTPS, trusted by Upstream.Roots
	DoorHTTP2      Door = "http2"           // HTTP/2 over TLS, trusted by Upstream.Roots
	DoorExpired    Door = "tls_expired"     // a certificate of last year
	DoorSelfSigned Door = "tls_self_signed" // a certificate that nobody vouches for
	DoorWrongHost  Door = "tls_wrong_host"  // a certificate for another name
	DoorStall      Door = "tls_stall"       // takes the connection and never shakes hands
	DoorPlainOnTLS Door = "http_on_tls"     // HTTP where the URL says HTTPS
	DoorRefuse     Door = "refuse"          // refuses connections
	DoorDrop       Door = "drop"            // connections neither open nor fail; not on Windows
)

var allDoors = []Door{
	DoorTLS, DoorHTTP2, DoorExpired, DoorSelfSigned, DoorWrongHost, DoorStall, DoorPlainOnTLS, DoorRefuse, DoorDrop,
}

type door struct {
	mode     Door
	listener net.Listener // nil when connections are refused
	address  string
	held     []net.Conn // keep the port taken or the backlog full
	tls      *tls.Config
	roots    *x509.CertPool
}

func openDoor(mode Door, address string) (*door, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	if mode == DoorRefuse {
		return refusingDoor(address)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	d := &door{mode: mode, listener: ln, address: ln.Addr().String(), roots: x509.NewCertPool()}
	switch mode {
	case DoorTLS, DoorHTTP2, DoorExpired, DoorSelfSigned, DoorWrongHost:
		err = d.certify()
	case DoorDrop:
		err = d.fillBacklog()
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// refusingDoor takes a port without listening at it, by dialling out from it:
// connecting to it is refused, and nobody else can come to listen there.
func refusingDoor(address string) (*door, error) {
	local, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = other.Close() }()
	out, err := (&net.Dialer{LocalAddr: local}).Dial("tcp", other.Addr().String())
	if err != nil {
		return nil, err
	}
	in, err := other.Accept()
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return &door{mode: DoorRefuse, address: out.LocalAddr().String(), held: []net.Conn{out, in}, roots: x509.NewCertPool()}, nil
}

// fillBacklog makes the queue of connections short and fills it, after which
// the kernel lets further ones wait unanswered.
func (d *door) fillBacklog() error {
	if err := shortenBacklog(d.listener.(*net.TCPListener)); err != nil {
		return err
	}
	for range 8 {
		c, err := net.DialTimeout("tcp", d.address, 200*time.Millisecond)
		var waiting net.Error
		if errors.As(err, &waiting) && waiting.Timeout() {
			return nil
		}
		if err != nil {
			return err
		}
		d.held = append(d.held, c)
	}
	return fmt.Errorf("the queue of connections at %s doesn't fill up", d.address)
}

func (d *door) url() string {
	scheme := "http"
	if d.tls != nil || d.mode == DoorStall || d.mode == DoorPlainOnTLS {
		scheme = "https"
	}
	return scheme + "://" + d.address + "/v1"
}

func (d *door) close() error {
	var err error
	if d.listener != nil {
		err = d.listener.Close()
	}
	for _, c := range d.held {
		err = errors.Join(err, c.Close())
	}
	return err
}

// certify makes the door's certificate, with the fault that the door has.
func (d *door) certify() error {
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gatewaytest authority"},
		NotBefore: now.Add(-2 * 365 * 24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "gatewaytest"},
		NotBefore: now.Add(-400 * 24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	switch d.mode {
	case DoorExpired:
		leaf.NotAfter = now.Add(-30 * 24 * time.Hour)
	case DoorWrongHost:
		leaf.IPAddresses, leaf.DNSNames = nil, []string{"elsewhere.example"}
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	signer, signerKey := authority, authorityKey
	if d.mode == DoorSelfSigned {
		signer, signerKey = leaf, key
	} else {
		text, err := x509.CreateCertificate(rand.Reader, authority, authority, &authorityKey.PublicKey, authorityKey)
		if err != nil {
			return err
		}
		trusted, err := x509.ParseCertificate(text)
		if err != nil {
			return err
		}
		d.roots.AddCert(trusted)
	}
	text, err := x509.CreateCertificate(rand.Reader, leaf, signer, &key.PublicKey, signerKey)
	if err != nil {
		return err
	}
	d.tls = &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{text}, PrivateKey: key}},
	}
	if d.mode == DoorHTTP2 {
		d.tls.NextProtos = []string{"h2"}
	}
	return nil
}
