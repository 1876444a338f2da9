//go:build linux || darwin

package instance

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// maySpeak tells whether a visitor is this person, or the administrator.
func maySpeak(conn net.Conn) bool {
	uid, known := peer(conn)
	return known && (uid == os.Geteuid() || uid == 0)
}

// mayHear tells whether whoever answers is this person, the administrator, or
// whose folder it is: none of them learns anything that it couldn't read there.
func mayHear(conn net.Conn, dir string) bool {
	uid, known := peer(conn)
	if !known {
		return false
	}
	if uid == os.Geteuid() || uid == 0 {
		return true
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == uid
}

// onSocket calls ask with the connection's descriptor.
func onSocket(conn net.Conn, ask func(fd int) error) error {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return errors.ErrUnsupported
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var answer error
	if err := raw.Control(func(fd uintptr) { answer = ask(int(fd)) }); err != nil {
		return err
	}
	return answer
}
