package gateway

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	minRetryAfter = time.Second
	maxRetryAfter = 30 * time.Minute
)

// retryAfter returns how long the upstream asks to be left alone, 0 when it doesn't say. It reads retry-after-ms, then
// Retry-After, then x-ratelimit-reset with -requests, -tokens or nothing after it, and keeps the answer within 1 s and 30 min. Points in time
// are measured against the reply's own Date, so that a skewed clock doesn't matter; now serves when there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	if n, ok := amount(h.Get("Retry-After-Ms")); ok {
		return waitOf(n, time.Millisecond)
	}
	asked := strings.TrimSpace(h.Get("Retry-After"))
	if n, ok := amount(asked); ok {
		return waitOf(n, time.Second)
	}
	if date, err := http.ParseTime(asked); err == nil {
		return clampWait(date.Sub(now))
	}
	return resetAfter(h, now)
}

// waitInWords is how upstreams say in a message what others say in a header: "Please try again in 6m0s." or "… in 20 seconds".
var waitInWords = regexp.MustCompile(`(?:retry|try again) in (?:((?:[0-9]+(?:\.[0-9]+)?(?:h|ms|m|s))+)\b|([0-9]+(?:\.[0-9]+)?) seconds?\b)`)

// retryIn is retryAfter for an error's words, in lower case.
func retryIn(words string) time.Duration {
	found := waitInWords.FindStringSubmatch(words)
	if found == nil {
		return 0
	}
	spelled := found[1]
	if spelled == "" {
		spelled = found[2] + "s"
	}
	d, err := time.ParseDuration(spelled)
	if err != nil {
		return 0 // more hours than a Duration holds
	}
	return clampWait(d)
}

// resetAfter returns when the rate limits are whole again, 0 when the reply doesn't say. A limit of which something
// remains isn't the one that was hit, so it counts only when the reply names no other.
func resetAfter(h http.Header, now time.Time) time.Duration {
	var hit, unhit time.Duration
	for _, limit := range [...]string{"-Requests", "-Tokens", ""} {
		wait := resetOf(h.Get("X-Ratelimit-Reset"+limit), now)
		if n, ok := amount(h.Get("X-Ratelimit-Remaining" + limit)); ok && n > 0 {
			unhit = max(unhit, wait)
		} else {
			hit = max(hit, wait)
		}
	}
	if hit > 0 {
		return hit
	}
	return unhit
}

// resetOf reads a rate limit's reset: a duration, seconds or a Unix time.
func resetOf(reset string, now time.Time) time.Duration {
	reset = strings.TrimSpace(reset)
	if n, ok := amount(reset); ok {
		// No limit lasts for thirty years: a number that large is a Unix time, in seconds or milliseconds.
		const unix, unixMilli = 1e9, 1e12
		if n >= unixMilli {
			n /= 1000
		}
		if n >= unix {
			n -= float64(now.UnixMilli()) / 1000
		}
		return waitOf(n, time.Second)
	}
	if d, err := time.ParseDuration(reset); err == nil && d >= 0 && !strings.HasPrefix(reset, "-") {
		return clampWait(d)
	}
	return 0
}

// amount reads a decimal number that is not negative; one too large to hold is infinite.
func amount(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.Trim(text, "0123456789.eE+") != "" || !isDigit(text[0]) && text[0] != '.' {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil || math.IsInf(n, 1)
}

// waitOf returns n units as a wait; n may be larger than a Duration holds.
func waitOf(n float64, unit time.Duration) time.Duration {
	return clampWait(time.Duration(min(max(n, 0)*float64(unit), float64(maxRetryAfter))))
}

func clampWait(d time.Duration) time.Duration {
	return min(max(d, minRetryAfter), maxRetryAfter)
}
