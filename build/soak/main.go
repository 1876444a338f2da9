// Command soak runs the built headgate-server under load for minutes, with
// everything around it going wrong, and then holds what it did against what it
// promises.
//
//	soak [-calls 20000] [-time 15m] [-seed N] [-short]
//	soak -kills 1000
//
// Of four members three misbehave at random: as the fault list has it, and on
// the wire, behind toxiproxy. Clients leave in the middle, somebody edits the
// configuration all the while, and the server is killed and started again.
//
// Everything listens on loopback, in a folder of its own, which is kept when a
// check fails. The same seed makes the same calls and faults; what meets what
// is up to the machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what a run can be told.
type options struct {
	server    string // the built program
	toxiproxy string // its server
	calls     int
	time      time.Duration
	seed      uint64
	short     bool
	clients   int
	think     time.Duration
	restarts  int
	kills     int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	if !ok {
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (ok bool, err error) {
	o := options{}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.StringVar(&o.server, "server", "build/bin/headgate-server", "the built `program`")
	flags.StringVar(&o.toxiproxy, "toxiproxy", "build/.tools/toxiproxy-server", "toxiproxy's `program`")
	flags.IntVar(&o.calls, "calls", 20_000, "how many `calls` at least")
	flags.DurationVar(&o.time, "time", 15*time.Minute, "no more calls after this `time`")
	flags.Uint64Var(&o.seed, "seed", 0, "repeats a run's `number`; 0: any")
	flags.BoolVar(&o.short, "short", false, "600 calls and 3 restarts, with seed 1 unless told otherwise")
	flags.IntVar(&o.clients, "clients", 16, "how many clients at `once`")
	flags.DurationVar(&o.think, "think", 150*time.Millisecond, "what a client waits after a call, in the `mean`")
	flags.IntVar(&o.restarts, "restarts", 24, "`how often` the server is killed or stopped")
	flags.IntVar(&o.kills, "kills", 0, "nothing but so many short lives that end with kill -9")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if o.short {
		o.calls, o.restarts, o.time, o.think = 600, 3, 2*time.Minute, 300*time.Millisecond
	}
	switch {
	case o.seed == 0 && o.short:
		o.seed = 1
	case o.seed == 0:
		o.seed = rand.Uint64N(1_000_000) + 1
	}
	if o.kills > 0 {
		fmt.Printf("soak: seed %d, %d kills\n", o.seed, o.kills)
		return kills(ctx, o)
	}
	fmt.Printf("soak: seed %d, %d calls by %d clients, at most %v\n", o.seed, o.calls, o.clients, o.time)
	return soak(ctx, o)
}

// random is a source of its own for each who draws, so that the same seed gives
// each the same, however they take turns.
func (o options) random(who, number uint64) *rand.Rand {
	return rand.New(rand.NewPCG(o.seed, who<<32|number))
}

// Who draws.
const (
	drawsCalls = iota + 1
	drawsFaults
	drawsToxics
	drawsEdits
	drawsRestarts
	drawsPauses
)
