// Command fillcalls writes made-up calls into the call log of a data folder that
// no program has open, through the store that the program itself uses:
//
//	go run ./build/measure/fillcalls -data DIR -calls 100000
//
// With -like FILE they are such calls as that configuration would have answered,
// in the shape of working days; FILE is what "headgate import" takes. With
// -providers N the configuration is made up, too: N providers with 40 models
// among them, in groups of different size.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"headgate/app/calllog"
	"headgate/app/secret"
	"headgate/app/store"
	"headgate/gateway"
)

func main() {
	data := flag.String("data", "", "the data folder")
	calls := flag.Int("calls", 100_000, "how many calls to write")
	days := flag.Float64("days", 30, "over how many days until now they started")
	like := flag.String("like", "", "a configuration `file` that the calls fit")
	providers := flag.Int("providers", 0, "how many made-up providers answer the calls; 0: a few calls in turn")
	flag.Parse()
	if *data == "" || *calls < 1 || *days <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := fill(context.Background(), *data, *like, *providers, *calls, time.Duration(*days*24*float64(time.Hour))); err != nil {
		fmt.Fprintln(os.Stderr, "fillcalls:", err)
		os.Exit(1)
	}
}

const batch = 1000

func fill(ctx context.Context, data, like string, providers, calls int, span time.Duration) (err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	sealer := secret.OpenKeyFile(filepath.Join(data, "secret.key"))
	db, err := store.Open(ctx, store.Options{Dir: data, Sealer: sealer})
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
	}()
	log := db.CallLog()
	began := time.Now()
	random := rand.New(rand.NewPCG(1, 2))
	made, err := maker(random, like, providers, calls, began, span)
	if err != nil {
		return err
	}
	for from := 0; from < calls; from += batch {
		entries := make([]calllog.Entry, min(batch, calls-from))
		for i := range entries {
			entries[i] = made(from + i)
		}
		if err := log.Write(ctx, entries); err != nil {
			return err
		}
	}
	fmt.Printf("calls %d\nseconds %.1f\n", calls, time.Since(began).Seconds())
	return nil
}

// maker returns what makes the nth call.
func maker(random *rand.Rand, like string, providers, calls int, now time.Time, span time.Duration) (func(n int) calllog.Entry, error) {
	if like == "" && providers == 0 {
		first, step := now.Add(-span), span/time.Duration(calls)
		return func(n int) calllog.Entry {
			return entry(random, n, first.Add(time.Duration(n)*step))
		}, nil
	}
	var text []byte
	if like == "" {
		text = madeUp(providers)
	} else {
		var err error
		if text, err = os.ReadFile(like); err != nil {
			return nil, err
		}
	}
	h, err := parseHouse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", like, err)
	}
	began := times(random, calls, now, span)
	return func(n int) calllog.Entry {
		return h.entry(random, began[n], now.Sub(began[n]))
	}, nil
}

var models = []string{"openai/gpt-5-mini", "deepseek/deepseek-chat-v3.1", "llama-3.3-70b-instruct", "qwen3:32b"}

// entry is one call: most succeed at once, some after another member failed,
// some fail altogether.
func entry(random *rand.Rand, n int, at time.Time) calllog.Entry {
	took := time.Duration(200+random.IntN(4000)) * time.Millisecond
	call := gateway.Call{
		ID: fmt.Sprintf("req_%026d", n), StartedAt: at, Duration: took, FirstToken: took / 4,
		Route: "chat.completions", APIKeyID: int64(1 + n%5), APIKeyName: fmt.Sprintf("tool %d", 1+n%5),
		GroupID: int64(1 + n%3), Model: fmt.Sprintf("group-%d", 1+n%3), Stream: n%2 == 0,
		State: gateway.StateOK, Status: 200, UserAgent: "OpenAI/JS 6.9.1", BytesIn: 1024, BytesOut: 4096,
		Usage: gateway.Usage{
			Input:  gateway.Count{N: int64(random.IntN(8000)), Known: true},
			Output: gateway.Count{N: int64(random.IntN(900)), Known: true},
		},
	}
	cost := calllog.Cost{Nanos: int64(random.IntN(30_000_000)), Source: calllog.CostTokens}
	if n%7 == 3 {
		call.Attempts = append(call.Attempts, attempt(n+1, 30*time.Millisecond, false))
	}
	good := n%23 != 11
	if !good {
		call.State, call.Status, call.ErrorCode = gateway.StateFailed, 502, "upstream_error"
		call.Message = "Every member of the group failed; the last one answered 429: rate limit exceeded."
		call.Usage, call.FirstToken, cost = gateway.Usage{}, 0, calllog.Cost{Source: calllog.CostUnknown}
	}
	call.Attempts = append(call.Attempts, attempt(n, took, good))
	return calllog.Entry{Call: call, Cost: cost}
}

func attempt(n int, took time.Duration, good bool) gateway.Attempt {
	made := gateway.Attempt{
		MemberID: int64(1 + n%4), ProviderID: int64(1 + n%4), Provider: fmt.Sprintf("Provider %d", 1+n%4),
		ModelID: int64(1 + n%4), Model: models[n%4], ProviderKeyID: 1, KeyHint: "sk-o…wxyz", Priority: 1 + n%4,
		FirstByte: took / 5, FirstToken: took / 4, Total: took, Status: 200,
		Outcome: gateway.Outcome{Class: gateway.ClassOK, Blames: gateway.BlamesNobody, Action: gateway.ActionDone},
	}
	if !good {
		made.Status, made.FirstToken = 429, 0
		made.Outcome = gateway.Outcome{
			Class: gateway.ClassRateLimited, Blames: gateway.BlamesKey, Action: gateway.ActionNext, Reason: "rate_limited",
		}
	}
	return made
}
