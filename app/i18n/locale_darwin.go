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
	return chosenTags()
}

// chosenTags are the person's languages, the first one first. AppleLocale would tell the
// format of numbers and dates, which may be another country's.
var chosenTags = sync.OnceValue(func() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	// ( "zh-Hant-TW", "en-GB" ), a line each; quoted where it isn't a word
	return strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune("() \n\t\r,\"", r) })
})
