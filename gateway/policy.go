package gateway

import (
	"cmp"
	"math"
)

// policies are the orders that a group can have.
var policies = map[Policy]func(a, b *member) int{
	PolicyPriority: byPriority,
}

func byPriority(a, b *member) int {
	return cmp.Or(
		cmp.Compare(a.priority, b.priority),
		cmp.Compare(a.model.Price.typical(), b.model.Price.typical()),
		cmp.Compare(a.id, b.id),
	)
}

// typical is the price of a call with 1,000 tokens in and 500 out, which makes
// prices per call and per token comparable. An unknown price is the highest.
func (p Price) typical() float64 {
	const in, out, million = 1000, 500, 1_000_000
	switch {
	case p.PerCall != nil:
		return *p.PerCall
	case p.InputPerMillion == nil || p.OutputPerMillion == nil:
		return math.Inf(1)
	default:
		return (*p.InputPerMillion*in + *p.OutputPerMillion*out) / million
	}
}
