package gateway

import "sync"

const (
	// largestPooled is what a buffer may have grown to and still be kept: one
	// large prompt must not hold its memory for ever.
	largestPooled = 1 << 20
	// smallPooled is what a buffer may have grown to and still be given to
	// anybody: what a stream holds while it waits must not be a large prompt's.
	smallPooled = 16 << 10
)

var buffers, largeBuffers sync.Pool // of *[]byte

func getBuffer() *[]byte {
	if b, ok := buffers.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 4<<10)
	return &b
}

func putBuffer(b *[]byte) {
	if b == nil {
		return
	}
	*b = (*b)[:0]
	switch room := cap(*b); {
	case room == 0 || room > largestPooled:
	case room > smallPooled:
		largeBuffers.Put(b)
	default:
		buffers.Put(b)
	}
}

// swapForLarge moves what is in b to a large buffer with enough room, if one is
// at hand. Those that are too small are dropped: put back, they would be the first to
// be had the next time, too, and hide the others.
func swapForLarge(b *[]byte, room int) bool {
	if room <= smallPooled || room > largestPooled {
		return false
	}
	for range 2 {
		large, ok := largeBuffers.Get().(*[]byte)
		if !ok {
			return false
		}
		if cap(*large) >= room {
			*large = append(*large, *b...)
			*b, *large = *large, *b
			putBuffer(large)
			return true
		}
	}
	return false
}
