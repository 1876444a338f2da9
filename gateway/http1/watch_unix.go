//go:build unix

package http1

import "syscall"

// isEnded tells whether a socket's other side has said its last, without taking
// what it said before.
func isEnded(fd uintptr) bool {
	var b [1]byte
	n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return n == 0 && err == nil || err != nil && err != syscall.EAGAIN && err != syscall.EINTR
}
