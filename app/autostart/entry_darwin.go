package autostart

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
)

// label is the agent's; launchd reads it at the next login.
const label = "app.headgate"

func path() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", label+".plist"), err
}

func (e *Entry) content() string {
	var program strings.Builder
	_ = xml.EscapeText(&program, []byte(e.Program)) // a Builder takes everything
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>` + label + `</string>
<key>ProgramArguments</key><array><string>` + program.String() + `</string><string>` + Hidden + `</string></array>
<key>RunAtLoad</key><true/>
<key>ProcessType</key><string>Interactive</string>
</dict></plist>
`
}

func parse(content []byte) (program string, on bool) {
	var agent struct {
		Program []string `xml:"dict>array>string"`
	}
	if xml.Unmarshal(content, &agent) == nil && len(agent.Program) > 0 {
		program = agent.Program[0]
	}
	return program, true
}
