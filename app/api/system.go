package api

import (
	"math"

	"headgate/app"
	"headgate/app/i18n"
)

// System is what the window asks about the program itself.
type System struct{ app *app.App }

// About describes the running program.
type About struct {
	Version         string       `json:"version"`
	DataFolder      string       `json:"dataFolder"`
	SystemLocale    string       `json:"systemLocale"`    // the catalog that fits this system's language
	AddressOverride string       `json:"addressOverride"` // of this run; "": the settings' address holds
	Guarded         bool         `json:"guarded"`         // private networks are called only when they are listed
	Notices         []app.Notice `json:"notices"`         // what a person should read
}

// About returns what the program knows of itself.
func (s *System) About() About {
	return About{
		Version:         s.app.Version,
		DataFolder:      s.app.DataDir,
		SystemLocale:    i18n.SystemLocale(),
		AddressOverride: s.app.Address,
		Guarded:         s.app.Guarded,
		Notices:         s.app.Notices(),
	}
}

// pageErrorLimit keeps a page that fails in a loop from filling the log.
const pageErrorLimit = 4 << 10

// LogPageError writes an error of the page to the program's log.
func (s *System) LogPageError(message, stack string) {
	s.app.Log.Error("page error", "message", cut(message), "stack", cut(stack))
}

// LogPageMounted writes to the program's log how long a page took, in
// milliseconds since its navigation began, until its first view stood.
func (s *System) LogPageMounted(milliseconds float64) {
	s.app.Log.Info("page mounted", "milliseconds", math.Round(milliseconds))
}

func cut(s string) string { return s[:min(len(s), pageErrorLimit)] }
