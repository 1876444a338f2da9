package calllog

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"
)

// Histogram counts durations in buckets that grow by a tenth: bucket i holds
// those from 1.1^i up to, and without, 1.1^(i+1) microseconds, the first one
// also shorter ones, the last one also longer ones. A quantile is answered with
// the geometric middle of its bucket, so that it is at most 4.9 % off.
type Histogram struct {
	counts []int64 // by bucket, as far as any has one
}

const (
	bucketGrowth = 1.1
	bucketCount  = 265 // the last one begins at 23 hours
)

var logGrowth = math.Log(bucketGrowth)

func bucketOf(d time.Duration) int {
	if d <= time.Microsecond {
		return 0
	}
	return min(int(math.Log(float64(d)/float64(time.Microsecond))/logGrowth), bucketCount-1)
}

// bucketMiddle is in milliseconds.
func bucketMiddle(bucket int) float64 {
	return math.Exp((float64(bucket)+0.5)*logGrowth) / 1000
}

func (h *Histogram) add(bucket int, n int64) {
	if need := bucket + 1 - len(h.counts); need > 0 {
		h.counts = append(h.counts, make([]int64, need)...)
	}
	h.counts[bucket] = sum(h.counts[bucket], n)
}

func (h *Histogram) merge(other *Histogram) {
	for bucket, n := range slices.Backward(other.counts) {
		if n > 0 {
			h.add(bucket, n)
		}
	}
}

// quantiles returns, in milliseconds, the least duration that a share of all is
// no longer than, for each of the rising shares; nil when there are none.
func (h *Histogram) quantiles(shares ...float64) []*float64 {
	found := make([]*float64, len(shares))
	var all, seen int64
	for _, n := range h.counts {
		all = sum(all, n)
	}
	next := 0
	for bucket, n := range h.counts {
		seen = sum(seen, n)
		for next < len(shares) && n > 0 && float64(seen) >= shares[next]*float64(all) {
			middle := bucketMiddle(bucket)
			found[next] = &middle
			next++
		}
	}
	return found
}

// pack appends how many buckets are not empty, and for each the distance to the
// one before and its count.
func (h *Histogram) pack(to []byte) []byte {
	filled := 0
	for _, n := range h.counts {
		if n > 0 {
			filled++
		}
	}
	to = binary.AppendUvarint(to, uint64(filled))
	last := 0
	for bucket, n := range h.counts {
		if n > 0 {
			to = binary.AppendUvarint(to, uint64(bucket-last))
			to = binary.AppendUvarint(to, uint64(n))
			last = bucket
		}
	}
	return to
}

// unpack adds what was packed and returns the bytes after it.
func (h *Histogram) unpack(from []byte) ([]byte, error) {
	filled, from, err := number(from)
	if err != nil {
		return nil, err
	}
	var bucket int64
	for range filled {
		var step, n int64
		if step, from, err = number(from); err != nil {
			return nil, err
		}
		if n, from, err = number(from); err != nil {
			return nil, err
		}
		if bucket += step; step >= bucketCount || bucket >= bucketCount {
			return nil, errPacked
		}
		h.add(int(bucket), n)
	}
	return from, nil
}

var errPacked = errors.New("the bytes are no packed tally")

func number(from []byte) (int64, []byte, error) {
	if len(from) > 0 && from[0] < 0x80 {
		return int64(from[0]), from[1:], nil
	}
	n, size := binary.Uvarint(from)
	if size <= 0 || n > math.MaxInt64 {
		return 0, nil, errPacked
	}
	return int64(n), from[size:], nil
}

// sum adds counts that aren't negative; what doesn't fit stays at the most.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
