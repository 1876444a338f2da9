package instance

import (
	"net"

	"golang.org/x/sys/unix"
)

// peer returns as whom the process at a socket's other end runs.
func peer(conn net.Conn) (uid int, known bool) {
	err := onSocket(conn, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil {
			uid = int(cred.Uid)
		}
		return err
	})
	return uid, err == nil
}
