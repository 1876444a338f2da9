package http1

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Target is a URL made ready to be asked.
type Target struct {
	origin  string // scheme, host and port
	address string // to dial
	name    string // of the server, for TLS
	secure  bool
	head    string // what follows the method in the request's head
}

// NewTarget makes an absolute http or https URL ready. Hosts that are not plain
// ASCII, and addresses with a zone, are refused.
func NewTarget(u *url.URL) (*Target, error) {
	host, port := u.Hostname(), u.Port()
	t := &Target{name: host, secure: u.Scheme == "https"}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("http1: the scheme %q is not http or https", u.Scheme)
	case u.Opaque != "" || u.User != nil:
		return nil, errors.New("http1: the URL has no host or a user")
	case !isHost(host):
		return nil, fmt.Errorf("http1: the host %q can't be asked as it stands", host)
	case port == "" && t.secure:
		port = "443"
	case port == "":
		port = "80"
	}
	target := u.RequestURI()
	if !isTarget(target) {
		return nil, fmt.Errorf("http1: the path %q can't be asked as it stands", target)
	}
	t.address = net.JoinHostPort(host, port)
	t.origin = u.Scheme + "://" + strings.ToLower(t.address)
	t.head = " " + target + " HTTP/1.1\r\nHost: " + strings.TrimSuffix(u.Host, ":") + "\r\n"
	return t, nil
}

// Origin is the scheme, host and port.
func (t *Target) Origin() string { return t.origin }

// Secure tells whether TLS is spoken.
func (t *Target) Secure() bool { return t.secure }

func isHost(host string) bool {
	for i := range len(host) {
		switch c := host[i]; {
		case isAlphanumeric(c), c == '-', c == '.', c == '_', c == ':':
		default:
			return false
		}
	}
	return host != ""
}

func isTarget(target string) bool {
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return target != "" && target[0] == '/'
}

// Field is one field of a head.
type Field struct{ Name, Value string }

// Fields are a head's fields in their order. Names are as they were sent and
// compare without regard to case.
type Fields []Field

// Get returns the first field of a name, "" when there is none.
func (f Fields) Get(name string) string {
	for i := range f {
		if is(f[i].Name, name) {
			return f[i].Value
		}
	}
	return ""
}

// Has tells whether there is a field of a name.
func (f Fields) Has(name string) bool {
	for i := range f {
		if is(f[i].Name, name) {
			return true
		}
	}
	return false
}

// Set replaces the fields of a name by one.
func (f Fields) Set(name, value string) Fields {
	kept := f[:0]
	for _, field := range f {
		if !is(field.Name, name) {
			kept = append(kept, field)
		}
	}
	return append(kept, Field{name, value})
}

// Header returns the fields as net/http has them.
func (f Fields) Header() http.Header {
	h := make(http.Header, len(f))
	for i := range f {
		h.Add(f[i].Name, f[i].Value)
	}
	return h
}

// FieldsOf returns a net/http header's fields.
func FieldsOf(h http.Header) Fields {
	f := make(Fields, 0, len(h))
	for name, values := range h {
		for _, value := range values {
			f = append(f, Field{name, value})
		}
	}
	return f
}

func is(a, b string) bool { return len(a) == len(b) && (a == b || strings.EqualFold(a, b)) }

// Request is what a server is asked. Host, Content-Length, Transfer-Encoding and
// Trailer among its fields are left out: the connection writes its own.
type Request struct {
	Method string
	Target *Target
	Fields Fields
	Body   [][]byte // pieces that are sent one after the other
	Fresh  bool     // over a connection that carried nothing before
}

func (r *Request) check() error {
	if !isToken(r.Method) {
		return fmt.Errorf("http1: the method %q can't be sent", r.Method)
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !isToken(f.Name) || !isFieldValue(f.Value) {
			return fmt.Errorf("http1: the field %q can't be sent", f.Name)
		}
	}
	return nil
}

// Length is the body's, in bytes.
func (r *Request) Length() int {
	n := 0
	for _, piece := range r.Body {
		n += len(piece)
	}
	return n
}

// appendHead writes the head of the request.
func (r *Request) appendHead(b []byte) []byte {
	b = append(append(b, r.Method...), r.Target.head...)
	for i := range r.Fields {
		if f := &r.Fields[i]; !isOurs(f.Name) {
			b = append(append(b, f.Name...), ": "...)
			b = append(append(b, f.Value...), "\r\n"...)
		}
	}
	if n := r.Length(); n > 0 || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, int64(n), 10), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// isOurs names the fields that frame a request.
func isOurs(name string) bool {
	switch len(name) {
	case len("Host"):
		return is(name, "Host")
	case len("Trailer"):
		return is(name, "Trailer")
	case len("Content-Length"):
		return is(name, "Content-Length")
	case len("Transfer-Encoding"):
		return is(name, "Transfer-Encoding")
	}
	return false
}
