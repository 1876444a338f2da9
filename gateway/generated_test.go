package gateway

import (
	"flag"
	"math/rand/v2"
	"testing"
)

// How much the generated tests do. What they ran by default is a part of every
// run; more is for a night, such as -bodies 10000000 -cases 100000.
var (
	seed      = flag.Uint64("seed", 0, "of what is generated; 0: a new one each time, which is told")
	BodyCount = flag.Int("bodies", 100_000, "request bodies that are rewritten; a twentieth of them is sent, too")
	CaseCount = flag.Int("cases", 300, "groups of members with faults")
)

// Random is what a test is generated from.
func Random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}
