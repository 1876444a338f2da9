package calllog

import (
	"math"
	"math/bits"

	"headgate/gateway"
)

// Where a cost comes from.
const (
	CostReported = "reported" // the upstream named it
	CostPerCall  = "call"     // the model's price per call
	CostTokens   = "tokens"   // the model's token prices
	CostUnknown  = "unknown"  // a needed count or price is unknown
)

// Cost is what a call cost. Nanos are billionths of a US dollar, rounded half
// to even; they mean nothing when Source is CostUnknown.
type Cost struct {
	Nanos  int64
	Source string
}

var unknownCost = Cost{Source: CostUnknown}

// costOf prices a call by what its last member reported and charges. Only a
// member that replied charges: without a reply the cost is unknown, not zero.
func costOf(c *gateway.Call) Cost {
	if c.Usage.Cost != nil {
		return costIn(CostReported, charge{1, *c.Usage.Cost, units})
	}
	if !wasAnswered(c) {
		return unknownCost
	}
	price, usage := c.Attempts[len(c.Attempts)-1].Price, c.Usage
	if price.PerCall != nil {
		return costIn(CostPerCall, charge{1, *price.PerCall, units})
	}
	if !usage.Input.Known || !usage.Output.Known {
		return unknownCost
	}
	input, cached := usage.Input.N, int64(0)
	if price.CachedInputPerMillion != nil && input > 0 {
		if !usage.CachedInput.Known {
			return unknownCost
		}
		cached = min(usage.CachedInput.N, input)
	}
	charges := make([]charge, 0, 3)
	for _, part := range []struct {
		tokens     int64
		perMillion *float64
	}{
		{input - cached, price.InputPerMillion},
		{cached, price.CachedInputPerMillion},
		{usage.Output.N, price.OutputPerMillion},
	} {
		if part.tokens == 0 {
			continue // needs no price
		}
		if part.perMillion == nil {
			return unknownCost
		}
		charges = append(charges, charge{part.tokens, *part.perMillion, perMillion})
	}
	return costIn(CostTokens, charges...)
}

// wasAnswered reports whether the last member sent a reply that it charges for.
func wasAnswered(c *gateway.Call) bool {
	if len(c.Attempts) == 0 {
		return false
	}
	last := &c.Attempts[len(c.Attempts)-1]
	switch c.State {
	case gateway.StateOK, gateway.StatePartial:
		return true
	case gateway.StateCanceled:
		return last.Status/100 == 2
	default:
		return false
	}
}

// charge is n times a price in dollars, the price being for this many.
type charge struct {
	n     int64
	price float64
	per   uint64
}

// What a price is for. A sum never mixes them.
const (
	units      uint64 = 1
	perMillion uint64 = 1_000_000
)

// priceScale is how finely a price is kept: 12 decimals make every price that
// a person types an exact integer, so that sums have no binary rounding.
const priceScale = 1e12

// costIn adds charges up. Prices and counts that make no sense, and sums that
// don't fit, are unknown.
func costIn(source string, charges ...charge) Cost {
	var high, low, carry uint64
	divisor := uint64(priceScale / 1e9)
	for _, c := range charges {
		scaled := math.RoundToEven(c.price * priceScale)
		if c.n < 0 || !(scaled >= 0 && scaled < math.MaxInt64) {
			return unknownCost
		}
		h, l := bits.Mul64(uint64(c.n), uint64(scaled))
		low, carry = bits.Add64(low, l, 0)
		high, carry = bits.Add64(high, h, carry)
		if carry != 0 {
			return unknownCost
		}
		divisor = c.per * uint64(priceScale/1e9)
	}
	if high >= divisor {
		return unknownCost
	}
	nanos, rest := bits.Div64(high, low, divisor)
	if half := divisor / 2; rest > half || rest == half && nanos%2 == 1 {
		nanos++
	}
	if nanos > math.MaxInt64 {
		return unknownCost
	}
	return Cost{Nanos: int64(nanos), Source: source}
}
