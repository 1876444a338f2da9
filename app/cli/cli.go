// Package cli is the command line: what the words after "headgate" do.
//
// It speaks English, whatever the window's language: scripts read it, and people
// paste it into reports. commands.go holds all there is; help, completion and the
// reading of flags come from that list.
//
// It exits with 0 when done, 1 when something failed, which it then says in a
// sentence on stderr, 2 when the words can't be understood, 3 when no Headgate
// runs that could do it, and 4 when one runs whose gateway lets no calls in.
package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/autostart"
	"headgate/app/desktop"
	"headgate/app/heap"
	"headgate/app/i18n"
	"headgate/app/link"
	"headgate/app/server"
)

// Program is one run of the command.
type Program struct {
	Args    []string  // without the program's name
	Env     []string  // as os.Environ
	Stdin   io.Reader // nil: nothing is there
	Stdout  io.Writer
	Stderr  io.Writer
	Version string
	Pages   fs.FS            // the built window, or only placeholder.html
	Stop    <-chan os.Signal // the first ends serve, the second at once; nil: SIGINT and SIGTERM
}

const (
	exitDone       = 0
	exitFailed     = 1
	exitUsage      = 2
	exitNotRunning = 3
	exitShut       = 4 // one runs, but its gateway lets no calls in
)

// errUsage is a command line that can't be understood; words about it have been
// written.
var errUsage = errors.New("usage")

// Run does what the arguments say and returns the exit code.
func Run(p Program) int {
	err := p.dispatch()
	switch {
	case err == nil, errors.Is(err, errHelped):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errTold):
		return exitFailed
	case errors.Is(err, errShut):
		return exitShut
	case errors.Is(err, errNotRunning):
		fmt.Fprintln(p.Stderr, "headgate: no Headgate runs in this data folder. headgate opens the window, headgate serve does without one.")
		return exitNotRunning
	case errors.Is(err, errNoneRuns):
		return exitNotRunning
	}
	if apperr.Code(err) == apperr.Internal {
		p.logger(slog.LevelInfo).Error("headgate failed", "error", err)
	}
	fmt.Fprintf(p.Stderr, "headgate: %s\n", i18n.New("en").Error(err))
	return exitFailed
}

// What has been told already.
var (
	errHelped   = errors.New("helped")
	errTold     = errors.New("told")         // a failure
	errNoneRuns = errors.New("none runs")    // no Headgate
	errShut     = errors.New("gateway shut") // its gateway
)

func (p Program) dispatch() error {
	if opens, ok := opening(p.Args); ok {
		return p.window(opens)
	}
	args := slices.Clone(p.Args)
	switch args[0] {
	case "--version", "-v":
		args[0] = "version"
	case "--help", "-help", "-h":
		args[0] = "help"
	}
	c, name, rest := find(commands(), args)
	switch {
	case c == nil:
		return p.misused("", fmt.Sprintf("%q is not a command", args[0]))
	case c.run != nil:
		g, err := p.parse(c, name, rest)
		if err != nil {
			return err
		}
		return c.run(p, g)
	case len(rest) == 0:
		return p.misused(name, "it needs a command")
	case isHelp(rest[0]):
		_, err := io.WriteString(p.Stdout, helpOf(c, name))
		return err
	}
	return p.misused(name, fmt.Sprintf("%q is not one of its commands", rest[0]))
}

func isHelp(word string) bool {
	return slices.Contains([]string{"--help", "-help", "-h", "help"}, word)
}

// opening tells whether the words after "headgate" are none, or those of a start that
// only opens the window: by the system at login, or for a link.
func opening(args []string) (opens desktop.Options, ok bool) {
	for _, word := range args {
		switch {
		case word == autostart.Hidden:
			opens.Hidden = true
		case link.Is(word):
			opens.Link = word
		default:
			return desktop.Options{}, false
		}
	}
	opens.Hidden = opens.Hidden && opens.Link == "" // somebody is there
	return opens, true
}

// window opens the window or, where none can be had, says why and serves.
func (p Program) window(opens desktop.Options) error {
	if why := desktop.Available(); why != nil {
		fmt.Fprintf(p.Stderr, "headgate: no window: %v. Running headgate serve instead.\n", why)
		c, name, _ := find(commands(), []string{"serve"})
		g, err := p.parse(c, name, nil)
		if err != nil {
			return err
		}
		return p.serve(g)
	}
	env := p.realEnvironment()
	data, err := dataFolder("", env)
	if err != nil {
		return err
	}
	keys, err := secrets(env, true)
	if err != nil {
		return err
	}
	heap.Tend()
	a := app.New(app.Options{
		DataDir: data, Secrets: keys, DatabaseURL: env["DATABASE_URL"], Address: env["HEADGATE_ADDR"],
		Version: p.Version, Log: p.logger(slog.LevelInfo), Visitors: server.Local,
	})
	opens.App, opens.Pages, opens.Stderr = a, p.Pages, p.Stderr
	if err := desktop.Run(opens); err != nil {
		if apperr.Code(err) == apperr.Internal { // a coded one has been told as it is
			a.Log.Error("the window could not be had", "error", err)
		}
		return errTold
	}
	return nil
}

func (p Program) stdin() io.Reader {
	if p.Stdin == nil {
		return strings.NewReader("")
	}
	return p.Stdin
}

func (p Program) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(p.Stderr, &slog.HandlerOptions{Level: level}))
}
