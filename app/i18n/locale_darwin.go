package i18n

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// systemTags prefers the environment: a terminal sets it, a start from the Dock
// doesn't.
func systemTags() []string {
	if tag := environmentTag(); tag != "" {
		return []string{tag}
	}
	return []string{chosenLocale()}
}

var chosenLocale = sync.OnceValue(func() string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLocale").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
})
