//go:build unix

package door

import "syscall"

// openFiles is the limit on open files, which Go has raised as far as it may at
// the start; 0: none.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur)
}
