// Command upstream runs scriptable upstreams: one for each script file that is
// named, and as many more as its control port is asked for.
//
//	upstream [-control 127.0.0.1:0] [SCRIPT.json …]
//
// It prints "control http://…" and, for each script, "NAME http://…/v1", and runs
// until SIGINT or SIGTERM. Scripts are described in package gatewaytest, the
// control port at gatewaytest.Stage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"headgate/gateway/gatewaytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "upstream:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("upstream", flag.ContinueOnError)
	control := flags.String("control", "127.0.0.1:0", "`address` of the control port")
	if err := flags.Parse(args); err != nil {
		return err
	}
	stage := &gatewaytest.Stage{}
	defer func() { _ = stage.Close() }()
	for _, path := range flags.Args() {
		u, err := add(stage, path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintln(out, u.Marker(), u.URL())
	}
	ln, err := net.Listen("tcp", *control)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "control http://%s\n", ln.Addr())
	server := &http.Server{Handler: stage.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func add(stage *gatewaytest.Stage, path string) (*gatewaytest.Upstream, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	script, err := gatewaytest.ReadScript(file)
	if err != nil {
		return nil, err
	}
	return stage.Add(script)
}
