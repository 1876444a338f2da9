package gateway

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
)

// checkName is for names that clients or upstreams read in "model".
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("no name")
	case len(name) > maxModelLength:
		return fmt.Errorf("the name is longer than %d bytes", maxModelLength)
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("the name contains a control character")
	}
	return nil
}

func (m Model) check() error {
	if err := checkName(m.Name); err != nil {
		return err
	}
	for _, price := range []*float64{
		m.Price.InputPerMillion, m.Price.OutputPerMillion, m.Price.CachedInputPerMillion, m.Price.PerCall,
	} {
		if price != nil && (*price < 0 || math.IsNaN(*price) || math.IsInf(*price, 0)) {
			return fmt.Errorf("a price of %v", *price)
		}
	}
	if m.ContextTokens < 0 {
		return fmt.Errorf("a context of %d tokens", m.ContextTokens)
	}
	return nil
}

// checkLimits looks at what applies to all calls. Zero means the default.
func (c Config) checkLimits() error {
	for _, d := range []struct {
		path  string
		value time.Duration
	}{
		{"failover.window", c.Failover.Window},
		{"failover.cooldown", c.Failover.Cooldown},
		{"failover.max_cooldown", c.Failover.MaxCooldown},
		{"limits.commit", c.Limits.Commit},
	} {
		if d.value < 0 {
			return fmt.Errorf("%s: %v is negative", d.path, d.value)
		}
	}
	for _, n := range []struct {
		path  string
		value int64
	}{
		{"failover.count", int64(c.Failover.Count)},
		{"limits.attempts", int64(c.Limits.Attempts)},
		{"limits.body_bytes", c.Limits.BodyBytes},
	} {
		if n.value < 0 {
			return fmt.Errorf("%s: %d is negative", n.path, n.value)
		}
	}
	return c.Timeouts.check()
}

func (t Timeouts) check() error {
	for _, d := range []struct {
		path  string
		value time.Duration
	}{
		{"timeouts.connect", t.Connect},
		{"timeouts.tls", t.TLS},
		{"timeouts.first_token", t.FirstToken},
		{"timeouts.stream_idle", t.StreamIdle},
		{"timeouts.reply", t.Reply},
	} {
		if d.value < 0 {
			return fmt.Errorf("%s: %v is negative", d.path, d.value)
		}
	}
	return nil
}

// isToken tells whether name can be a header's name.
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return name != ""
}

// isHeaderValue tells whether a header can carry text as it is.
func isHeaderValue(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
