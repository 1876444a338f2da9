package door

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

const (
	// mostLeaving is how many clients at once are told that the house is full;
	// others are hung up on without a word.
	mostLeaving = 32
	leaveTime   = time.Second
	// clearEvery is how often idle connections are closed to make room, and how
	// often the log says so.
	clearEvery = time.Second
)

// full is what a client is told that finds the house full.
const full = "HTTP/1.1 503 Service Unavailable\r\n" +
	"Content-Type: application/json\r\n" +
	"Cache-Control: no-store\r\n" +
	"Retry-After: 1\r\n" +
	"Connection: close\r\n\r\n" + // which ends the body, too
	`{"error":{"message":"Headgate has as many connections open as it has room for. Try again in a moment.",` +
	`"type":"server_error","param":null,"code":"too_many_connections"}}` + "\n"

// entrance is the door's listener. It counts who is inside and never lets in
// more than there is room for: calls need descriptors of their own for
// upstreams, and the call log for its database.
type entrance struct{ *Door }

func (e entrance) Close() error   { return e.ln.Close() }
func (e entrance) Addr() net.Addr { return e.ln.Addr() }

func (e entrance) Accept() (net.Conn, error) {
	for {
		conn, err := e.ln.Accept()
		if err != nil {
			return nil, err
		}
		if e.inside.Add(1) <= e.most {
			g := &guest{TCPConn: conn.(*net.TCPConn), of: e.Door}
			_ = g.SetWriteBuffer(sendBuffer)
			return g, nil
		}
		e.inside.Add(-1)
		e.turnAway(conn)
	}
}

// turnAway tells a client to come again, and makes room for it by closing the
// connections on which nothing is going on.
func (d *Door) turnAway(conn net.Conn) {
	d.refused++
	if time.Since(d.cleared) >= clearEvery {
		d.cleared = time.Now()
		d.log.Warn("connections are turned away: there is no room for more", "room", d.most, "refused", d.refused)
		d.refused = 0
		d.server.CloseIdle()
	}
	select {
	case d.leaving <- struct{}{}:
		d.told.Go(func() {
			defer func() { <-d.leaving }()
			sayFull(conn)
		})
	default:
		_ = conn.Close()
	}
}

// sayFull answers and then reads on for a while: a connection that is closed
// with unread bytes is reset, which may take the answer with it.
func sayFull(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(leaveTime))
	if _, err := io.WriteString(conn, full); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(conn, 1<<20))
}

// guest is a connection that is counted out when it is closed.
type guest struct {
	*net.TCPConn
	of   *Door
	gone atomic.Bool
}

func (g *guest) Close() error {
	if !g.gone.Swap(true) {
		g.of.inside.Add(-1)
	}
	return g.TCPConn.Close()
}
