//go:build !windows

package gateway

import "time"

var loaded = time.Now()

// awake is for how long the machine has run without its sleeps, since some moment: the
// monotonic clock stands still in them.
func awake() time.Duration { return time.Since(loaded) }
