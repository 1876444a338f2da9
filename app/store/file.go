package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"headgate/app/apperr"
)

// readers is how many connections read one file at a time.
const readers = 4

// slowQuery is how long a query may take before the log tells of it.
const slowQuery = 500 * time.Millisecond

// spec is what tells the two files apart.
type spec struct {
	path        string
	migrations  string // a folder under the database kind's
	synchronous string
	alwaysCheck bool   // small enough to be walked at every start
	backups     string // folder for copies; "": none are made
	manyRows    bool   // written by the ten thousand
	table       string // which only this file has
	suspect     bool   // something in it was found broken: all of it is looked at
}

// file is an open database file: one connection writes, others read.
type file struct {
	path  string
	table string // as spec has it

	write, read       *gorm.DB
	writeSQL, readSQL *sql.DB // the connections under write and read
}

// openFile opens, checks and migrates one file. When it fails nothing of it
// stays open, and isBroken tells whether the file itself is at fault.
func openFile(ctx context.Context, s spec, log *slog.Logger) (f *file, err error) {
	if err := checkHeader(s.path); err != nil {
		return nil, err
	}
	if err := createPrivate(s.path); err != nil {
		return nil, err
	}
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	current, err := inspect(ctx, s, steps.newest)
	if err != nil {
		return nil, err
	}
	f = &file{path: s.path, table: s.table}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
			f = nil
		}
	}()
	if f.writeSQL, err = openSQL(s.path, s.writerPragmas(), "immediate", 1); err != nil {
		return f, err
	}
	if err := checkPragmas(ctx, f.writeSQL, s.writerPragmas()); err != nil {
		return f, err
	}
	if err := steps.migrate(ctx, f.writeSQL, s, current, log); err != nil {
		return f, err
	}
	if s.manyRows {
		if err := f.writeSQL.Close(); err != nil {
			return f, err
		}
		f.writeSQL = openWriter(s.path, s.writerPragmas())
		if err := checkPragmas(ctx, f.writeSQL, s.writerPragmas()); err != nil {
			return f, err
		}
	}
	if f.readSQL, err = openSQL(s.path, readerPragmas(), "", readers); err != nil {
		return f, err
	}
	if err := checkPragmas(ctx, f.readSQL, readerPragmas()); err != nil {
		return f, err
	}
	if f.write, err = openGorm(f.writeSQL, log); err != nil {
		return f, err
	}
	f.read, err = openGorm(f.readSQL, log)
	return f, err
}

// inspect judges the file before anything writes to it, and returns its schema.
// Codes: sqlite_too_old, database_foreign, database_swapped, schema_newer.
func inspect(ctx context.Context, s spec, newest int64) (schema int64, err error) {
	unclean := isUnclean(s.path)
	db, err := openSQL(s.path, inspectorPragmas(), "", 1)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkEngine(ctx, db); err != nil {
		return 0, err
	}
	switch {
	case s.suspect:
		err = check(ctx, db, "integrity_check")
	case s.alwaysCheck || unclean:
		err = check(ctx, db, "quick_check")
	}
	if err != nil {
		return 0, err
	}
	if schema, err = schemaVersion(ctx, db, s.path, s.table); err != nil {
		return 0, err
	}
	if schema > newest {
		return 0, apperr.New("schema_newer", "File", s.path, "Have", schema, "Know", newest)
	}
	return schema, nil
}

// close ends the readers first: the writer, being last, folds the journal in.
func (f *file) close() error {
	var errs []error
	for _, db := range []*sql.DB{f.readSQL, f.writeSQL} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

func openGorm(db *sql.DB, log *slog.Logger) (*gorm.DB, error) {
	return gorm.Open(dialector(db), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		// Values stay out of the log: they may be secrets.
		Logger: logger.NewSlogLogger(log, logger.Config{
			LogLevel:                  logger.Warn,
			SlowThreshold:             slowQuery,
			ParameterizedQueries:      true,
			IgnoreRecordNotFoundError: true,
		}),
	})
}

// createPrivate makes sure the file is there and its owner's alone; SQLite
// gives the files beside it the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}
