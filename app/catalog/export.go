package catalog

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"headgate/app/apperr"
	"headgate/app/secret"
	"headgate/app/settings"
)

// Export returns the configuration as a file that Import reads.
//
// Without a passphrase no secret is in it: no provider keys, no headers that may
// hold one, no trace of the API keys' texts. An import elsewhere makes new API
// keys under the names; those that have expired are left out.
//
// With a passphrase the provider keys are in it, and of each API key its hash
// and what is shown of it, so that tools go on working after an import. The
// whole is locked then: see package secret.
//
// Codes: passphrase_short, export_too_large.
func (c *Catalog) Export(ctx context.Context, passphrase string) ([]byte, error) {
	stored, err := c.opened(ctx)
	if err != nil {
		return nil, err
	}
	text, err := stored.document(c.now(), passphrase != "").encode()
	if err != nil || passphrase == "" {
		return text, err
	}
	return secret.Lock(text, passphrase)
}

// Unlock returns the text of a configuration file, which may be locked.
// Codes: import_too_large, passphrase_needed, passphrase_wrong,
// locked_file_broken.
func Unlock(file []byte, passphrase string) ([]byte, error) {
	if !secret.IsLocked(file) {
		return file, nil
	}
	if len(file) > MaxFile {
		return nil, apperr.New("import_too_large", "MaxMiB", maxImport>>20)
	}
	return secret.Unlock(file, passphrase, maxImport+1)
}

// MaxFile is the largest configuration file that makes sense, in bytes: locked,
// a text is a third larger.
const MaxFile = maxImport*3/2 + 4096

// IsLocked reports whether a configuration file needs a passphrase.
func IsLocked(file []byte) bool { return secret.IsLocked(file) }

// The file, as Import reads it. All fields of an object stand in it, so that an
// import puts it back to what it was.
type exportFile struct {
	Version   int              `json:"version"`
	Providers []exportProvider `json:"providers"`
	Groups    []exportGroup    `json:"groups"`
	APIKeys   []exportAPIKey   `json:"api_keys"`
	Keywords  []exportKeyword  `json:"failure_keywords"`
	Settings  exportSettings   `json:"settings"`
}

type exportProvider struct {
	Name     string          `json:"name"`
	Dialect  string          `json:"dialect"`
	BaseURL  string          `json:"base_url"`
	Enabled  bool            `json:"enabled"`
	Headers  *[]exportHeader `json:"headers,omitempty"` // without: left alone by an import
	Proxy    string          `json:"proxy"`
	Timeouts exportTimeouts  `json:"timeouts"`
	Rules    []exportRule    `json:"rules"`
	Keys     *[]exportKey    `json:"keys,omitempty"` // likewise
	Models   []exportModel   `json:"models"`
}

type exportHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type exportKey struct {
	Key     string `json:"key"`
	Enabled bool   `json:"enabled"`
}

type exportTimeouts struct {
	Connect    int `json:"connect_seconds"`
	FirstToken int `json:"first_token_seconds"`
	StreamIdle int `json:"stream_idle_seconds"`
	Reply      int `json:"reply_seconds"`
}

type exportRule struct {
	StatusFrom      int    `json:"status_from"`
	StatusTo        int    `json:"status_to"`
	Text            string `json:"text"`
	Regex           bool   `json:"regex"`
	Action          string `json:"action"`
	CooldownSeconds int    `json:"cooldown_seconds"`
}

type exportModel struct {
	ID               string   `json:"id"`
	Enabled          bool     `json:"enabled"`
	InputPrice       *float64 `json:"input_price"`
	OutputPrice      *float64 `json:"output_price"`
	CachedInputPrice *float64 `json:"cached_input_price"`
	CallPrice        *float64 `json:"call_price"`
	ContextTokens    int64    `json:"context_tokens"`
}

type exportGroup struct {
	Name    string         `json:"name"`
	Policy  string         `json:"policy"`
	Enabled bool           `json:"enabled"`
	Keyless bool           `json:"keyless"`
	Rules   []exportRule   `json:"rules"`
	Members []exportMember `json:"members"`
}

type exportMember struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Priority int    `json:"priority"`
	Weight   int    `json:"weight"`
	Enabled  bool   `json:"enabled"`
}

