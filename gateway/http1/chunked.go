package http1

// Limits on what stands between a body's chunks.
const (
	longestChunkLine = 4 << 10 // bytes of a line with a chunk's size
	largestTrailer   = 16 << 10
	largestExcess    = 16 << 10 // bytes beyond 16 a chunk and twice its data
)

// chunkState is what comes next in a chunked body.
type chunkState uint8

const (
	chunkSize  chunkState = iota // a digit of a size, or what ends it
	chunkBlank                   // blanks after a size
	chunkExtra                   // an extension
	chunkLF                      // LF after the CR of a size's line
	chunkData
	chunkDataCR // CR, LF after a chunk's data
	chunkDataLF
	trailerStart // a line of the trailer, or the blank one
	trailerName
	trailerValue
	trailerLF // LF after the CR of a trailer's line
	trailerEnd
	chunksDone
)

// chunked takes a chunked body apart. Lines end with CRLF and nothing else.
type chunked struct {
	state   chunkState
	digits  int
	line    int    // bytes of the line with the size
	left    uint64 // bytes of the chunk that are still to come
	excess  int64
	trailer int // bytes of the trailer
}

// decode moves the data that stands in p, a piece of the body as it came, to p's
// head. It returns how much data that is, and how many bytes of p belong to the
// body: all, unless it ends before.
func (c *chunked) decode(p []byte) (n, used int, err error) {
	i := 0
	for i < len(p) && c.state != chunksDone {
		if c.state == chunkData {
			size := int(min(c.left, uint64(len(p)-i)))
			if n != i {
				copy(p[n:], p[i:i+size])
			}
			n, i = n+size, i+size
			if c.left -= uint64(size); c.left == 0 {
				c.state = chunkDataCR
			}
			continue
		}
		if err := c.step(p[i]); err != nil {
			return n, i, err
		}
		i++
	}
	return n, i, nil
}

// step takes a byte that is not data.
func (c *chunked) step(b byte) error {
	switch c.state {
	case chunkSize, chunkBlank, chunkExtra, chunkLF:
		return c.size(b)
	case chunkDataCR:
		if b != '\r' {
			return malformed("a chunk is longer than it says")
		}
		c.state = chunkDataLF
		return nil
	case chunkDataLF:
		if b != '\n' {
			return malformed("a chunk is longer than it says")
		}
		c.state, c.digits, c.line = chunkSize, 0, 0
		return nil
	default:
		return c.trail(b)
	}
}

// size takes a byte of the line that says how long a chunk is.
func (c *chunked) size(b byte) error {
	if c.line++; c.line > longestChunkLine {
		return malformed("the line before a chunk is too long")
	}
	if c.state == chunkLF {
		if b != '\n' {
			return malformed("a CR stands alone in the line before a chunk")
		}
		return c.begin()
	}
	digit := hexDigit(b)
	switch {
	case b == '\n':
		return malformed("the line before a chunk ends with a bare LF")
	case b == '\r' && c.digits > 0:
		c.state = chunkLF
	case c.state == chunkExtra:
	case c.state == chunkSize && digit >= 0 && c.digits < 15:
		c.left = c.left<<4 | uint64(digit)
		c.digits++
	case c.state == chunkSize && c.digits > 0 && b == ';':
		c.state = chunkExtra
	case c.digits > 0 && (b == ' ' || b == '\t'):
		c.state = chunkBlank
	default:
		return malformed("a chunk's size is none")
	}
	return nil
}

// begin begins the chunk whose size is known. What stands around the data may be
// 16 bytes a chunk and twice the data, and 16 KiB more in all.
func (c *chunked) begin() error {
	c.excess = max(c.excess+int64(c.line)-16-2*int64(c.left), 0)
	if c.excess > largestExcess {
		return malformed("there is more between its chunks than in them")
	}
	c.state = chunkData
	if c.left == 0 {
		c.state = trailerStart
	}
	return nil
}

// trail takes a byte of the trailer, whose fields mean nothing here.
func (c *chunked) trail(b byte) error {
	if c.trailer++; c.trailer > largestTrailer {
		return malformed("its trailer is too long")
	}
	bad := false
	switch c.state {
	case trailerStart:
		c.state, bad = trailerName, !tokenBytes[b]
		if b == '\r' {
			c.state, bad = trailerEnd, false
		}
	case trailerName:
		bad = !tokenBytes[b] && b != ':'
		if b == ':' {
			c.state = trailerValue
		}
	case trailerValue:
		bad = !isFieldByte(b) && b != '\r'
		if b == '\r' {
			c.state = trailerLF
		}
	case trailerLF:
		c.state, bad = trailerStart, b != '\n'
	case trailerEnd:
		c.state, bad = chunksDone, b != '\n'
	}
	if bad {
		return malformed("its trailer is not made of fields")
	}
	return nil
}

func hexDigit(b byte) int {
	switch {
	case isDigit(b):
		return int(b - '0')
	case 'a' <= b|0x20 && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	}
	return -1
}
