// Package settings holds what a person can choose about Headgate as a whole.
package settings

// Settings is one set of choices. Its zero value is not valid; start from Default.
type Settings struct {
	Language    string   `json:"language"` // a locale of app/i18n; "" follows the system
	Theme       Theme    `json:"theme"`
	Gateway     Gateway  `json:"gateway"`
	Failover    Failover `json:"failover"`
	Timeouts    Timeouts `json:"timeouts"`
	Log         Log      `json:"log"`
	CloseToTray bool     `json:"closeToTray"`
	Notify      Notify   `json:"notify"`
	Updates     bool     `json:"updates"` // look for a newer version once a day
}

// Theme is the window's colours.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system"
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Gateway is where the gateway listens, and to what it answers.
type Gateway struct {
	Address     string `json:"address"`     // host:port, such as 127.0.0.1:8001
	StartOnOpen bool   `json:"startOnOpen"` // start the gateway with the program
	// Names are host names by which tools call the gateway, besides localhost and
	// addresses; Origins are web origins, such as https://chat.example, whose pages
	// may call it from a browser.
	Names   []string `json:"names"`
	Origins []string `json:"origins"`
	// Networks are private networks in which a server calls providers: addresses,
	// networks as 192.168.1.0/24, or "private" for all. null: nobody has chosen yet.
	// A program with a window calls all of them.
	Networks []string `json:"networks"`
	// Sought are names of providers that couldn't be looked up when the program listed
	// Networks. It lists theirs when they can be, until a person changes the list.
	// Only the program sets them.
	Sought []string `json:"sought,omitempty"`
}

// Failover is when a failing member is passed over, and for how long.
type Failover struct {
	Count           int `json:"count"`           // failures …
	Minutes         int `json:"minutes"`         // … within this many minutes start a cooldown
	CooldownSeconds int `json:"cooldownSeconds"` // the first; doubles up to 15 minutes
	Attempts        int `json:"attempts"`        // per call, of all members and keys together
	BeginSeconds    int `json:"beginSeconds"`    // within which the reply to a call must begin; replies that come whole have a timeout instead
}

// Timeouts are in seconds.
type Timeouts struct {
	ConnectSeconds    int `json:"connectSeconds"`
	FirstTokenSeconds int `json:"firstTokenSeconds"`
	StreamIdleSeconds int `json:"streamIdleSeconds"`
	ReplySeconds      int `json:"replySeconds"`
}

// Log is what the call log keeps.
type Log struct {
	Days   int    `json:"days"`   // calls older than this are removed; 0: kept for ever
	Bodies Bodies `json:"bodies"` // which calls are kept with what they carried
	// BodyDays is for how long bodies are kept, at most as long as their calls; 0: as long.
	BodyDays int `json:"bodyDays"`
	BodyKB   int `json:"bodyKb"` // of a request, and as much of a reply, KiB; 1–1024
}

// Notify is what the desktop tells a person who isn't at the window.
type Notify struct {
	Failover  bool `json:"failover"`  // another member answers a group from now on
	Exhausted bool `json:"exhausted"` // no member of a group could answer, and that one does again
}

// Bodies is which calls are kept with their bodies.
type Bodies string

// Which calls are kept with their bodies.
const (
	BodiesNever  Bodies = "never"
	BodiesErrors Bodies = "errors" // what did not end well, or needed more than one attempt
	BodiesAlways Bodies = "always"
)

// Default is what holds until a person chooses otherwise.
func Default() Settings {
	return Settings{
		Theme:       ThemeSystem,
		Gateway:     Gateway{Address: "127.0.0.1:8001", StartOnOpen: true, Names: []string{}, Origins: []string{}},
		Failover:    Failover{Count: 2, Minutes: 5, CooldownSeconds: 60, Attempts: 8, BeginSeconds: 300},
		Timeouts:    Timeouts{ConnectSeconds: 10, FirstTokenSeconds: 120, StreamIdleSeconds: 120, ReplySeconds: 600},
		Log:         Log{Days: 90, Bodies: BodiesErrors, BodyDays: 7, BodyKB: 32},
		CloseToTray: true,
		Notify:      Notify{Failover: true, Exhausted: true},
	}
}
