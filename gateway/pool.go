package gateway

import "sync"

// largestPooled is what a buffer may have grown to and still be kept: one
// large prompt must not hold its memory for ever.
const largestPooled = 1 << 20

var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 4<<10)
	return &b
}}

func getBuffer() *[]byte {
	b := buffers.Get().(*[]byte)
	*b = (*b)[:0]
	return b
}

func putBuffer(b *[]byte) {
	if b != nil && cap(*b) <= largestPooled {
		buffers.Put(b)
	}
}
