//go:build linux

// Command window measures the built program's native window: how long it takes
// to come, what it costs while nothing happens, while calls run, and while it
// is hidden. It wants a screen and xdotool; `make measure-window` gives it both.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	binary := flag.String("program", os.Getenv("HEADGATE_BINARY"), "the built program")
	watched := flag.Duration("watch", 20*time.Second, "how long each state is watched")
	rate := flag.Float64("rate", 20, "calls a second while calls run")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := measure(ctx, *binary, *watched, *rate); err != nil {
		fmt.Fprintln(os.Stderr, "window:", err)
		os.Exit(1)
	}
}

// starts is how often the program is started: the first finds nothing in the
// system's caches.
const starts = 5

func measure(ctx context.Context, binary string, watched time.Duration, rate float64) error {
	house, err := furnish(ctx)
	if err != nil {
		return err
	}
	defer house.close()
	for range starts - 1 {
		p, err := start(ctx, binary, house)
		if err != nil {
			return err
		}
		p.end()
	}
	p, err := start(ctx, binary, house)
	if err != nil {
		return err
	}
	defer p.end()
	if err := sleep(ctx, 5*time.Second); err != nil { // what a start leaves behind
		return err
	}
	watch := func(what string) error {
		before, err := p.used()
		if err != nil {
			return err
		}
		began := time.Now()
		if err := sleep(ctx, watched); err != nil {
			return err
		}
		after, err := p.used()
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s\n", what, after.since(before, time.Since(began)))
		return nil
	}
	if err := watch("nothing happens, window shown"); err != nil {
		return err
	}
	if err := p.show(ctx, false); err != nil {
		return err
	}
	if err := watch("nothing happens, window hidden"); err != nil {
		return err
	}
	stop := house.callEvery(ctx, time.Duration(float64(time.Second)/rate))
	if err := watch(fmt.Sprintf("%.0f calls a second, window hidden", rate)); err != nil {
		return err
	}
	if err := p.show(ctx, true); err != nil {
		return err
	}
	if err := watch(fmt.Sprintf("%.0f calls a second, window shown", rate)); err != nil {
		return err
	}
	made, failed := stop()
	fmt.Printf("calls made %d, failed %d\n", made, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d calls failed", failed, made)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
