// Command updating serves the pages of a program that can install updates, which else
// only the one with a window can, so that tests see all of it in a browser. It takes the
// arguments that they give headgate serve, and two variables for what a release's build
// has built in: RELEASE_KEY and RELEASE_MANIFEST.
//
//	updating serve -data FOLDER -admin 127.0.0.1:0 -addr 127.0.0.1:0
//
// It prints "admin http://…", is version 1.2.3, and runs until SIGINT or SIGTERM.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"headgate/app"
	"headgate/app/server"
	"headgate/app/update"
	"headgate/frontend"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "updating:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) == 0 || args[0] != "serve" {
		return errors.New("the first argument is serve")
	}
	flags := flag.NewFlagSet("updating", flag.ContinueOnError)
	data := flags.String("data", "", "the data `folder`")
	admin := flags.String("admin", "127.0.0.1:0", "`address` of the pages")
	addr := flags.String("addr", "127.0.0.1:0", "`address` of the gateway, which stays shut")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	update.PublicKey, update.ManifestURL = os.Getenv("RELEASE_KEY"), os.Getenv("RELEASE_MANIFEST")
	a := app.New(app.Options{
		DataDir: *data, Address: *addr, Version: "1.2.3", Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err := a.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.Background())) }()
	a.Updates.Installs(func() {})
	ln, err := net.Listen("tcp", *admin)
	if err != nil {
		return err
	}
	pages, err := server.New(ctx, ln, server.Options{
		App: a, Pages: frontend.Pages, Username: os.Getenv("ADMIN_USERNAME"), Password: os.Getenv("ADMIN_PASSWORD"),
	})
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	go func() {
		<-ctx.Done()
		_ = pages.Shutdown(context.Background())
	}()
	fmt.Fprintf(out, "admin http://%s\n", ln.Addr())
	return pages.Serve(ln)
}
