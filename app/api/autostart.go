package api

// Autostart is whether the system starts the program when a person logs in. It is bound
// in the window alone: a server is started by something else.
type Autostart struct{ entry AutostartEntry }

// AutostartEntry is the system's entry for that.
type AutostartEntry interface {
	On() bool
	Set(on bool) error
}

// Whether the program starts at login.
const (
	AutostartOn     = "on"
	AutostartOff    = "off"
	AutostartAbsent = "absent" // it can't be had here
)

// NewAutostart returns what the window binds beside All; nil: it can't be had here.
func NewAutostart(e AutostartEntry) *Autostart { return &Autostart{e} }

// State tells whether the program starts at login: on, off or absent.
func (a *Autostart) State() string {
	switch {
	case a.entry == nil:
		return AutostartAbsent
	case a.entry.On():
		return AutostartOn
	default:
		return AutostartOff
	}
}

// Set switches it on or off. Code: autostart_failed.
func (a *Autostart) Set(on bool) error {
	if a.entry == nil {
		return nil
	}
	return a.entry.Set(on)
}
