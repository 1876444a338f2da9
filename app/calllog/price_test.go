package calllog_test

import (
	"math"
	"testing"

	"headgate/app/calllog"
	"headgate/gateway"
)

func known(n int64) gateway.Count { return gateway.Count{N: n, Known: true} }

func TestCost(t *testing.T) {
	dollars := func(f float64) *float64 { return &f }
	tokens := gateway.Price{InputPerMillion: dollars(3), OutputPerMillion: dollars(15)}
	cached := gateway.Price{InputPerMillion: dollars(3), OutputPerMillion: dollars(15), CachedInputPerMillion: dollars(0.3)}
	for name, tc := range map[string]struct {
		price  gateway.Price
		usage  gateway.Usage
		state  gateway.State
		status int
		want   calllog.Cost
	}{
		"Tokens": {
			price: tokens, usage: gateway.Usage{Input: known(1000), Output: known(100)},
			want: calllog.Cost{Nanos: 3_000_000 + 1_500_000, Source: "tokens"},
		},
		"CachedInputIsPartOfInput": {
			price: cached, usage: gateway.Usage{Input: known(1000), Output: known(100), CachedInput: known(400)},
			want: calllog.Cost{Nanos: 600*3000 + 400*300 + 100*15000, Source: "tokens"},
		},
		"CachedInputWithoutItsPrice": {
			price: tokens, usage: gateway.Usage{Input: known(1000), Output: known(100), CachedInput: known(400)},
			want: calllog.Cost{Nanos: 4_500_000, Source: "tokens"},
		},
		"CachedInputUnknown": {
			price: cached, usage: gateway.Usage{Input: known(1000), Output: known(100)},
			want: calllog.Cost{Source: "unknown"},
		},
		"MoreCachedThanInput": {
			price: cached, usage: gateway.Usage{Input: known(10), Output: known(0), CachedInput: known(400)},
			want: calllog.Cost{Nanos: 3000, Source: "tokens"},
		},
		"PerCallReplacesTokens": {
			price: gateway.Price{InputPerMillion: dollars(3), OutputPerMillion: dollars(15), PerCall: dollars(0.02)},
			usage: gateway.Usage{Input: known(1000), Output: known(100)},
			want:  calllog.Cost{Nanos: 20_000_000, Source: "call"},
		},
		"PerCallNeedsNoCounts": {
			price: gateway.Price{PerCall: dollars(0.02)}, want: calllog.Cost{Nanos: 20_000_000, Source: "call"},
		},
		"ReportedReplacesAll": {
			price: gateway.Price{PerCall: dollars(0.02)}, usage: gateway.Usage{Cost: dollars(0.00123)},
			want: calllog.Cost{Nanos: 1_230_000, Source: "reported"},
		},
		"ReportedNonsense": {
			usage: gateway.Usage{Cost: dollars(math.NaN())}, want: calllog.Cost{Source: "unknown"},
		},
		"FreeIsZero": {
			price: gateway.Price{InputPerMillion: dollars(0), OutputPerMillion: dollars(0)},
			usage: gateway.Usage{Input: known(1000), Output: known(100)}, want: calllog.Cost{Source: "tokens"},
		},
		"OutputUnknown":      {price: tokens, usage: gateway.Usage{Input: known(1000)}, want: calllog.Cost{Source: "unknown"}},
		"NothingReported":    {price: tokens, want: calllog.Cost{Source: "unknown"}},
		"OutputPriceUnknown": {price: gateway.Price{InputPerMillion: dollars(3)}, usage: gateway.Usage{Input: known(1000), Output: known(1)}, want: calllog.Cost{Source: "unknown"}},
		"NoOutputNeedsNoOutputPrice": {
			price: gateway.Price{InputPerMillion: dollars(3)}, usage: gateway.Usage{Input: known(1000), Output: known(0)},
			want: calllog.Cost{Nanos: 3_000_000, Source: "tokens"},
		},
		"HalfToEvenDown": {
			price: gateway.Price{InputPerMillion: dollars(0.0005)}, usage: gateway.Usage{Input: known(1), Output: known(0)},
			want: calllog.Cost{Nanos: 0, Source: "tokens"},
		},
		"HalfToEvenUp": {
			price: gateway.Price{InputPerMillion: dollars(0.0005)}, usage: gateway.Usage{Input: known(3), Output: known(0)},
			want: calllog.Cost{Nanos: 2, Source: "tokens"},
		},
		"DecimalsAreExact": {
			price: gateway.Price{InputPerMillion: dollars(0.1), OutputPerMillion: dollars(0.2)},
			usage: gateway.Usage{Input: known(3), Output: known(1_000_000_007)},
			want:  calllog.Cost{Nanos: 300 + 200_000_001_400, Source: "tokens"},
		},
		"TooMuch": {
			price: gateway.Price{InputPerMillion: dollars(9e6)}, usage: gateway.Usage{Input: known(math.MaxInt64), Output: known(0)},
			want: calllog.Cost{Source: "unknown"},
		},
		"NegativePrice": {
			price: gateway.Price{PerCall: dollars(-1)}, want: calllog.Cost{Source: "unknown"},
		},
		"FailedCallIsNotCharged": {
			price: gateway.Price{PerCall: dollars(0.02)}, state: gateway.StateFailed, want: calllog.Cost{Source: "unknown"},
		},
		"CanceledAfterTheReplyBegan": {
			price: gateway.Price{PerCall: dollars(0.02)}, state: gateway.StateCanceled, status: 200,
			want: calllog.Cost{Nanos: 20_000_000, Source: "call"},
		},
		"CanceledBefore": {
			price: gateway.Price{PerCall: dollars(0.02)}, state: gateway.StateCanceled, want: calllog.Cost{Source: "unknown"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := gateway.Call{ID: "x", State: gateway.StateOK, Usage: tc.usage, Attempts: []gateway.Attempt{
				{Price: gateway.Price{PerCall: dollars(99)}}, // a failed first try never counts
				{Price: tc.price, Status: tc.status},
			}}
			if tc.state != "" {
				c.State = tc.state
			}
			store := newFakeStore()
			log := startLog(t, store)
			log.Record(c)
			closeLog(t, log)
			if got := store.entry(t, "x").Cost; got != tc.want {
				t.Errorf("cost %+v, want %+v", got, tc.want)
			}
		})
	}
	t.Run("NoAttempts", func(t *testing.T) {
		store := newFakeStore()
		log := startLog(t, store)
		log.Record(gateway.Call{ID: "x", State: gateway.StateRefused})
		closeLog(t, log)
		if got := store.entry(t, "x").Cost; got.Source != "unknown" {
			t.Errorf("cost %+v, want unknown", got)
		}
	})
}
