package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// How long a client may take to accept a piece of what is written to it, and
// when the gateway stops.
const (
	writeLimit = 30 * time.Second
	writePiece = 64 << 10
	stopLimit  = time.Second
)

// write sends bytes to the client; an error means that it went away. A client
// that reads slowly has its time for each piece, and what waits for it is in the
// buffer that it is written from.
func (x *exchange) write(p []byte) error {
	for len(p) > 0 {
		piece := p[:min(len(p), writePiece)]
		x.limitWrite()
		n, err := x.w.Write(piece)
		x.call.BytesOut += int64(n)
		if err != nil {
			return fmt.Errorf("%w: %w", errClientGone, err)
		}
		p = p[len(piece):]
	}
	return nil
}

// limitWrite bounds the next write. What a stream writes within a moment has one
// limit: to set one costs a good part of a short write.
func (x *exchange) limitWrite() {
	now, limit := time.Now(), x.g.slow.write
	if x.writeBy.Sub(now) <= limit-limit/32 {
		x.writeBy = now.Add(limit)
		_ = x.rc.SetWriteDeadline(x.writeBy)
	}
	if x.ctx != nil && x.ctx.Err() != nil { // the end's own limit may just have been overwritten
		_ = x.rc.SetWriteDeadline(now.Add(stopLimit))
	}
}

func (x *exchange) flush() error {
	if err := x.rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("%w: %w", errClientGone, err)
	}
	return nil
}

// settle sends what is still buffered, within the time limit of the last write.
// net/http lifts the limit after it has ended the reply.
func (x *exchange) settle() {
	ended := x.call.Stream && x.call.State == StateOK // is written with the end of its chunks
	if x.sent && !x.aborted && !ended {
		_ = x.rc.Flush() // a client that has gone is noted by the write before
	}
}
