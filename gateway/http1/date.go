package http1

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// dated is a second as the Date field writes it.
type dated struct {
	second int64
	text   string
}

var today atomic.Pointer[dated]

// date is now as the Date field writes it.
func date() string {
	now := time.Now()
	if d := today.Load(); d != nil && d.second == now.Unix() {
		return d.text
	}
	d := &dated{now.Unix(), now.UTC().Format(http.TimeFormat)}
	today.Store(d)
	return d.text
}

// appendStatus writes a status line.
func appendStatus(b []byte, minor, status int) []byte {
	if minor == 0 {
		b = append(b, "HTTP/1.0 "...)
	} else {
		b = append(b, "HTTP/1.1 "...)
	}
	b = append(strconv.AppendInt(b, int64(status), 10), ' ')
	return append(append(b, http.StatusText(status)...), "\r\n"...)
}
