package store

import (
	"context"
	"os"
)

// Schemas returns the schema versions of the files that are open, by what they hold.
func (db *DB) Schemas(ctx context.Context) (map[string]int64, error) {
	versions := map[string]int64{}
	for name, f := range db.files() {
		version, err := schemaVersion(ctx, f.readSQL, f.path, f.table)
		if err != nil {
			return nil, err
		}
		versions[name] = version
	}
	return versions, nil
}

// Sizes returns how large the files are, in bytes, with what SQLite keeps beside
// them.
func (db *DB) Sizes() map[string]int64 {
	sizes := map[string]int64{}
	for name, f := range db.files() {
		for _, suffix := range []string{"", walSuffix} {
			if info, err := os.Stat(f.path + suffix); err == nil {
				sizes[name+suffix] = info.Size()
			}
		}
	}
	return sizes
}

func (db *DB) files() map[string]*file {
	files := map[string]*file{"configuration": db.config}
	if calls, err := db.calls.reader(); err == nil {
		files["calls"] = calls.file
	}
	return files
}
