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
	spelled := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, text := range slices.Clone(spelled) {
		for _, once := range inJSON(text) {
			spelled = append(append(spelled, once), inJSON(once)...) // as a reply is, that is quoted in a line of the log
		}
	}
	for _, text := range spelled {
		if !slices.Contains(r.known, text) {
			r.known = append(r.known, text)
		}
	}
}

// inJSON are the ways in which a text stands within JSON: as encoding/json has it, as
// slog and most others do, and as those who escape slashes.
func inJSON(text string) []string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string: can't fail
	lean := strings.Trim(b.String(), "\n")
	lean = lean[1 : len(lean)-1]
	return []string{quoted(text), lean, strings.ReplaceAll(lean, "/", `\/`)}
}

// quoted is a text as it stands within JSON.
func quoted(text string) string {
	b, _ := json.Marshal(text) // a string: can't fail
	return string(b[1 : len(b)-1])
}

// redactLines redacts a log. Of a line that was cut it takes away the secret that
// the cut may have left the beginning of.
func (r redactor) redactLines(log string) string {
	lines := strings.Split(log, "\n")
	for i, line := range lines {
		lines[i] = r.redact(line)
		if len(line) >= longestLine {
			lines[i] = r.withoutPiece(lines[i])
		}
	}
	return strings.Join(lines, "\n")
}

// shortestPiece is how much of a secret may be left where a text ends in it.
const shortestPiece = 4

func (r redactor) withoutPiece(text string) string {
	end := len(text)
	for _, secret := range r.known {
		for n := min(len(secret), len(text)); n >= shortestPiece; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				end = min(end, len(text)-n)
				break
			}
		}
	}
	return text[:end]
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
