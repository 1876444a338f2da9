package store

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"headgate/app/apperr"
)

// location is where the two files are.
type location struct{ config, calls string }

// drivePath is how a Windows path looks in a URL.
var drivePath = regexp.MustCompile(`^/[A-Za-z]:[/\\]`)

// locate finds the files: in the data folder, or where the URL says, the call
// log then beside the configuration.
// Codes: database_url_unknown, database_kind_unknown.
func locate(dir, address string) (location, error) {
	if address == "" {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return location{}, apperr.Wrap(err, "data_folder_unusable", "Folder", dir)
		}
		return location{filepath.Join(dir, "headgate.db"), filepath.Join(dir, "calls.db")}, nil
	}
	kind, rest, _ := strings.Cut(address, ":")
	switch strings.ToLower(kind) {
	case "sqlite":
	case "postgres", "postgresql":
		return location{}, apperr.New("database_kind_unknown", "Kind", "PostgreSQL")
	default:
		// The text may hold a password: it is not repeated.
		return location{}, apperr.New("database_url_unknown")
	}
	path, ok := strings.CutPrefix(rest, "//")
	if !ok || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return location{}, apperr.New("database_url_unknown")
	}
	path, err := url.PathUnescape(path)
	if err != nil || strings.HasSuffix(path, "/") {
		return location{}, apperr.New("database_url_unknown")
	}
	if drivePath.MatchString(path) {
		path = path[1:]
	}
	path = filepath.FromSlash(path)
	ext := filepath.Ext(path)
	return location{path, strings.TrimSuffix(path, ext) + "-calls.db"}, nil
}
