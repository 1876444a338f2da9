package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/oldserver"
	"headgate/app/server"
)

// passphraseVariable names the environment variable that a locked configuration
// file is opened with.
const passphraseVariable = "HEADGATE_PASSPHRASE"

// importFile applies a configuration file, or moves an old server's database
// over, and prints what that changed.
// Codes: import_file_unreadable, those of app.Start, catalog.Import and
// oldserver.
func (p Program) importFile(g given) error {
	path, preview, calls := g.words[0], g.is("preview"), g.is("calls")
	isOld, err := oldserver.IsDatabase(path)
	if err != nil {
		return apperr.Wrap(err, "import_file_unreadable", "File", path)
	}
	if calls && !isOld {
		return p.misused("import", "--calls is for an old server's database")
	}
	var file []byte
	passphrase := ""
	if !isOld {
		if file, err = readFile(path); err != nil {
			return apperr.Wrap(err, "import_file_unreadable", "File", path)
		}
		if catalog.IsLocked(file) {
			if passphrase, err = p.passphrase(g); err != nil {
				return err
			}
			if passphrase == "" {
				return p.misused("import", "the file is locked: give --passphrase-file, or set "+passphraseVariable)
			}
		}
	}
	err = p.inRunning(g.text("data"), func(ctx context.Context, c *caller) error {
		return p.importThere(ctx, c, path, passphrase, preview, calls)
	})
	if !errors.Is(err, errNotRunning) {
		return err
	}
	if isOld {
		return p.inApp(g.text("data"), func(ctx context.Context, a *app.App) error {
			return p.moveOver(ctx, a, path, preview, calls)
		})
	}
	if file, err = catalog.Unlock(file, passphrase); err != nil {
		return err
	}
	return p.inApp(g.text("data"), func(ctx context.Context, a *app.App) error {
		apply := a.Catalog.Import
		if preview {
			apply = a.Catalog.PreviewImport
		}
		report, err := apply(ctx, file)
		if err == nil {
			p.tellReport(report)
			p.previewed(preview)
		}
		return err
	})
}

// passphrase is what a file is locked with: the first line of the file that was
// named, else of the environment. "": none was given.
// Codes: passphrase_unreadable, env_file_invalid.
func (p Program) passphrase(g given) (string, error) {
	path := g.text("passphrase-file")
	if path == "" {
		env, err := p.environment()
		return env[passphraseVariable], err
	}
	var text []byte
	var err error
	if path == "-" {
		text, err = io.ReadAll(io.LimitReader(p.stdin(), mostMasterKey))
	} else {
		text, err = readAtMost(path, mostMasterKey)
	}
	if err != nil {
		return "", apperr.Wrap(err, "passphrase_unreadable", "File", path, "Reason", reason(err))
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", apperr.New("passphrase_unreadable", "File", path, "Reason", "its first line is empty")
	}
	return line, nil
}

// inApp does work with the data folder's program, whose gateway stays closed.
func (p Program) inApp(data string, work func(context.Context, *app.App) error) error {
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(data, env)
	if err != nil {
		return err
	}
	keys, err := secrets(env, false)
	if err != nil {
		return err
	}
	a := app.New(app.Options{
		DataDir: folder, Secrets: keys, DatabaseURL: env["DATABASE_URL"], Version: p.Version, Log: p.logger(slog.LevelWarn),
		Visitors: server.Local,
	})
	ctx := context.Background()
	if err := a.Start(ctx); err != nil {
		return err
	}
	err = work(ctx, a)
	if closeErr := a.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

// previewed says that nothing happened, if nothing did.
func (p Program) previewed(preview bool) {
	if preview {
		fmt.Fprintln(p.Stdout, "This was a preview: nothing was changed.")
	}
}

func readFile(path string) ([]byte, error) { return readAtMost(path, catalog.MaxFile+1) }

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, most))
}
