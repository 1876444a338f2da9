package autostart

import (
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

// parse: an entry that desktops' own settings have switched off isn't on.
func parse(content []byte) (program string, on bool) {
	on = true
	for line := range strings.Lines(string(content)) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		switch key {
		case "TryExec":
			program = unescaped.Replace(value)
		case "Hidden":
			on = on && value != "true"
		case "X-GNOME-Autostart-enabled":
			on = on && value != "false"
		}
	}
	return program, on
}
