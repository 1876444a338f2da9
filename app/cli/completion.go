package cli

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"headgate/app/catalog"
)

// shells have a script that asks this program what may follow, in words that are
// known nowhere else.
//
//go:embed completion
var shells embed.FS

var shellNames = []string{"bash", "zsh", "fish", "powershell"}

// completion prints what lets a shell complete.
func (p Program) completion(g given) error {
	if !slices.Contains(shellNames, g.words[0]) {
		return p.misused("completion", fmt.Sprintf("%q is none of %s", g.words[0], strings.Join(shellNames, ", ")))
	}
	script, err := shells.ReadFile("completion/" + g.words[0])
	if err != nil {
		return err
	}
	_, err = p.Stdout.Write(script)
	return err
}

// candidate is a word that may stand where the cursor is.
type candidate struct{ word, about string }

// complete prints what the last word may become, one a line with a tab before
// what it means. Without any line the shell offers files.
func (p Program) complete(g given) error {
	words := g.words
	if len(words) == 0 {
		words = []string{""}
	}
	typed, before := words[len(words)-1], words[:len(words)-1]
	for _, c := range p.candidates(before, typed) {
		if strings.HasPrefix(c.word, typed) {
			fmt.Fprintf(p.Stdout, "%s\t%s\n", c.word, c.about)
		}
	}
	return nil
}

func (p Program) candidates(before []string, typed string) []candidate {
	c, _, rest := find(commands(), before)
	if c == nil {
		if len(before) > 0 {
			return nil
		}
		return named(commands())
	}
	if len(c.within) > 0 {
		return named(c.within)
	}
	if len(rest) > 0 {
		last := strings.TrimLeft(rest[len(rest)-1], "-")
		at := slices.IndexFunc(c.options, func(o option) bool { return o.name == last && o.value != "" })
		if at >= 0 && strings.HasPrefix(rest[len(rest)-1], "-") {
			return p.expected(c.options[at].expects, typed, rest)
		}
	}
	if strings.HasPrefix(typed, "-") {
		var found []candidate
		for _, o := range c.options {
			found = append(found, candidate{"--" + o.name, o.about})
		}
		return found
	}
	return p.expected(c.expects, typed, rest)
}

func named(all []command) []candidate {
	var found []candidate
	for _, c := range all {
		if c.short != "" {
			found = append(found, candidate{c.name, c.short})
		}
	}
	return found
}

// expected are the words of a kind. Names come from the running program only: a
// Tab starts none.
func (p Program) expected(kind, typed string, rest []string) (found []candidate) {
	data := ""
	if at := slices.Index(rest, "--data"); at >= 0 && at+1 < len(rest) {
		data = rest[at+1]
	}
	switch kind {
	case "shell":
		for _, name := range shellNames {
			found = append(found, candidate{name, ""})
		}
	case "command":
		return named(commands())
	case "group":
		head := typed[:strings.LastIndex(typed, ",")+1]
		var groups []catalog.Group
		p.asked(data, "Groups/List", &groups)
		for _, g := range groups {
			found = append(found, candidate{head + g.Name, ""})
		}
	case "key":
		var keys []catalog.APIKey
		p.asked(data, "APIKeys/List", &keys)
		for _, k := range keys {
			found = append(found, candidate{k.Name, k.Prefix + "…" + k.LastFour})
		}
	}
	return found
}

// asked fills into, or leaves it empty.
func (p Program) asked(data, method string, into any) {
	_ = p.inRunning(data, func(ctx context.Context, c *caller) error { return c.call(ctx, method, into) })
}
