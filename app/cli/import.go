package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"headgate/app"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/oldserver"
)

// passphraseVariable names the environment variable that a locked configuration
// file is opened with.
const passphraseVariable = "HEADGATE_PASSPHRASE"

// importFile applies a configuration file, or moves an old server's database
// over, and prints what that changed.
// Codes: import_file_unreadable, those of app.Start, catalog.Import and
// oldserver.
func (p Program) importFile(args []string) error {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	data := flags.String("data", "", "")
	preview := flags.Bool("preview", false, "")
	calls := flags.Bool("calls", false, "")
	words, err := p.parse(flags, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return p.misused("import takes one file")
	}
	path := words[0]
	isOld, err := oldserver.IsDatabase(path)
	if err != nil {
		return apperr.Wrap(err, "import_file_unreadable", "File", path)
	}
	if isOld {
		return p.inApp(*data, func(ctx context.Context, a *app.App) error {
			return p.moveOver(ctx, a, path, *preview, *calls)
		})
	}
	if *calls {
		return p.misused("--calls is for an old server's database")
	}
	text, err := readFile(path)
	if err != nil {
		return apperr.Wrap(err, "import_file_unreadable", "File", path)
	}
	if text, err = p.unlocked(text); err != nil {
		return err
	}
	return p.inApp(*data, func(ctx context.Context, a *app.App) error {
		apply := a.Catalog.Import
		if *preview {
			apply = a.Catalog.PreviewImport
		}
		report, err := apply(ctx, text)
		if err == nil {
			p.tellReport(report)
			p.previewed(*preview)
		}
		return err
	})
}

// unlocked opens a locked file with the passphrase of the environment.
// Codes: env_file_invalid and those of catalog.Unlock.
func (p Program) unlocked(file []byte) ([]byte, error) {
	if !catalog.IsLocked(file) {
		return file, nil
	}
	env, err := p.environment()
	if err != nil {
		return nil, err
	}
	if env[passphraseVariable] == "" {
		return nil, p.misused("the file is locked: set " + passphraseVariable)
	}
	return catalog.Unlock(file, env[passphraseVariable])
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

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, catalog.MaxFile+1))
}
