package desktop

// Finding is what an examination of this desktop has found.
type Finding struct {
	Check string
	Level string // ok, warn or fail
	Says  string
	Do    string // what to do; "": nothing
}
