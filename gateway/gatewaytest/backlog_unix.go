//go:build unix

package gatewaytest

import (
	"net"
	"syscall"
)

// shortenBacklog listens once more, which changes the length of the queue.
func shortenBacklog(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), 0) }); err != nil {
		return err
	}
	return failed
}
