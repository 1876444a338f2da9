// Command calllog measures what the window asks of a long call log, on the one
// in a data folder that no program has open:
//
//	go run ./build/measure/fillcalls -data DIR -calls 10000000 -providers 12 -days 90
//	go run ./build/measure/calllog -data DIR
//
// It says how long each question took at first, and then the middle of some
// more, beside what it may take. With -remove it also removes the oldest calls,
// as the program does when their days are over.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"headgate/app/calllog"
	"headgate/app/event"
	"headgate/app/secret"
	"headgate/app/store"
)

func main() {
	data := flag.String("data", "", "the data folder")
	repeat := flag.Int("repeat", 9, "how often each question is asked again")
	exported := flag.Int("export", 1_000_000, "how many calls to export; 0: none")
	remove := flag.Int("remove", 0, "how many of the oldest calls to remove in the end")
	flag.Parse()
	if *data == "" || *repeat < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := measure(context.Background(), *data, *repeat, *exported, *remove); err != nil {
		fmt.Fprintln(os.Stderr, "calllog:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, data string, repeat, exported, remove int) (err error) {
	sealer := secret.OpenKeyFile(filepath.Join(data, "secret.key"))
	began := time.Now()
	db, err := store.Open(ctx, store.Options{Dir: data, Sealer: sealer})
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
	}()
	fmt.Printf("open: %s\n", time.Since(began).Round(time.Millisecond))
	kept := db.CallLog()
	began = time.Now()
	for _, step := range []func(context.Context) (bool, error){kept.CatchUp, kept.SortIn} {
		for more := true; more; {
			if more, err = step(ctx); err != nil {
				return err
			}
		}
	}
	fmt.Printf("what earlier versions left to do: %s\n", time.Since(began).Round(time.Millisecond))
	log := calllog.New(kept, &event.Bus{}, slog.New(slog.DiscardHandler))
	questions, err := ask(ctx, log)
	if err != nil {
		return err
	}
	short := 0
	for _, q := range questions {
		fits, err := q.measure(ctx, repeat)
		if err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		if !fits {
			short++
		}
	}
	if exported > 0 {
		if err := export(ctx, log, exported); err != nil {
			return err
		}
	}
	if remove > 0 {
		if err := removeOldest(ctx, kept, remove); err != nil {
			return err
		}
	}
	if short > 0 {
		fmt.Printf("%d of %d questions take longer than they may\n", short, len(questions))
	}
	return nil
}

// question is something that the window asks.
type question struct {
	what string
	may  time.Duration
	ask  func(context.Context) (found int, err error)
}

func (q question) measure(ctx context.Context, repeat int) (fits bool, err error) {
	took := make([]time.Duration, repeat+1)
	found := 0
	for i := range took {
		began := time.Now()
		if found, err = q.ask(ctx); err != nil {
			return false, err
		}
		took[i] = time.Since(began)
	}
	first := took[0]
	slices.Sort(took)
	middle := took[len(took)/2]
	verdict := "pass"
	if middle > q.may {
		verdict = "SHORT"
	}
	fmt.Printf("%-5s %-46s first %7.1f ms, then %6.1f ms of %3d ms (%d rows)\n",
		verdict, q.what, ms(first), ms(middle), q.may.Milliseconds(), found)
	return middle <= q.may, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// export writes the newest calls to nowhere and tells how much memory that took
// at most.
func export(ctx context.Context, log *calllog.Log, calls int) error {
	to := &counter{until: calls}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	err := log.Export(ctx, calllog.Query{}, calllog.FormatCSV, to)
	if err != nil && to.lines < calls {
		return err
	}
	took := time.Since(began)
	fmt.Printf("export: %d calls in %s (%.0f/s), heap at most %+d KiB\n", to.lines, took.Round(time.Millisecond),
		float64(to.lines)/took.Seconds(), (int64(to.heap)-int64(before.HeapAlloc))>>10)
	return nil
}

// counter counts lines and wants no more after some.
type counter struct {
	lines, until, writes int
	heap                 uint64
}

func (c *counter) Write(p []byte) (int, error) {
	for _, b := range p {
		if b == '\n' {
			c.lines++
		}
	}
	if c.writes++; c.writes%100 == 0 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		c.heap = max(c.heap, now.HeapAlloc)
	}
	if c.lines >= c.until {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// removeStep is how many calls go in one transaction; between two of them others
// may write.
const removeStep = 2000

func removeOldest(ctx context.Context, kept calllog.Store, calls int) error {
	began, longest, removed, after := time.Now(), time.Duration(0), 0, int64(0)
	for removed < calls {
		step := time.Now()
		n, last, err := kept.Remove(ctx, time.Time{}, time.Now(), after, min(removeStep, calls-removed))
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		longest, removed, after = max(longest, time.Since(step)), removed+n, last
	}
	took := time.Since(began)
	fmt.Printf("remove: %d calls in %s (%.0f/s), %s at most in one step of %d\n", removed, took.Round(time.Millisecond),
		float64(removed)/took.Seconds(), longest.Round(time.Millisecond), removeStep)
	return nil
}
