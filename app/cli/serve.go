package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/heap"
	"headgate/app/server"
	"headgate/app/settings"
)

const defaultAdmin = "127.0.0.1:8002"

// adminEnd is how long requests for the pages may go on after a stop.
const adminEnd = 5 * time.Second

// serve runs the program without a window until it is told to stop.
// Codes: network_invalid, those of app.Start, app.StartGateway, secrets and
// server.New, admin_listen_failed, env_file_invalid, data_folder_unknown.
func (p Program) serve(g given) (err error) {
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(g.text("data"), env)
	if err != nil {
		return err
	}
	endProfile, err := profile(env[profileVariable])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endProfile()) }()
	stop := p.Stop
	if stop == nil {
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		stop = signals
	}
	keys, err := secrets(env, false)
	if err != nil {
		return err
	}
	networks, err := settings.ParseNetworks(strings.FieldsFunc(env["HEADGATE_UPSTREAM_NETWORKS"], func(r rune) bool {
		return r == ',' || unicode.IsSpace(r)
	}))
	if err != nil {
		return err
	}
	heap.Tend()
	a := app.New(app.Options{
		DataDir: folder, Secrets: keys, DatabaseURL: env["DATABASE_URL"], Address: firstOf(g.text("addr"), env["HEADGATE_ADDR"]),
		Version: p.Version, Log: p.logger(slog.LevelInfo), Visitors: server.Local,
		Guarded: true, Networks: networks,
	})
	if err := a.Start(context.Background()); err != nil {
		return err
	}
	run := serving{Program: p, app: a, stop: stop, env: env}
	return run.at(firstOf(g.text("admin"), env["HEADGATE_ADMIN_ADDR"], defaultAdmin))
}

// serving is a started program with its pages.
type serving struct {
	Program
	app  *app.App
	stop <-chan os.Signal
	env  map[string]string
}

func (s serving) at(admin string) (err error) {
	ctx, atOnce := context.WithCancel(context.Background())
	defer atOnce()
	defer func() { err = errors.Join(err, s.app.Close(ctx)) }()

	ln, err := net.Listen("tcp", admin)
	if err != nil {
		return apperr.Wrap(err, "admin_listen_failed", "Address", admin, "Reason", reason(err))
	}
	pages, err := server.New(ctx, ln, server.Options{
		App: s.app, Pages: s.Pages, Username: s.env["ADMIN_USERNAME"], Password: s.env["ADMIN_PASSWORD"],
		Names: listed(s.env["HEADGATE_ADMIN_NAMES"]), Proxies: listed(s.env["HEADGATE_TRUSTED_PROXIES"]),
	})
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	served := make(chan error, 1)
	go func() { served <- pages.Serve(ln) }()
	defer func() {
		ending, cancel := context.WithTimeout(ctx, adminEnd)
		defer cancel()
		err = errors.Join(err, pages.Shutdown(ending))
	}()
	// Locked keys are opened on the pages, and the gateway with them.
	if err := s.app.StartGateway(ctx); err != nil && apperr.Code(err) != "secrets_locked" {
		return err
	}
	quit := make(chan struct{})
	var once sync.Once
	s.app.OnQuit(func() { once.Do(func() { close(quit) }) })
	s.announce(pages, ln.Addr())
	select {
	case <-s.stop:
		s.app.Log.Info("stopping: calls in flight finish first")
	case <-quit:
		s.app.Log.Info("told to quit: calls in flight finish first")
	case err := <-served:
		return fmt.Errorf("serve the pages: %w", err)
	}
	go func() {
		select {
		case <-s.stop:
			atOnce()
		case <-ctx.Done():
		}
	}()
	s.app.StopGateway(ctx)
	return nil
}

// listed takes a variable apart that holds several words.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}

// announce tells scripts and people where everything is.
func (s serving) announce(pages *server.Server, bound net.Addr) {
	if made := pages.MadePassword(); made != "" {
		fmt.Fprintf(s.Stdout, "login %s with the password %s (made just now and shown this once)\n", pages.Username(), made)
	}
	if s.app.Keys.State().Locked == nil {
		fmt.Fprintf(s.Stdout, "gateway %s\n", s.app.Listener.Status().BaseURL)
	} else {
		fmt.Fprintln(s.Stdout, "gateway shut until the provider keys are opened, which the pages ask for")
	}
	host, port, _ := net.SplitHostPort(bound.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // where it is reached from here
	}
	fmt.Fprintf(s.Stdout, "admin http://%s\n", net.JoinHostPort(host, port))
}

// reason is the system's word on why an address can't be had.
func reason(err error) string {
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Err != nil {
		if call, ok := errors.AsType[*os.SyscallError](failed.Err); ok {
			return call.Err.Error()
		}
		return failed.Err.Error()
	}
	return err.Error()
}