type exportAPIKey struct {
	Name      string      `json:"name"`
	Mark      *exportMark `json:"mark,omitempty"`
	Groups    []string    `json:"groups"`
	Models    bool        `json:"models"`
	Enabled   bool        `json:"enabled"`
	ExpiresAt *string     `json:"expires_at"`
}

type exportMark struct {
	Hash     string          `json:"hash"`
	Prefix   string          `json:"prefix"`
	LastFour string          `json:"last_four"`
	Previous *exportPrevious `json:"previous"`
}

type exportPrevious struct {
	Hash     string  `json:"hash"`
	LastFour string  `json:"last_four"`
	Until    *string `json:"until"`
}

type exportKeyword struct {
	Keyword     string   `json:"keyword"`
	Regex       bool     `json:"regex"`
	Scope       string   `json:"scope"`
	Groups      []string `json:"groups"`
	Description string   `json:"description"`
	Enabled     bool     `json:"enabled"`
}

type exportSettings struct {
	Language string `json:"language"`
	Theme    string `json:"theme"`
	Gateway  struct {
		Address     string `json:"address"`
		StartOnOpen bool   `json:"start_on_open"`

		Names   []string `json:"names"`
		Origins []string `json:"origins"`
	} `json:"gateway"`
	Failover struct {
		Count           int `json:"count"`
		Minutes         int `json:"minutes"`
		CooldownSeconds int `json:"cooldown_seconds"`
		Attempts        int `json:"attempts"`
		BeginSeconds    int `json:"begin_seconds"`
	} `json:"failover"`
	Timeouts exportTimeouts `json:"timeouts"`
	Log      struct {
		Days     int    `json:"days"`
		Bodies   string `json:"bodies"`
		BodyDays int    `json:"body_days"`
		BodyKB   int    `json:"body_kb"`
	} `json:"log"`
	CloseToTray bool `json:"close_to_tray"`
	Notify      struct {
		Failover  bool `json:"failover"`
		Exhausted bool `json:"exhausted"`
	} `json:"notify"`
	Updates bool `json:"updates"`
}

// encode writes the file for people to read or, when it would be too large to be
// read in again, without any space. Code: export_too_large.
func (f exportFile) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil || b.Len() <= maxImport {
		return b.Bytes(), err
	}
	b.Reset()
	e.SetIndent("", "")
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	if b.Len() > maxImport {
		return nil, apperr.New("export_too_large", "MaxMiB", maxImport>>20)
	}
	return b.Bytes(), nil
}

func (c *Configuration) document(now time.Time, secrets bool) exportFile {
	f := exportFile{
		Version: importVersion, Providers: []exportProvider{}, Groups: []exportGroup{},
		APIKeys: []exportAPIKey{}, Keywords: []exportKeyword{}, Settings: settingsDocument(c.Settings),
	}
	names := map[int64]string{} // of groups
	for _, g := range sortedBy(c.Groups, func(g Group) string { return g.Name }) {
		names[g.ID] = g.Name
		f.Groups = append(f.Groups, groupDocument(g))
	}
	for _, p := range sortedBy(c.Providers, func(p Provider) string { return p.Name }) {
		f.Providers = append(f.Providers, providerDocument(p, secrets))
	}
	for _, k := range sortedBy(c.APIKeys, func(k APIKey) string { return k.Name }) {
		if secrets || k.ExpiresAt == 0 || k.ExpiresAt > now.UnixMilli() {
			f.APIKeys = append(f.APIKeys, apiKeyDocument(k, names, now, secrets))
		}
	}
	for _, k := range sortedBy(c.Keywords, func(k Keyword) string { return k.Text }) {
		f.Keywords = append(f.Keywords, exportKeyword{
			Keyword: k.Text, Regex: k.Regex, Scope: k.Scope, Groups: namesOf(k.GroupIDs, names),
			Description: k.Description, Enabled: k.Enabled,
		})
	}
	return f
}

func sortedBy[T any](list []T, name func(T) string) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return byName(name(a), name(b)) })
	return list
}

func namesOf(ids []int64, names map[int64]string) []string {
	list := []string{}
	for _, id := range ids {
		list = append(list, names[id])
	}
	slices.SortFunc(list, byName)
	return list
}

