package gateway_test

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// nameServer is a DNS server that fails for the names under "servfail.test" and,
// of all others, knows only those under "far.test", which lead to loopback
// although they don't look like it; unless they are lost, which fails for them,
// too, and those that are led elsewhere. It listens on loopback and counts its questions.
type nameServer struct {
	conn net.PacketConn
	done chan struct{} // closed when it has ended

	mu    sync.Mutex
	asked map[string]int
	lost  map[string]bool
	leads map[string][][4]byte // where a name leads to: each answer is the next of these, the last one stays
}

// resolving makes the tests ask a name server of their own. It must be called
// before any of them runs.
func resolving() (*nameServer, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &nameServer{conn: conn, asked: map[string]int{}, lost: map[string]bool{}, leads: map[string][][4]byte{}, done: make(chan struct{})}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	go s.serve()
	return s, nil
}

func (s *nameServer) serve() {
	defer close(s.done)
	query := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(query)
		if err != nil {
			return
		}
		if reply := s.answer(query[:n]); reply != nil {
			_, _ = s.conn.WriteTo(reply, from)
		}
	}
}

// answer repeats the question with the code of a failure: 2 is SERVFAIL, 3
// NXDOMAIN.
func (s *nameServer) answer(query []byte) []byte {
	if len(query) < 12 {
		return nil
	}
	var labels []string
	at := 12
	for at < len(query) && query[at] != 0 {
		end := at + 1 + int(query[at])
		if end > len(query) {
			return nil
		}
		labels = append(labels, string(query[at+1:end]))
		at = end
	}
	if at+5 > len(query) {
		return nil
	}
	name := strings.ToLower(strings.Join(labels, "."))
	s.mu.Lock()
	s.asked[name]++
	code := uint16(3)
	switch {
	case strings.HasSuffix(name, "servfail.test"), s.lost[name]:
		code = 2
	case strings.HasSuffix(name, ".far.test"):
		code = 0
	}
	kind := binary.BigEndian.Uint16(query[at+1:])
	to := [4]byte{127, 0, 0, 1}
	if list := s.leads[name]; kind == 1 && len(list) > 0 {
		to = list[0]
		if len(list) > 1 {
			s.leads[name] = list[1:]
		}
	}
	s.mu.Unlock()
	reply := append([]byte(nil), query[:at+5]...)
	binary.BigEndian.PutUint16(reply[2:], 0x8180|code)
	binary.BigEndian.PutUint16(reply[4:], 1)
	for i := 6; i < 12; i++ {
		reply[i] = 0
	}
	if code == 0 && kind == 1 { // an address of IPv4
		reply[7] = 1
		reply = append(append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), to[:]...)
	}
	return reply
}

// lose makes a name fail, or lead somewhere again.
func (s *nameServer) lose(lost bool, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.lost[name] = lost
	}
}

// lead makes a name lead somewhere, and the next time elsewhere.
func (s *nameServer) lead(name string, to ...[4]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leads[name] = to
}

func (s *nameServer) questions(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

// names is the name server of these tests.
var names *nameServer

// FLT-003 and FLT-004: a name that isn't there, or whose name server fails. The
// next member answers; alone it is a 502, held against the member.
func TestFLT004NameServerFails(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]string{"FLT-003": "gone.nxdomain.test", "FLT-004": "up.servfail.test"} {
		for i := range 4 {
			d, stream := doors[i/2], i%2 == 1
			t.Run(name+" "+d.name, func(t *testing.T) {
				t.Parallel()
				good := serve(t, healthy)
				h := open(t, []string{"http://" + host + "/v1", good.url})
				began := time.Now()
				got := d.ask(h, d.body(stream))
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("the next member answered after %v", took)
				}
				call := h.ledger.await(t, 1)[0]
				w := want{
					stream: stream, fate: nextAnswers, text: "good", asked: []int{0, 1}, usage: metered,
					first: gateway.Outcome{Class: gateway.ClassTransient, Reason: "dns_failed"},
				}
				if stream {
					w.usage = detailed
				}
				w.check(t, h, d, got, call, nil, good.received())
				if !strings.Contains(call.Attempts[0].Outcome.Message, host) {
					t.Errorf("the host is not named: %s", call.Attempts[0].Outcome.Message)
				}
				if names.questions(host) == 0 {
					t.Error("the name server was not asked")
				}
				h = open(t, []string{"http://" + host + "/v1"})
				got = d.ask(h, d.body(stream))
				w.fate, w.text, w.usage = oneError, "", gateway.Usage{}
				w.check(t, h, d, got, h.ledger.await(t, 1)[0])
			})
		}
	}
}
