package cli

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/joho/godotenv"

	"headgate/app/apperr"
)

const envFile = ".env"

// environment returns the variables of this run: those of a .env file in the
// working directory, overruled by the real ones. Code: env_file_invalid.
func (p Program) environment() (map[string]string, error) {
	env, err := godotenv.Read(envFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		env = map[string]string{}
	case err != nil:
		return nil, apperr.Wrap(err, "env_file_invalid", "File", envFile)
	}
	maps.Copy(env, p.realEnvironment())
	return env, nil
}

// realEnvironment is what the window goes by: it may be opened from any folder, and
// a .env file there may be anybody's.
func (p Program) realEnvironment() map[string]string {
	env := make(map[string]string, len(p.Env))
	for _, pair := range p.Env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			env[name] = value
		}
	}
	return env
}

// dataFolder returns where the data is, as an absolute path: the flag's folder,
// else HEADGATE_DATA, else where this system keeps such data.
// Codes: data_folder_unknown, data_folder_unusable.
func dataFolder(flagged string, env map[string]string) (string, error) {
	for _, chosen := range []string{flagged, env["HEADGATE_DATA"]} {
		if chosen == "" {
			continue
		}
		path, err := filepath.Abs(chosen)
		if err != nil {
			return "", apperr.Wrap(err, "data_folder_unusable", "Folder", chosen)
		}
		return path, nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", apperr.Wrap(err, "data_folder_unknown")
		}
		return filepath.Join(base, "Headgate"), nil
	}
	if base := env["XDG_DATA_HOME"]; filepath.IsAbs(base) {
		return filepath.Join(base, "headgate"), nil
	}
	if home := env["HOME"]; filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "headgate"), nil
	}
	return "", apperr.New("data_folder_unknown")
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
