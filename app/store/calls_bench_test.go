package store

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"headgate/app/calllog"
	"headgate/gateway"
)

var discardLog = slog.New(slog.DiscardHandler)

// BenchmarkWriteCalls counts calls with one attempt each, as most are:
//
//	go test -run '^$' -bench WriteCalls -count 6 ./app/store | benchstat -
func BenchmarkWriteCalls(b *testing.B) {
	for _, size := range []int{1, 20, 200, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			s := newCallStore(openCallsFile(b))
			entries := make([]calllog.Entry, size)
			n := 0
			b.ResetTimer()
			for b.Loop() {
				for i := range entries {
					entries[i] = benchEntry(n)
					n++
				}
				if err := s.Write(context.Background(), entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "calls/s")
		})
	}
}

func benchEntry(n int) calllog.Entry {
	return calllog.Entry{
		Call: gateway.Call{
			ID: fmt.Sprintf("%026d", n), StartedAt: time.UnixMilli(1_790_000_000_000 + int64(n)),
			Duration: 812 * time.Millisecond, FirstToken: 204 * time.Millisecond, Route: "chat.completions",
			APIKeyID: int64(n % 5), APIKeyName: "laptop", GroupID: int64(n % 3), Model: "chat", Stream: true,
			State: gateway.StateOK, Status: 200, UserAgent: "OpenAI/JS 6.9.1", BytesIn: 1024, BytesOut: 4096,
			Usage: gateway.Usage{Input: gateway.Count{N: 120, Known: true}, Output: gateway.Count{N: 48, Known: true}},
			Attempts: []gateway.Attempt{{
				MemberID: 1, ProviderID: 1, Provider: "openrouter", ModelID: 1, Model: "openai/gpt-5-mini", ProviderKeyID: 1,
				KeyHint: "sk-o…wxyz", Priority: 1, FirstByte: 190 * time.Millisecond, FirstToken: 203 * time.Millisecond,
				Total: 811 * time.Millisecond, Status: 200,
				Outcome: gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone, Reason: "ok"},
			}},
		},
		Cost: calllog.Cost{Nanos: 5210, Source: calllog.CostTokens},
	}
}
