//go:build !linux && !windows

package support

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// systemVersion is the product's version where it has one, else the kernel's.
func systemVersion() string {
	name := "kern.osrelease"
	if runtime.GOOS == "darwin" {
		name = "kern.osproductversion"
	}
	version, _ := unix.Sysctl(name)
	return version
}
