package gateway

import (
	"syscall"
	"time"
	"unsafe"
)

var unbiasedTime = syscall.NewLazyDLL("kernel32.dll").NewProc("QueryUnbiasedInterruptTime")

// awake is for how long the machine has run without its sleeps. The monotonic clock
// that Go reads on Windows counts them in.
func awake() time.Duration {
	var ticks uint64 // of 100 ns
	_, _, _ = unbiasedTime.Call(uintptr(unsafe.Pointer(&ticks)))
	return time.Duration(ticks) * 100
}
