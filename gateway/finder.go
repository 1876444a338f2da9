package gateway

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
)

// finder finds any number of texts in another one, byte by byte as they are. It looks
// at three bytes at the end of a window and moves on by as much as these allow, mostly
// by all of it: Wu and Manber's way.
//
// The window is as long as the shortest text, and holds the end of each, since keys
// begin alike.
type finder struct {
	texts  [][]byte // the longest first, each once
	window int      // 0: there are no texts
	moves  []uint8  // by the hash of three bytes: how far the window moves; 0: a text may end there
	shift  uint8    // of hashes
	ends   map[uint32][]int32
	starts [4]uint64 // a bit for each hash of a text's first bytes
}

// What a finder looks at: blockBytes at a time, of windows up to mostWindow.
const (
	blockBytes = 3
	mostWindow = 20
)

// newFinder makes a finder of texts that are not empty.
func newFinder(texts [][]byte) *finder {
	f := &finder{texts: slices.Clone(texts)}
	slices.SortFunc(f.texts, func(a, b []byte) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), bytes.Compare(a, b))
	})
	f.texts = slices.CompactFunc(f.texts, bytes.Equal)
	if len(f.texts) == 0 {
		return f
	}
	f.window = min(mostWindow, len(f.texts[len(f.texts)-1]))
	blocks := len(f.texts) * (f.window - blockBytes + 1)
	size := min(max(8, bits.Len(uint(8*blocks))), 16)
	f.shift = uint8(32 - size)
	f.moves = bytes.Repeat([]byte{uint8(f.window - blockBytes + 1)}, 1<<size)
	f.ends = make(map[uint32][]int32, len(f.texts))
	for i, text := range f.texts {
		end := text[len(text)-f.window:]
		for n := blockBytes; n <= f.window; n++ {
			move := &f.moves[f.hash(end[n-blockBytes:])]
			*move = min(*move, uint8(f.window-n))
		}
		at := f.hash(end[f.window-blockBytes:])
		f.ends[at] = append(f.ends[at], int32(i))
		bit := startHash(text)
		f.starts[bit/64] |= 1 << (bit % 64)
	}
	return f
}

func (f *finder) hash(b []byte) uint32 {
	_ = b[2]
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) * 0x9E3779B1 >> f.shift
}

// startHash is of a text's first shortestPiece bytes.
func startHash(b []byte) uint8 {
	_ = b[3]
	return uint8((uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24) * 0x9E3779B1 >> 24)
}

// longest is the length of the longest text, 0 when there is none.
func (f *finder) longest() int {
	if len(f.texts) == 0 {
		return 0
	}
	return len(f.texts[0])
}

// spans appends where the texts stand in another one, overlapping ones included.
func (f *finder) spans(in []byte, found []span) []span {
	if f.window == 0 {
		return found
	}
	for end := f.window; end <= len(in); {
		at := f.hash(in[end-blockBytes:])
		if move := f.moves[at]; move > 0 {
			end += int(move)
			continue
		}
		for _, i := range f.ends[at] {
			if text := f.texts[i]; bytes.HasSuffix(in[:end], text) {
				found = append(found, span{end - len(text), end})
			}
		}
		end++
	}
	return found
}

// begun is where the longest piece of at least shortestPiece bytes begins that may
// be a text's beginning and ends the other one; len(in): there is none.
func (f *finder) begun(in []byte) int {
	for from := max(0, len(in)-f.longest()+1); from+shortestPiece <= len(in); from++ {
		if bit := startHash(in[from:]); f.starts[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, text := range f.texts {
			if len(text) <= len(in)-from {
				break // all others are shorter
			}
			if bytes.HasPrefix(text, in[from:]) {
				return from
			}
		}
	}
	return len(in)
}
