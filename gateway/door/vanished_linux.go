package door

import (
	"syscall"
)

// tcpUserTimeout is TCP_USER_TIMEOUT, which the syscall package lacks.
const tcpUserTimeout = 0x12

// giveUp bounds how long the system goes on sending to a client that
// acknowledges nothing; it would be a quarter of an hour. Connections inherit it
// from the listener.
func giveUp(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) {
		// Older or odder systems do without.
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(unacknowledged.Milliseconds()))
	})
}
