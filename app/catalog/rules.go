package catalog

import (
	"math"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"headgate/app/apperr"
)

// How much of a thing there may be.
const (
	maxName        = 100 // characters, of what people name
	maxModelName   = 200 // characters, of what stands in "model"
	maxKeyword     = 200
	maxDescription = 1000
	maxSecret      = 8192 // bytes
	maxHeaderValue = 8192 // bytes
	maxPrice       = 1e6  // US dollars
	maxRank        = 1_000_000
	maxTokens      = 1_000_000_000

	maxProviders = 1000
	maxGroups    = 2000
	maxAPIKeys   = 5000
	maxKeywords  = 1000

	maxHeaders = 50   // of a provider
	maxKeys    = 100  // of a provider
	maxModels  = 5000 // of a provider
	maxMembers = 1000 // of a group
)

// cleanName trims what a person typed. Code: name_invalid.
func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if !isText(name, 1, maxName) {
		return "", apperr.New("name_invalid", "Max", maxName)
	}
	return name, nil
}

// checkModelName accepts what clients and upstreams can put into "model". It
// is compared exactly, so nothing is trimmed off it. Code: model_name_invalid.
func checkModelName(name string) error {
	if !isText(name, 1, maxModelName) || strings.TrimSpace(name) != name {
		return apperr.New("model_name_invalid", "Max", maxModelName)
	}
	return nil
}

// isText reports whether s has least to most characters, none for control.
func isText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func checkCount(n, most int) error {
	if n > most {
		return apperr.New("too_many", "Count", n, "Max", most)
	}
	return nil
}

// cleanBaseURL accepts an absolute http(s) URL that has nothing but a host and
// a path, and drops the slash at its end. Code: base_url_invalid.
func cleanBaseURL(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	u, err := url.Parse(text)
	// The text is not repeated: it may hold a password.
	invalid := apperr.New("base_url_invalid")
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", invalid
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(text, "#"):
		return "", invalid
	case u.Port() == "" && strings.HasSuffix(u.Host, ":"), u.Port() == "0", !validPort(u.Port()):
		return "", invalid
	case len(text) > maxSecret, !isText(text, 1, maxSecret), strings.ContainsAny(text, " \\"):
		return "", invalid
	}
	return text, nil
}

func validPort(port string) bool {
	n := 0
	for _, c := range []byte(port) { // digits: url.Parse has seen to it
		if n = n*10 + int(c-'0'); n > 65535 {
			return false
		}
	}
	return true
}

// Origin is a base URL's scheme, host and port in one spelling: where provider
// keys may be sent.
func Origin(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return baseURL
	}
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// checkPrices accepts unknown prices and those of zero or more. Code: price_invalid.
func checkPrices(m Model) error {
	for _, price := range []*float64{m.InputPrice, m.OutputPrice, m.CachedInputPrice, m.CallPrice} {
		if price != nil && (math.IsNaN(*price) || *price < 0 || *price > maxPrice) {
			return apperr.New("price_invalid", "Model", m.Name, "Max", int64(maxPrice))
		}
	}
	return nil
}
