package oldserver

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"headgate/app/catalog"
)

// separators stand between the account and the model in an old name.
const separators = ".-_/:|@ ·"

// providerNames gives each account a name of its own: what its rows' names have
// in common, else its host.
func (p *plan) providerNames(accounts []*account) []string {
	taken := map[string]bool{}
	for _, known := range p.now.providers {
		taken[known.Name] = true
	}
	names := make([]string, len(accounts))
	for i, a := range accounts {
		if known := a.known(p.now.providers); known != nil {
			names[i] = known.Name
			continue
		}
		name := commonName(a.rows)
		if !catalog.NameFits(name) {
			name = hostOf(a.baseURL)
		}
		names[i] = numbered(name, taken)
		taken[names[i]] = true
		if names[i] != name {
			p.odd("name_taken", "api_providers", a.rows[0].id(), "Name", name, "To", names[i])
		}
	}
	return names
}

// numbered is the name with the lowest number that makes it unique, if it
// needs one.
func numbered(name string, taken map[string]bool) string {
	unique := name
	for n := 2; taken[unique]; n++ {
		suffix := " " + strconv.Itoa(n)
		letters := []rune(name)
		for unique = name + suffix; !catalog.NameFits(unique); unique = string(letters) + suffix {
			letters = letters[:len(letters)-1]
		}
	}
	return unique
}

// commonName is what the names of the rows have in common when the models are
// taken off them: "relay.gpt-5" and "relay.gpt-4o" give "relay".
func commonName(rows []row) string {
	var common string
	for i, r := range rows {
		name := withoutModel(printable(r["name"].trimmed()), r["model"].trimmed())
		if i == 0 {
			common = name
			continue
		}
		common = commonPart(common, name)
	}
	return catalog.CutName(common)
}

// printable is the name without characters for control.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
}

// withoutModel takes the model off the end of a name, with or without the part
// before its last slash. A name that is nothing else stays.
func withoutModel(name, model string) string {
	short := model[strings.LastIndex(model, "/")+1:]
	for _, end := range []string{model, short} {
		n := len(name) - len(end)
		if end == "" || n <= 0 || !strings.EqualFold(name[n:], end) {
			continue
		}
		if left := strings.TrimRight(name[:n], separators); left != "" && left != name[:n] {
			return left
		}
	}
	return name
}

// commonPart is the beginning that both have, ending where a word ends in both.
func commonPart(a, b string) string {
	if a == b {
		return a
	}
	end := 0 // of the last whole word that both have
	for i, r := range a {
		if i >= len(b) || !strings.HasPrefix(b[i:], string(r)) {
			return strings.TrimRight(a[:end], separators)
		}
		if strings.ContainsRune(separators, r) {
			end = i
		}
	}
	if isEnd(b[len(a):]) { // a is the shorter
		end = len(a)
	}
	return strings.TrimRight(a[:end], separators)
}

func isEnd(rest string) bool {
	return rest == "" || strings.ContainsAny(rest[:1], separators)
}

func hostOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return baseURL
	}
	return catalog.CutName(u.Host)
}
