package door

import (
	"net"
	"time"

	"headgate/gateway/http1"
)

// Hurry makes the limits on silence shorter. Call it before Serve.
func (d *Door) Hurry(header, idle time.Duration) {
	d.limits.HeadTime, d.limits.IdleTime = header, idle
	d.server = http1.NewServer(d.limits)
}

// Watch tells of each connection that is let in. Call it before Serve.
func (d *Door) Watch(in func(net.Conn)) { d.ln = watched{d.ln, in} }

type watched struct {
	net.Listener
	in func(net.Conn)
}

func (w watched) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err == nil {
		w.in(conn)
	}
	return conn, err
}

// RoomFor is how many connections this many descriptors leave room for.
func RoomFor(descriptors uint64) int { return roomFor(descriptors) }

// SendBuffer, Unacknowledged and the probes are what a connection is set to.
const (
	SendBuffer     = sendBuffer
	Unacknowledged = unacknowledged
	ProbeAfter     = probeAfter
	ProbeEvery     = probeEvery
	Probes         = probes
)
