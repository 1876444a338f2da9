package gateway

import (
	"math/rand/v2"
	"time"
)

const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const callIDPrefix = "req_"

// newCallID is "req_" and 26 characters: 50 bits of milliseconds, then 80 of
// chance, in an alphabet whose order is the bytes' order.
func newCallID(at time.Time) string { return newID(callIDPrefix, at.UnixMilli()) }

func newID(prefix string, sorting int64) string {
	const stampLength, chanceLength = 10, 16
	id := make([]byte, len(prefix)+stampLength+chanceLength)
	copy(id, prefix)
	for i := stampLength - 1; i >= 0; i-- {
		id[len(prefix)+i] = idAlphabet[sorting&31]
		sorting >>= 5
	}
	var chance uint64
	for i := range chanceLength {
		if i%8 == 0 {
			chance = rand.Uint64()
		}
		id[len(prefix)+stampLength+i] = idAlphabet[chance&31]
		chance >>= 5
	}
	return string(id)
}
