package http1

import (
	"syscall"
	"unsafe"
)

var wsaPoll = syscall.NewLazyDLL("ws2_32.dll").NewProc("WSAPoll")

// isReadable tells whether something has come over a socket, be it its end.
func isReadable(fd uintptr) bool {
	const readable = 0x0100 // POLLRDNORM; an end and an error are told unasked
	asked := struct {
		fd              uintptr
		events, revents int16
	}{fd: fd, events: readable}
	n, _, _ := wsaPoll.Call(uintptr(unsafe.Pointer(&asked)), 1, 0)
	return int32(n) != 0
}
