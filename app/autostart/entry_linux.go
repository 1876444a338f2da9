package autostart

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// path is where desktops look: https://specifications.freedesktop.org/autostart-spec
func path() (string, error) {
	folder := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "autostart", "headgate.desktop"), nil
}

// TryExec makes desktops pass the entry over once the program is uninstalled.
func (e *Entry) content() string {
	return "[Desktop Entry]\n" +
		"Type=Application\n" +
		"Name=Headgate\n" +
		"Icon=headgate\n" +
		"Exec=" + quoted(e.Program) + " " + Hidden + "\n" +
		"TryExec=" + escapes.Replace(e.Program) + "\n" +
		"Terminal=false\n" +
		"X-GNOME-Autostart-enabled=true\n"
}

// An Exec line is quoted twice: as an argument, then as a value of the file. A
// percent sign would begin a field.
var (
	argument  = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`)
	escapes   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)
	unescaped = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\s`, " ")
)

func quoted(program string) string { return escapes.Replace(`"` + argument.Replace(program) + `"`) }

func (e *Entry) read() (program string, on bool) {
	file, err := path()
	if err != nil {
		return "", false
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	on = true
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch key {
		case "TryExec":
			program = unescaped.Replace(value)
		case "Hidden": // how a desktop's own settings switch an entry off
			on = on && value != "true"
		case "X-GNOME-Autostart-enabled":
			on = on && value != "false"
		}
	}
	return program, on
}

func (e *Entry) write() error {
	file, err := path()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	next := file + ".new"
	if err := os.WriteFile(next, []byte(e.content()), 0o600); err != nil {
		_ = os.Remove(next) // may not be there
		return err
	}
	return os.Rename(next, file)
}

func (e *Entry) remove() error {
	file, err := path()
	if err != nil {
		return err
	}
	return os.Remove(file)
}
