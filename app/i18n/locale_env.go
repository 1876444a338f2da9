//go:build !windows

package i18n

import "os"

// environmentTag is what POSIX says holds for messages; "" when nothing is set.
func environmentTag() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}
