package settings

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"headgate/app/apperr"
)

// Languages are the locales that may be chosen, as app/i18n has them.
var Languages = []string{"en", "zh-Hant", "zh-Hans", "ja", "ko"}

// What a number may be.
const (
	maxCount    = 100
	maxMinutes  = 1440
	maxCooldown = 15 * 60 // where doubling ends
	maxTimeout  = 3600
	maxAttempts = 100
	maxDays     = 3650
	maxBodyKB   = 1024
	maxNames    = 50
)

// Validate reports the first choice that can't hold.
// Codes: language_unknown, theme_unknown, address_invalid, host_name_invalid,
// origin_invalid, network_invalid, bodies_unknown, setting_out_of_range.
func (s Settings) Validate() error {
	if s.Language != "" && !slices.Contains(Languages, s.Language) {
		return apperr.New("language_unknown", "Language", s.Language)
	}
	if !slices.Contains([]Theme{ThemeSystem, ThemeLight, ThemeDark}, s.Theme) {
		return apperr.New("theme_unknown", "Theme", s.Theme)
	}
	if !validAddress(s.Gateway.Address) {
		return apperr.New("address_invalid", "Address", s.Gateway.Address)
	}
	for _, name := range s.Gateway.Names {
		if !validName(name) {
			return apperr.New("host_name_invalid", "Name", name)
		}
	}
	for _, origin := range s.Gateway.Origins {
		if !validOrigin(origin) {
			return apperr.New("origin_invalid", "Origin", origin)
		}
	}
	if _, err := ParseNetworks(s.Gateway.Networks); err != nil {
		return err
	}
	if !slices.Contains([]Bodies{BodiesNever, BodiesErrors, BodiesAlways}, s.Log.Bodies) {
		return apperr.New("bodies_unknown", "Bodies", string(s.Log.Bodies))
	}
	for _, n := range []struct {
		name             string
		value, low, high int
	}{
		{"gateway.names", len(s.Gateway.Names), 0, maxNames},
		{"gateway.origins", len(s.Gateway.Origins), 0, maxNames},
		{"gateway.networks", len(s.Gateway.Networks), 0, maxNames},
		{"failover.count", s.Failover.Count, 1, maxCount},
		{"failover.minutes", s.Failover.Minutes, 1, maxMinutes},
		{"failover.cooldownSeconds", s.Failover.CooldownSeconds, 1, maxCooldown},
		{"failover.attempts", s.Failover.Attempts, 1, maxAttempts},
		{"failover.beginSeconds", s.Failover.BeginSeconds, 1, maxTimeout},
		{"timeouts.connectSeconds", s.Timeouts.ConnectSeconds, 1, maxTimeout},
		{"timeouts.firstTokenSeconds", s.Timeouts.FirstTokenSeconds, 1, maxTimeout},
		{"timeouts.streamIdleSeconds", s.Timeouts.StreamIdleSeconds, 1, maxTimeout},
		{"timeouts.replySeconds", s.Timeouts.ReplySeconds, 1, maxTimeout},
		{"log.days", s.Log.Days, 0, maxDays},
		{"log.bodyDays", s.Log.BodyDays, 0, maxDays},
		{"log.bodyKb", s.Log.BodyKB, 1, maxBodyKB},
	} {
		if n.value < n.low || n.value > n.high {
			return apperr.New("setting_out_of_range", "Setting", n.name, "Value", n.value, "Low", n.low, "High", n.high)
		}
	}
	return nil
}

// validAddress accepts host:port with an IP address, a host name or nothing as
// host, and a port of 0 (any free one) to 65535.
func validAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return true
	}
	return validName(host)
}

// validName accepts a host name without port.
func validName(host string) bool {
	return len(host) <= 253 && !slices.ContainsFunc(strings.Split(host, "."), func(label string) bool {
		return !validLabel(label)
	})
}

// validOrigin accepts what a browser says of a page: scheme and host in lower
// case, the port unless it is the scheme's own, and nothing after it.
func validOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme != "" && u.Hostname() != "" && u.Scheme+"://"+u.Host == origin && origin == strings.ToLower(origin) &&
		!(u.Scheme == "http" && u.Port() == "80") && !(u.Scheme == "https" && u.Port() == "443")
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range []byte(label) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
