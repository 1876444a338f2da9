package door_test

import (
	"net"
	"syscall"
	"testing"
	"time"

	"headgate/gateway/door"
)

// Every connection has what notices a client that vanished, and a bound on what
// the system keeps for one that doesn't read.
func TestVanishedClientIsNoticed(t *testing.T) {
	t.Parallel()
	in := make(chan net.Conn, 1)
	h := open(t, door.Options{}, func(d *door.Door) { d.Watch(func(c net.Conn) { in <- c }) })
	c := h.client()
	if status, _, err := c.ask("/"); status != 200 {
		t.Fatalf("got %d (%v)", status, err)
	}
	raw, err := (<-in).(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	for _, o := range []struct {
		name                string
		level, option, want int
	}{
		{"TCP_USER_TIMEOUT", syscall.IPPROTO_TCP, 0x12, int(door.Unacknowledged.Milliseconds())},
		{"SO_KEEPALIVE", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE", syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, seconds(door.ProbeAfter)},
		{"TCP_KEEPINTVL", syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, seconds(door.ProbeEvery)},
		{"TCP_KEEPCNT", syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, door.Probes},
		{"SO_SNDBUF", syscall.SOL_SOCKET, syscall.SO_SNDBUF, 2 * door.SendBuffer},
	} {
		var got int
		var failed error
		if err := raw.Control(func(fd uintptr) { got, failed = syscall.GetsockoptInt(int(fd), o.level, o.option) }); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		if got != o.want {
			t.Errorf("%s is %d, want %d", o.name, got, o.want)
		}
	}
}
