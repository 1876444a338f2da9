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
)

// importRead is more than a configuration file may have: what is cut off here
// is refused as too large.
const importRead = 6 << 20

// importFile applies a configuration file and prints what it changed.
// Codes: import_file_unreadable, those of app.Start and catalog.Import.
func (p Program) importFile(args []string) (err error) {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	data := flags.String("data", "", "")
	words, err := p.parse(flags, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return p.misused("import takes one file")
	}
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(*data, env)
	if err != nil {
		return err
	}
	text, err := readFile(words[0])
	if err != nil {
		return apperr.Wrap(err, "import_file_unreadable", "File", words[0])
	}
	a := app.New(app.Options{
		DataDir: folder, DatabaseURL: env["DATABASE_URL"], Version: p.Version, Log: p.logger(slog.LevelWarn),
	})
	ctx := context.Background()
	if err := a.Start(ctx); err != nil {
		return err
	}
	report, err := a.Catalog.Import(ctx, text)
	if err == nil {
		fmt.Fprint(p.Stdout, report)
	}
	if closeErr := a.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, importRead))
}
