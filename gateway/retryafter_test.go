package gateway

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	httpDate := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"nothing", nil, 0},
		{"seconds", map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{"spaces", map[string]string{"Retry-After": " 7 "}, 7 * time.Second},
		{"fraction", map[string]string{"Retry-After": "1.5"}, 1500 * time.Millisecond},
		{"zero", map[string]string{"Retry-After": "0"}, time.Second},
		{"small", map[string]string{"Retry-After": "0.01"}, time.Second},
		{"large", map[string]string{"Retry-After": "1000000000"}, 30 * time.Minute},
		{"1e9", map[string]string{"Retry-After": "1e9"}, 30 * time.Minute},
		{"infinite", map[string]string{"Retry-After": "1e999"}, 30 * time.Minute},
		{"negative", map[string]string{"Retry-After": "-5"}, 0},
		{"junk", map[string]string{"Retry-After": "soon"}, 0},
		{"Inf", map[string]string{"Retry-After": "Inf"}, 0},
		{"NaN", map[string]string{"Retry-After": "NaN"}, 0},
		{"hexadecimal", map[string]string{"Retry-After": "0x10"}, 0},
		{"milliseconds", map[string]string{"Retry-After-Ms": "2500", "Retry-After": "60"}, 2500 * time.Millisecond},
		{"junk milliseconds", map[string]string{"Retry-After-Ms": "-1", "Retry-After": "60"}, time.Minute},
		{"date", map[string]string{"Retry-After": httpDate(90 * time.Second)}, 90 * time.Second},
		{"date of a skewed clock", map[string]string{"Date": httpDate(-5 * time.Hour), "Retry-After": httpDate(-5*time.Hour + time.Minute)}, time.Minute},
		{"junk Date", map[string]string{"Date": "today", "Retry-After": httpDate(time.Minute)}, time.Minute},
		{"date in the past", map[string]string{"Retry-After": httpDate(-time.Hour)}, time.Second},
		{"date far away", map[string]string{"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 30 * time.Minute},
		{"reset seconds", map[string]string{"X-Ratelimit-Reset-Requests": "1s"}, time.Second},
		{"reset minutes", map[string]string{"X-Ratelimit-Reset-Tokens": "6m0s"}, 6 * time.Minute},
		{"reset milliseconds", map[string]string{"X-Ratelimit-Reset-Tokens": "250ms"}, time.Second},
		{"reset fraction", map[string]string{"X-Ratelimit-Reset-Requests": "2m59.56s"}, 2*time.Minute + 59560*time.Millisecond},
		{"reset plain", map[string]string{"X-Ratelimit-Reset-Requests": "12.5"}, 12500 * time.Millisecond},
		{"reset Unix", map[string]string{"X-Ratelimit-Reset-Requests": "1795435290", "Date": time.Unix(1795435200, 0).UTC().Format(http.TimeFormat)}, 90 * time.Second},
		{"reset Unix milliseconds", map[string]string{"X-Ratelimit-Reset-Requests": "1795435290000", "Date": time.Unix(1795435200, 0).UTC().Format(http.TimeFormat)}, 90 * time.Second},
		{"reset Unix in the past", map[string]string{"X-Ratelimit-Reset-Requests": "1000000000"}, time.Second},
		{"reset in the year 9999", map[string]string{"X-Ratelimit-Reset-Requests": "1000000000", "Date": "Fri, 31 Dec 9999 23:59:59 GMT"}, time.Second},
		{"reset of all", map[string]string{"X-Ratelimit-Reset": "1795435290000", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset-Tokens": "300s", "X-Ratelimit-Remaining-Tokens": "9", "Date": time.Unix(1795435200, 0).UTC().Format(http.TimeFormat)}, 90 * time.Second},
		{"reset negative", map[string]string{"X-Ratelimit-Reset-Requests": "-1s", "X-Ratelimit-Reset-Tokens": "-3"}, 0},
		{"reset junk", map[string]string{"X-Ratelimit-Reset-Requests": "later"}, 0},
		{"the later reset", map[string]string{"X-Ratelimit-Reset-Requests": "2s", "X-Ratelimit-Reset-Tokens": "9s"}, 9 * time.Second},
		{"the limit that was hit", map[string]string{"X-Ratelimit-Reset-Requests": "2s", "X-Ratelimit-Remaining-Requests": "0", "X-Ratelimit-Reset-Tokens": "9s", "X-Ratelimit-Remaining-Tokens": "50"}, 2 * time.Second},
		{"no limit that was hit", map[string]string{"X-Ratelimit-Reset-Tokens": "9s", "X-Ratelimit-Remaining-Tokens": "50"}, 9 * time.Second},
		{"Retry-After before resets", map[string]string{"Retry-After": "3", "X-Ratelimit-Reset-Requests": "9s"}, 3 * time.Second},
		{"resets after junk", map[string]string{"Retry-After": "junk", "X-Ratelimit-Reset-Requests": "9s"}, 9 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			for name, value := range c.header {
				h.Set(name, value)
			}
			if got := retryAfter(h, now); got.Round(time.Microsecond) != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("100", "5", "1s", "1795435290", "Mon, 23 Nov 2026 12:00:00 GMT", int64(1795435200))
	f.Add("1e308", "Mon, 23 Nov 2026 12:00:00 GMT", "6m0s", "1e400", "", int64(-1))
	f.Add("-", "0x1p-2", "9999999h", ".", "Fri, 31 Dec 9999 23:59:59 GMT", int64(1)<<62)
	f.Fuzz(func(t *testing.T, ms, after, requests, tokens, date string, now int64) {
		h := http.Header{}
		h.Set("Retry-After-Ms", ms)
		h.Set("Retry-After", after)
		h.Set("X-Ratelimit-Reset-Requests", requests)
		h.Set("X-Ratelimit-Reset-Tokens", tokens)
		h.Set("Date", date)
		if d := retryAfter(h, time.Unix(now, 0)); d != 0 && (d < minRetryAfter || d > maxRetryAfter) {
			t.Fatalf("%v", d)
		}
	})
}

func TestRetryIn(t *testing.T) {
	for words, want := range map[string]time.Duration{
		"rate limit reached. please try again in 6m0s.": 6 * time.Minute,
		"please try again in 1h2m3.5s":                  30 * time.Minute,
		"please retry in 22.36s.":                       22360 * time.Millisecond,
		"please try again in 250ms":                     time.Second,
		"please try again in 20 seconds.":               20 * time.Second,
		"please try again in 1 second":                  time.Second,
		"try again in 99999999999999999999h":            0,
		"please try again later":                        0,
		"try again in 5 minutes or so":                  0,
		"you may retry in a moment":                     0,
		"":                                              0,
	} {
		if got := retryIn(words); got != want {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
	}
}
