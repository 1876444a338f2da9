// Package cli is the command line: what the words after "headgate" do.
//
// It exits with 0 when done, 1 when something failed, which it then says in a
// sentence on stderr, and 2 when the words can't be understood.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/desktop"
	"headgate/app/i18n"
)

// Program is one run of the command.
type Program struct {
	Args    []string // without the program's name
	Env     []string // as os.Environ
	Stdout  io.Writer
	Stderr  io.Writer
	Version string
	Pages   fs.FS            // the built window, or only placeholder.html
	Stop    <-chan os.Signal // the first ends serve, the second at once; nil: SIGINT and SIGTERM
}

const usage = `Headgate is a gateway on localhost that answers OpenAI-compatible calls.

  headgate                       open the window; without a display, serve
  headgate serve [flags]         run without a window, with its pages on a port of their own
      --data DIR                 data folder            (HEADGATE_DATA)
      --addr HOST:PORT           gateway's address      (HEADGATE_ADDR; default: the settings')
      --admin HOST:PORT          address of the pages   (HEADGATE_ADMIN_ADDR; default: 127.0.0.1:8002)
  headgate import [flags] FILE   apply a configuration file (JSON, or locked under the passphrase
                                 in HEADGATE_PASSPHRASE), or move over from the old server's
                                 api_server.db, and print what that changed
      --data DIR                 data folder            (HEADGATE_DATA)
      --preview                  print what would change, and change nothing
      --calls                    bring the old server's call logs along
  headgate version               print the version
  headgate help                  print this

serve asks for a login: ADMIN_USERNAME (default: admin) and ADMIN_PASSWORD. Without a
password it makes one at its first start and prints it once.
HEADGATE_MASTER_KEY, or the file that HEADGATE_MASTER_KEY_FILE names, opens the provider
keys where they are locked with a passphrase, and locks those of a new folder with it.
DATABASE_URL=sqlite:///path.db keeps the data elsewhere than in the data folder.
A .env file in the working directory may set all of these; the environment wins.
`

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage is a command line that can't be understood; words about it have been
// written.
var errUsage = errors.New("usage")

// Run does what the arguments say and returns the exit code.
func Run(p Program) int {
	err := p.dispatch()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errTold):
		return exitFailed
	}
	if apperr.Code(err) == apperr.Internal {
		p.logger(slog.LevelInfo).Error("headgate failed", "error", err)
	}
	fmt.Fprintf(p.Stderr, "headgate: %s\n", i18n.New("en").Error(err))
	return exitFailed
}

// errTold is a failure that a person has read about already.
var errTold = errors.New("told")

func (p Program) dispatch() error {
	if len(p.Args) == 0 {
		return p.window()
	}
	command, args := p.Args[0], p.Args[1:]
	switch command {
	case "serve":
		return p.serve(args)
	case "import":
		return p.importFile(args)
	case "version", "--version", "-v":
		if len(args) > 0 {
			return p.misused("version takes nothing after it")
		}
		_, err := fmt.Fprintf(p.Stdout, "headgate %s\n", p.Version)
		return err
	case "help", "--help", "-help", "-h":
		_, err := io.WriteString(p.Stdout, usage)
		return err
	default:
		return p.misused(fmt.Sprintf("%q is not a command", command))
	}
}

func (p Program) misused(why string) error {
	fmt.Fprintf(p.Stderr, "headgate: %s\n\n%s", why, usage)
	return errUsage
}

// window opens the window or, where none can be had, says why and serves.
func (p Program) window() error {
	if why := desktop.Available(); why != nil {
		fmt.Fprintf(p.Stderr, "headgate: no window: %v. Running headgate serve instead.\n", why)
		return p.serve(nil)
	}
	env, err := p.environment()
	if err != nil {
		return err
	}
	data, err := dataFolder("", env)
	if err != nil {
		return err
	}
	keys, err := secrets(env, true)
	if err != nil {
		return err
	}
	a := app.New(app.Options{
		DataDir: data, Secrets: keys, DatabaseURL: env["DATABASE_URL"], Address: env["HEADGATE_ADDR"],
		Version: p.Version, Log: p.logger(slog.LevelInfo),
	})
	if err := desktop.Run(desktop.Options{App: a, Pages: p.Pages, Stderr: p.Stderr}); err != nil {
		if apperr.Code(err) == apperr.Internal { // a coded one has been told as it is
			a.Log.Error("the window could not be had", "error", err)
		}
		return errTold
	}
	return nil
}

func (p Program) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(p.Stderr, &slog.HandlerOptions{Level: level}))
}
