package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func freeSpace(folder string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil //nolint:gosec // a block has a size
}

// listenerOf names the process that listens at a TCP port; "": nobody, or
// somebody else's, which the system doesn't tell.
func listenerOf(port string) string {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			// sl local_address rem_address st … inode, the tenth
			columns := strings.Fields(line)
			const listening = "0A"
			if len(columns) > 9 && columns[3] == listening && strings.HasSuffix(columns[1], fmt.Sprintf(":%04X", number)) {
				sockets["socket:["+columns[9]+"]"] = true
			}
		}
	}
	open, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, each := range open {
		if leads, err := os.Readlink(each); err != nil || !sockets[leads] {
			continue
		}
		pid := strings.Split(each, "/")[2]
		name, err := os.ReadFile(filepath.Join("/proc", pid, "comm"))
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s, process %s", strings.TrimSpace(string(name)), pid)
	}
	return ""
}
