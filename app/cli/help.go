package cli

import (
	"fmt"
	"io"
	"strings"
)

// about stands before the list of commands and after it.
const (
	aboutHead = `Headgate is a gateway on localhost that answers OpenAI-compatible calls.

`
	aboutFoot = `
headgate help COMMAND says more, with examples. Commands talk to the Headgate that
runs in the data folder or, where none runs, work on the folder itself.

Exit codes:
  0  done
  1  it failed: a sentence on stderr says why
  2  the command line can't be understood
  3  no Headgate runs in the data folder
  4  one runs, but its gateway lets no calls in

Environment (but for the window, a .env file in the working directory may set it; the
environment wins):
  HEADGATE_DATA          data folder
  HEADGATE_ADDR          gateway's address, instead of the settings'
  HEADGATE_ADMIN_ADDR    address of serve's pages (127.0.0.1:8002)
  ADMIN_USERNAME         who logs in to serve's pages (admin)
  ADMIN_PASSWORD         the password, 12 characters or more; without one serve makes
                         one and prints it once
  HEADGATE_ADMIN_NAMES   host names of the pages besides localhost, with commas between
  HEADGATE_TRUSTED_PROXIES
                         addresses and networks of proxies in front of the pages, whose
                         X-Forwarded-For and X-Forwarded-Proto count
  HEADGATE_UPSTREAM_NETWORKS
                         private networks that serve calls providers in, besides the
                         settings': 192.168.1.20, 172.16.0.0/12 or private for all
  HEADGATE_MASTER_KEY    opens provider keys that are locked with a passphrase; or
                         HEADGATE_MASTER_KEY_FILE, which names a file with it
  HEADGATE_PASSPHRASE    of a locked configuration file
  DATABASE_URL           sqlite:///path.db keeps the data elsewhere
`
)

// help prints what there is, or what one command does.
func (p Program) help(g given) error {
	if len(g.words) == 0 {
		_, err := io.WriteString(p.Stdout, overview())
		return err
	}
	c, name, rest := find(commands(), g.words)
	if c == nil || len(rest) > 0 {
		return p.misused("", fmt.Sprintf("%q is not a command", strings.Join(g.words, " ")))
	}
	_, err := io.WriteString(p.Stdout, helpOf(c, name))
	return err
}

func overview() string {
	var b strings.Builder
	b.WriteString(aboutHead)
	fmt.Fprintf(&b, "  %-32s %s\n", "headgate", "open the window; without a display, serve")
	fmt.Fprintf(&b, "  %-32s %s\n", "headgate --hidden", "the same, with its tray icon only; what a login starts")
	fmt.Fprintf(&b, "  %-32s %s\n", "headgate headgate://import?…", "show in the window what a link offers")
	for _, c := range commands() {
		if c.short == "" {
			continue
		}
		if len(c.within) == 0 {
			fmt.Fprintf(&b, "  headgate %-23s %s\n", strings.TrimSpace(c.name+" "+c.words), c.short)
		}
		for _, w := range c.within {
			fmt.Fprintf(&b, "  headgate %-23s %s\n", strings.TrimSpace(c.name+" "+w.name+" "+w.words), w.short)
		}
	}
	b.WriteString(aboutFoot)
	return b.String()
}

func usageOf(c *command, name string) string {
	words := []string{"headgate", name}
	if len(c.within) > 0 {
		words = append(words, "COMMAND")
	}
	if c.words != "" {
		words = append(words, c.words)
	}
	if len(c.options) > 0 {
		words = append(words, "[flags]")
	}
	return strings.Join(words, " ")
}

func helpOf(c *command, name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n  %s\n", sentence(c.short), usageOf(c, name))
	if c.long != "" {
		fmt.Fprintf(&b, "\n%s\n", c.long)
	}
	if len(c.within) > 0 {
		b.WriteString("\nCommands:\n")
		for _, w := range c.within {
			fmt.Fprintf(&b, "  %-24s %s\n", strings.TrimSpace(w.name+" "+w.words), w.short)
		}
	}
	if len(c.options) > 0 {
		b.WriteString("\nFlags:\n")
		for _, o := range c.options {
			fmt.Fprintf(&b, "  --%-22s %s\n", strings.TrimSpace(o.name+" "+o.value), o.about)
		}
	}
	if len(c.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, e := range c.examples {
			fmt.Fprintf(&b, "  %s\n", e)
		}
	}
	return b.String()
}

func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:] + "."
}
