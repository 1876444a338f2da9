package gateway

import (
	"errors"
	"io"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// bytesHeld bounds what the bodies of all requests and replies may take at
	// once. A call asks for its request twice, since an attempt may send a copy,
	// and for a whole reply twice, since its texts are looked at.
	bytesHeld = 512 << 20
	// bytesFree are each call's own: calls of common size never have to ask, and
	// go on while large ones fill the rest.
	bytesFree = 16 << 10
	// bytesTrusted is how much room a promised length gets at once. Beyond it the
	// room grows as bytes come: a promise costs the one who makes it nothing.
	bytesTrusted = 128 << 10
)

// errNoRoom ends what would need more than bytesHeld.
var errNoRoom = errors.New("the gateway holds as many bytes of requests and replies as it may")

// refusedNoRoom is for a request that there is no room for just now.
var refusedNoRoom = refusal{
	status: http.StatusServiceUnavailable, kind: kindServer, code: "gateway_busy", retryAfter: time.Second,
	message: "Headgate holds as many bytes of requests and replies as it may. Try again in a moment.",
}

// budget is what all calls may hold together.
type budget struct{ left atomic.Int64 }

// newBudget is bytesHeld, or half of the memory that the program may use when
// GOMEMLIMIT says less.
func newBudget() *budget {
	b := &budget{}
	most := int64(bytesHeld)
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		most = min(most, limit/2)
	}
	b.left.Store(most)
	return b
}

// share is what one call holds. It is used by one goroutine at a time.
type share struct {
	of *budget
	n  int64 // bytes, the call's own included
}

// take asks for n more bytes.
func (s *share) take(n int) bool {
	if s.hold(n) >= 0 {
		return true
	}
	s.shrink(s.n - int64(n))
	return false
}

// hold takes n more bytes without asking, and returns how many are left for all.
func (s *share) hold(n int) (left int64) {
	before := max(0, s.n-bytesFree)
	s.n += int64(n)
	if more := max(0, s.n-bytesFree) - before; more > 0 {
		return s.of.left.Add(-more)
	}
	return 0
}

// shrink gives all but n bytes back.
func (s *share) shrink(n int64) {
	less := max(0, s.n-bytesFree) - max(0, n-bytesFree)
	if less > 0 {
		s.of.left.Add(less)
	}
	s.n = min(s.n, n)
}

// read reads to the end of from into buf, at most limit bytes; promised is how
// many are said to come, at most 0 when that isn't known. Errors: errTooLarge,
// errNoRoom, from's.
func (s *share) read(from io.Reader, buf *[]byte, promised, limit int64) error {
	if !s.take(cap(*buf)) || !s.grow(buf, int(min(promised+1, bytesTrusted))) {
		return errNoRoom
	}
	for {
		if len(*buf) == cap(*buf) {
			room := max(4<<10, 2*cap(*buf))
			if int64(cap(*buf)) <= promised {
				room = min(room, int(promised)+1) // one more, to see the end
			}
			if !s.grow(buf, room) {
				return errNoRoom
			}
		}
		n, err := from.Read((*buf)[len(*buf):cap(*buf)])
		*buf = (*buf)[:len(*buf)+n]
		switch {
		case int64(len(*buf)) > limit:
			return errTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// grow makes buf's room at least this large.
func (s *share) grow(buf *[]byte, room int) bool {
	had := cap(*buf)
	if room <= had {
		return true
	}
	if !s.take(room - had) {
		return false
	}
	if !swapForLarge(buf, room) {
		*buf = slices.Grow(*buf, room-len(*buf))
	}
	s.hold(cap(*buf) - room) // it may have become larger
	return true
}
