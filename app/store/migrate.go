package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var embedded embed.FS

// migrationFiles is where the steps are read from.
var migrationFiles fs.FS = embedded

// steps are the migrations of one file.
type steps struct {
	files  fs.FS
	newest int64 // this program's schema
}

func (s spec) steps() (steps, error) {
	files, err := fs.Sub(migrationFiles, path.Join(sqliteFolder, s.migrations))
	if err != nil {
		return steps{}, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return steps{}, fmt.Errorf("no %s migrations: %w", s.migrations, err)
	}
	newest, err := goose.NumericComponent(names[len(names)-1]) // Glob sorts
	return steps{files, newest}, err
}

// migrate brings the file to this program's schema, keeping a copy of an older
// one first.
func (m steps) migrate(ctx context.Context, db *sql.DB, s spec, current int64, log *slog.Logger) error {
	if s.backups != "" && current > 0 {
		if err := keepBackup(ctx, db, s.backups, current < m.newest); err != nil {
			if current < m.newest {
				return fmt.Errorf("back up %s before its schema changes: %w", s.path, err)
			}
			log.Warn("no backup of the configuration could be made", "file", s.path, "error", err)
		}
	}
	if current == m.newest {
		return nil
	}
	provider, err := goose.NewProvider(sqliteDialect, db, m.files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the %s migrations: %w", s.migrations, err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring %s from schema %d to %d: %w", s.path, current, m.newest, err)
	}
	log.Info("database schema is current", "file", s.path, "from", current, "to", m.newest)
	return nil
}
