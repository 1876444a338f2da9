// Package link reads headgate:// links, which anybody can put on a web page. One can
// only offer: what it says is shown to a person in a form, and nothing is asked,
// fetched or saved before that person says so. It carries no key.
//
//	headgate://import?name=Example&url=https://api.example.com/v1&dialect=openai&model=a&model=b
package link

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"headgate/app/apperr"
)

// Scheme begins every link.
const Scheme = "headgate:"

// Longest is how many bytes a link may have.
const Longest = 8 << 10

const (
	mostModels    = 100
	longestName   = 100
	longestModel  = 200
	longestURL    = 2000
	importAddress = "import"
)

// Offer is a provider that a link offers. All of it is a stranger's words.
type Offer struct {
	Name    string   `json:"name"`
	BaseURL string   `json:"baseUrl"` // http or https, with nothing but a host and a path
	Dialect string   `json:"dialect"` // "": the usual one
	Models  []string `json:"models"`
}

// Is tells whether an argument of the program is a link.
func Is(argument string) bool {
	return len(argument) >= len(Scheme) && strings.EqualFold(argument[:len(Scheme)], Scheme)
}

// Parse reads a link. Unlike a browser it forgives nothing: what isn't understood
// isn't shown in part. Codes: link_unknown, link_invalid.
func Parse(text string) (Offer, error) {
	u, err := url.Parse(text)
	if len(text) > Longest || !clean(text) || err != nil || !strings.EqualFold(u.Scheme+":", Scheme) {
		return Offer{}, apperr.New("link_invalid")
	}
	// Browsers write headgate://import/?…, too.
	if u.Host != importAddress || strings.Trim(u.Path, "/") != "" || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return Offer{}, apperr.New("link_unknown")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Offer{}, apperr.New("link_invalid")
	}
	var o Offer
	for field, values := range query {
		value := values[0]
		switch {
		case field == "model":
			o.Models = values
		case len(values) > 1:
			return Offer{}, apperr.New("link_invalid")
		case field == "name":
			o.Name = value
		case field == "url":
			o.BaseURL = value
		case field == "dialect":
			o.Dialect = value
		default: // such as a key: links are kept in histories and logs
			return Offer{}, apperr.New("link_invalid")
		}
	}
	if !o.holds() {
		return Offer{}, apperr.New("link_invalid")
	}
	return o, nil
}

func (o Offer) holds() bool {
	return short(o.Name, longestName) && len(o.BaseURL) <= longestURL && plainAddress(o.BaseURL) &&
		(o.Dialect == "" || o.Dialect == "openai") && len(o.Models) <= mostModels &&
		!slices.ContainsFunc(o.Models, func(m string) bool { return !short(m, longestModel) })
}

// plainAddress: an address that reads as one host and leads to another, or carries
// something along, has no business in a link.
func plainAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && u.Opaque == "" && ascii(u.Host) && clean(text)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func short(s string, longest int) bool {
	return s != "" && s == strings.TrimSpace(s) && utf8.RuneCountInString(s) <= longest && clean(s)
}

// clean: no control characters, none that turn the direction of writing or show nothing.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
	})
}
