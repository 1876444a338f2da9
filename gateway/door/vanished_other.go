//go:build !linux

package door

import "syscall"

// giveUp has nothing to do: what is sent to a client that has vanished fills
// its buffer, and then the time limit on writing ends the call.
func giveUp(_, _ string, _ syscall.RawConn) error { return nil }
