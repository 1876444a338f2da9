package support

import (
	"bufio"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// systemVersion is the distribution's name and the kernel's version.
func systemVersion() string {
	var name string
	if f, err := os.Open("/etc/os-release"); err == nil {
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if value, ok := strings.CutPrefix(lines.Text(), "PRETTY_NAME="); ok {
				name = strings.Trim(value, `"'`)
			}
		}
		_ = f.Close()
	}
	var kernel unix.Utsname
	if unix.Uname(&kernel) != nil {
		return name
	}
	return strings.TrimSpace(name + " " + unix.ByteSliceToString(kernel.Release[:]))
}
