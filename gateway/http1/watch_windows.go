package http1

import "syscall"

// isEnded tells whether a socket's other side has said its last, without taking
// what it said before.
func isEnded(fd uintptr) bool {
	if !isReadable(fd) {
		return false
	}
	const peek = 2 // MSG_PEEK
	var b [1]byte
	var n uint32
	flags := uint32(peek)
	err := syscall.WSARecv(syscall.Handle(fd), &syscall.WSABuf{Len: 1, Buf: &b[0]}, 1, &n, &flags, nil, nil)
	return err != nil || n == 0
}
