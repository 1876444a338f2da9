package update

import (
	"os"
	"path/filepath"
	"strings"
)

// InstalledBy tells by which package manager this program came, from the file that
// its package puts there; "": by none.
func InstalledBy() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	return installedBy(filepath.Dir(program))
}

func installedBy(folder string) string {
	for _, path := range []string{
		filepath.Join(folder, "..", "share", "headgate", "installed-by"),
		filepath.Join(folder, "installed-by"),
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		if name == "" || len(name) > 40 {
			name = "a package"
		}
		return name
	}
	return ""
}
