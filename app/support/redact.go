package support

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"headgate/app/catalog"
)

const redacted = "[redacted]"

// shortestSecret keeps a key such as "x" from redacting every text.
const shortestSecret = 6

// Texts that look like a credential, or that say where a person's things are.
var (
	addresses   = regexp.MustCompile(`(?i)\b(?:https?|socks5h?)://[^\s"'<>\\]+`)
	bearers     = regexp.MustCompile(`(?i)\b(bearer|basic) +[\w.~+/=-]{6,}`)
	credentials = regexp.MustCompile(`\b(?:sk|hg|pk|rk|gsk|xai|key|ghp|glpat|nvapi|AIza|eyJ)[-_A-Za-z0-9][-_A-Za-z0-9.]{10,}`)
	mails       = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
)

// redactor takes secrets out of texts: those that are known, and what looks like one.
type redactor struct {
	known   []string
	folders []folder
}

// folder is a person's folder, and what stands in its place.
type folder struct{ path, shown string }

func newRedactor(c catalog.Configuration, folders map[string]string) redactor {
	var r redactor
	for _, p := range c.Providers {
		for _, k := range p.Keys {
			r.know(k.Secret.Reveal())
		}
		for _, h := range p.Headers {
			r.know(h.Secret.Reveal())
		}
	}
	for path, shown := range folders {
		if len(path) > 1 {
			r.folders = append(r.folders, folder{path, shown})
			if inner := quoted(path); inner != path {
				r.folders = append(r.folders, folder{inner, shown})
			}
		}
	}
	longestFirst := func(a, b string) int { return cmp.Compare(len(b), len(a)) }
	slices.SortFunc(r.known, longestFirst)
	slices.SortFunc(r.folders, func(a, b folder) int { return longestFirst(a.path, b.path) })
	return r
}

// know adds a secret in the spellings that it can have in a text.
func (r *redactor) know(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	for _, spelled := range []string{secret, quoted(secret), url.QueryEscape(secret), url.PathEscape(secret)} {
		if !slices.Contains(r.known, spelled) {
			r.known = append(r.known, spelled)
		}
	}
}

// quoted is a text as it stands within JSON.
func quoted(text string) string {
	b, _ := json.Marshal(text) // a string: can't fail
	return string(b[1 : len(b)-1])
}

func (r redactor) redact(text string) string {
	for _, secret := range r.known {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	for _, f := range r.folders {
		text = strings.ReplaceAll(text, f.path, f.shown)
	}
	text = addresses.ReplaceAllStringFunc(text, func(address string) string {
		if shown := place(address); shown != "" {
			return shown
		}
		return redacted
	})
	text = bearers.ReplaceAllString(text, "$1 "+redacted)
	text = mails.ReplaceAllString(text, redacted)
	return credentials.ReplaceAllString(text, redacted)
}
