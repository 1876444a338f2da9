package api

// Login is whether the system starts the program when a person logs in. It is bound
// in the window alone: a server is started by something else.
type Login struct{ entry LoginEntry }

// LoginEntry is the system's entry for that.
type LoginEntry interface {
	On() bool
	Set(on bool) error
}

// Whether the program starts at login.
const (
	LoginOn     = "on"
	LoginOff    = "off"
	LoginAbsent = "absent" // it can't be had here
)

// NewLogin returns what the window binds beside All; nil: it can't be had here.
func NewLogin(e LoginEntry) *Login { return &Login{e} }

// State tells whether the program starts at login: on, off or absent.
func (l *Login) State() string {
	switch {
	case l.entry == nil:
		return LoginAbsent
	case l.entry.On():
		return LoginOn
	default:
		return LoginOff
	}
}

// Set switches it on or off. Code: autostart_failed.
func (l *Login) Set(on bool) error {
	if l.entry == nil {
		return nil
	}
	return l.entry.Set(on)
}