func providerDocument(p Provider, secrets bool) exportProvider {
	out := exportProvider{
		Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Enabled: p.Enabled, Proxy: p.Proxy,
		Timeouts: timeoutsDocument(p.Timeouts), Rules: rulesDocument(p.Rules), Models: []exportModel{},
	}
	headers, isWhole := []exportHeader{}, true
	for _, h := range p.Headers {
		headers = append(headers, exportHeader{h.Name, h.text()})
		isWhole = isWhole && (secrets || !h.IsSecret())
	}
	if isWhole {
		out.Headers = &headers
	}
	if secrets {
		keys := []exportKey{}
		for _, k := range p.Keys {
			keys = append(keys, exportKey{k.Secret.Reveal(), k.Enabled})
		}
		out.Keys = &keys
	}
	for _, m := range sortedBy(p.Models, func(m Model) string { return m.Name }) {
		out.Models = append(out.Models, exportModel{
			ID: m.Name, Enabled: m.Enabled, InputPrice: m.InputPrice, OutputPrice: m.OutputPrice,
			CachedInputPrice: m.CachedInputPrice, CallPrice: m.CallPrice, ContextTokens: m.ContextTokens,
		})
	}
	return out
}

func groupDocument(g Group) exportGroup {
	out := exportGroup{
		Name: g.Name, Policy: g.Policy, Enabled: g.Enabled, Keyless: g.Keyless, Rules: rulesDocument(g.Rules), Members: []exportMember{},
	}
	for _, m := range g.Members {
		out.Members = append(out.Members, exportMember{
			Provider: m.Provider, Model: m.Model, Priority: m.Priority, Weight: m.Weight, Enabled: m.Enabled,
		})
	}
	return out
}

func apiKeyDocument(k APIKey, groups map[int64]string, now time.Time, secrets bool) exportAPIKey {
	out := exportAPIKey{Name: k.Name, Groups: namesOf(k.GroupIDs, groups), Models: k.Models, Enabled: k.Enabled, ExpiresAt: momentText(k.ExpiresAt)}
	if !secrets {
		return out
	}
	out.Mark = &exportMark{Hash: hex.EncodeToString(k.Hash), Prefix: k.Prefix, LastFour: k.LastFour}
	if !k.graceOver(now) {
		out.Mark.Previous = &exportPrevious{
			Hash: hex.EncodeToString(k.PreviousHash), LastFour: k.PreviousLastFour, Until: momentText(k.PreviousUntil),
		}
	}
	return out
}

// momentText is what reader.moment reads; null is never.
func momentText(at int64) *string {
	if at == 0 {
		return nil
	}
	text := time.UnixMilli(at).UTC().Format(time.RFC3339Nano)
	return &text
}

func rulesDocument(rules []Rule) []exportRule {
	out := []exportRule{}
	for _, r := range rules {
		out = append(out, exportRule(r))
	}
	return out
}

func timeoutsDocument(t Timeouts) exportTimeouts {
	return exportTimeouts{t.ConnectSeconds, t.FirstTokenSeconds, t.StreamIdleSeconds, t.ReplySeconds}
}

func settingsDocument(s settings.Settings) exportSettings {
	out := exportSettings{
		Language: s.Language, Theme: string(s.Theme), Timeouts: timeoutsDocument(Timeouts(s.Timeouts)), CloseToTray: s.CloseToTray,
		Updates: s.Updates,
	}
	out.Gateway.Address, out.Gateway.StartOnOpen = s.Gateway.Address, s.Gateway.StartOnOpen
	out.Gateway.Names, out.Gateway.Origins = s.Gateway.Names, s.Gateway.Origins
	out.Failover.Count, out.Failover.Minutes = s.Failover.Count, s.Failover.Minutes
	out.Failover.CooldownSeconds = s.Failover.CooldownSeconds
	out.Failover.Attempts, out.Failover.BeginSeconds = s.Failover.Attempts, s.Failover.BeginSeconds
	out.Log.Days, out.Log.Bodies = s.Log.Days, string(s.Log.Bodies)
	out.Log.BodyDays, out.Log.BodyKB = s.Log.BodyDays, s.Log.BodyKB
	out.Notify.Failover, out.Notify.Exhausted = s.Notify.Failover, s.Notify.Exhausted
	return out
}
