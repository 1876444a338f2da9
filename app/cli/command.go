package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// command is what a word after "headgate" does. Help, completion and the reading
// of flags all come from these.
type command struct {
	name     string
	words    string // what follows, such as "FILE"; "": nothing
	least    int    // words that must follow
	most     int    // words that may; -1: any number
	short    string // one line, without a full stop
	long     string // more, in lines of at most 80 characters; "": nothing more
	options  []option
	examples []string // without "headgate "
	run      func(Program, given) error
	within   []command // keys create, …; run is for none of them then
	expects  string    // what the words are, for completion: file, group, key, command, shell or ""
}

// option is a flag of a command.
type option struct {
	name    string
	value   string // what it takes, such as "DIR"; "": it is a switch
	about   string
	expects string // as command.expects; dir besides
}

// given is what a person has written after a command.
type given struct {
	command *command
	words   []string
	flags   *flag.FlagSet
}

func (g given) text(name string) string { return g.flags.Lookup(name).Value.String() }
func (g given) is(name string) bool     { return g.text(name) == "true" }

var dataOption = option{name: "data", value: "DIR", about: "data folder (HEADGATE_DATA)", expects: "dir"}

var jsonOption = option{name: "json", about: "print JSON, for scripts"}

// find returns the command that words begin with, its full name, and what follows.
func find(all []command, words []string) (found *command, name string, rest []string) {
	for len(words) > 0 {
		at := slices.IndexFunc(all, func(c command) bool { return c.name == words[0] })
		if at < 0 {
			break
		}
		found, words = &all[at], words[1:]
		name = strings.TrimSpace(name + " " + found.name)
		all = found.within
	}
	return found, name, words
}

// parse reads flags that may stand before, between and after the other words.
// It writes about what it doesn't understand, and help where that is asked for.
func (p Program) parse(c *command, name string, args []string) (given, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, o := range c.options {
		if o.value == "" {
			flags.Bool(o.name, false, "")
		} else {
			flags.String(o.name, "", "")
		}
	}
	g := given{command: c, flags: flags}
	// What stands after -- is never a flag.
	var rest []string
	if at := slices.Index(args, "--"); at >= 0 {
		args, rest = args[:at], args[at+1:]
	}
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				_, err := io.WriteString(p.Stdout, helpOf(c, name))
				return g, errors.Join(errHelped, err)
			}
			return g, p.misused(name, err.Error())
		}
		if flags.NArg() == 0 {
			break
		}
		g.words, args = append(g.words, flags.Arg(0)), flags.Args()[1:]
	}
	g.words = append(g.words, rest...)
	switch n := len(g.words); {
	case c.words == "" && n > 0:
		return g, p.misused(name, fmt.Sprintf("%q is one word too many", g.words[0]))
	case n < c.least:
		return g, p.misused(name, "it needs "+c.words)
	case c.most >= 0 && n > c.most:
		return g, p.misused(name, fmt.Sprintf("%q is one word too many: it takes %s", g.words[c.most], c.words))
	}
	return g, nil
}

// misused says what can't be understood, and where help is.
func (p Program) misused(name, why string) error {
	if name == "" {
		fmt.Fprintf(p.Stderr, "headgate: %s\n\nheadgate help lists what there is.\n", why)
		return errUsage
	}
	fmt.Fprintf(p.Stderr, "headgate %s: %s\n\n", name, why)
	if c, _, rest := find(commands(), strings.Fields(name)); c != nil && len(rest) == 0 {
		fmt.Fprintf(p.Stderr, "  %s\n\n", usageOf(c, name))
	}
	fmt.Fprintf(p.Stderr, "headgate help %s says more.\n", name)
	return errUsage
}
