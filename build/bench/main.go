// Command bench measures what Headgate costs beside a bare reverse proxy, both
// in processes of their own on this machine, on loopback only:
//
//	make bench                      the whole, in some six minutes
//	make bench PROFILE=1            CPU and heap profiles of each scenario instead
//	go run ./build/bench -quick     a minute, to see whether anything moved much
//
// Another gateway is measured in place of Headgate when it is given by its base
// URL and process id; it has to pass on what it gets to the upstream that -mock
// starts, and know the model -model:
//
//	go run ./build/bench -mock 127.0.0.1:9901 -gateway http://127.0.0.1:3000/v1 -pid 4711 -key sk-… -model chat
//
// What is compared is CPU time per request, which other work on the machine
// disturbs least, as the ratio to the bare proxy in the same round; the table
// shows medians over the rounds. Absolute times hold for this machine only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	headgate  string
	rounds    int
	time      time.Duration
	scenarios string
	out       string
	profile   string
	mock      string
	gateway   string
	pid       int
	key       string
	model     string
	logCalls  int
	quick     bool
}

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.headgate, "headgate", "", "the built `program`; built anew when left out")
	f.IntVar(&o.rounds, "rounds", 5, "how often everything is measured")
	f.DurationVar(&o.time, "time", 1500*time.Millisecond, "for how long each scenario is measured in a round")
	f.StringVar(&o.scenarios, "scenarios", "", "only those whose names contain one of these words, comma separated")
	f.StringVar(&o.out, "out", "", "a `file` to write the tables to as well")
	f.StringVar(&o.profile, "profile", "", "a `folder` for profiles of each scenario; nothing is compared then")
	f.StringVar(&o.mock, "mock", "127.0.0.1:0", "`address` of the upstream")
	f.StringVar(&o.gateway, "gateway", "", "base `URL` of another gateway to measure in place of Headgate")
	f.IntVar(&o.pid, "pid", 0, "its process id")
	f.StringVar(&o.key, "key", benchKey, "what it knows clients by")
	f.StringVar(&o.model, "model", "chat", "the model that it is asked for")
	f.IntVar(&o.logCalls, "log", 2_000_000, "calls in the log that a start is measured with, some 480 bytes each; 0: not measured")
	f.BoolVar(&o.quick, "quick", false, "two short rounds")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(one *flag.Flag) { given[one.Name] = true })
	if o.quick {
		if !given["rounds"] {
			o.rounds = 2
		}
		if !given["time"] {
			o.time = 300 * time.Millisecond
		}
		if !given["log"] {
			o.logCalls = 0
		}
	}
	if (o.gateway == "") != (o.pid == 0) {
		err := errors.New("-gateway and -pid belong together")
		fmt.Fprintln(f.Output(), err)
		return o, err
	}
	return o, nil
}

func run(ctx context.Context, o options) error {
	chosen := slices.DeleteFunc(slices.Clone(scenarios), func(s scenario) bool { return !wanted(o.scenarios, s.name) })
	dir, err := os.MkdirTemp("", "headgate-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{options: o, dir: dir}
	defer b.close()
	switch {
	case o.gateway != "":
	case o.headgate == "":
		b.headgate, err = buildHeadgate(ctx, dir)
	default:
		b.headgate, err = filepath.Abs(o.headgate) // it runs in another folder
	}
	if err != nil {
		return err
	}
	if b.mock, err = startRole(ctx, "mock", o.mock); err != nil {
		return err
	}
	if o.profile != "" {
		return b.profiles(ctx, chosen)
	}
	found, err := b.measure(ctx, chosen)
	if found == nil {
		return err
	}
	text := found.text()
	fmt.Print(text)
	if o.out == "" || err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.out, []byte(text), 0o644)
}

func wanted(words, name string) bool {
	if words == "" {
		return true
	}
	for word := range strings.SplitSeq(words, ",") {
		if strings.Contains(name, strings.TrimSpace(word)) {
			return true
		}
	}
	return false
}
