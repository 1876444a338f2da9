package catalog

import (
	"math"
	"net/url"
	"slices"
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
	maxWeight      = 1000
	maxTimeout     = 3600 // seconds
	maxTokens      = 1_000_000_000

	maxProviders = 1000
	maxGroups    = 2000
	maxAPIKeys   = 5000
	maxKeywords  = 1000

	maxHeaders = 50     // of a provider
	maxKeys    = 100    // of a provider
	maxModels  = 20_000 // of a provider
	maxMembers = 1000   // of a group
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
	if place(text, "http", "https") == nil {
		// The text is not repeated: it may hold a password.
		return "", apperr.New("base_url_invalid")
	}
	return text, nil
}

// cleanProxy accepts "" and a URL that has nothing but a host and perhaps a
// port, and drops the slash at its end. Code: proxy_invalid.
func cleanProxy(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if text == "" {
		return "", nil
	}
	u := place(text, "http", "https", "socks5", "socks5h")
	if u == nil || u.Path != "" {
		return "", apperr.New("proxy_invalid")
	}
	return u.Scheme + "://" + u.Host, nil
}

// place reads an absolute URL of one of the schemes that has nothing but a host
// and a path. nil: it isn't one.
func place(text string, schemes ...string) *url.URL {
	u, err := url.Parse(text)
	switch {
	case err != nil, !slices.Contains(schemes, u.Scheme), u.Hostname() == "":
		return nil
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(text, "#"):
		return nil
	case u.Port() == "" && strings.HasSuffix(u.Host, ":"), u.Port() == "0", !validPort(u.Port()):
		return nil
	case len(text) > maxSecret, !isText(text, 1, maxSecret), strings.ContainsAny(text, " \\"):
		return nil
	}
	return u
}

// checkTimeouts accepts a provider's own timeouts, and 0 for those of the
// settings. Code: setting_out_of_range.
func checkTimeouts(t Timeouts) error {
	for _, n := range []struct {
		name  string
		value int
	}{
		{"timeouts.connectSeconds", t.ConnectSeconds},
		{"timeouts.firstTokenSeconds", t.FirstTokenSeconds},
		{"timeouts.streamIdleSeconds", t.StreamIdleSeconds},
		{"timeouts.replySeconds", t.ReplySeconds},
	} {
		if n.value < 0 || n.value > maxTimeout {
			return apperr.New("setting_out_of_range", "Setting", n.name, "Value", n.value, "Low", 0, "High", maxTimeout)
		}
	}
	return nil
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
