package catalog

import (
	"strings"

	"headgate/app/apperr"
)

// importFile is a declarative configuration as it stands in a file.
type importFile struct {
	providers []providerEntry
	groups    []groupEntry
	apiKeys   []apiKeyEntry
	keywords  []keywordEntry
	settings  optional[settingsEntry]
}

type providerEntry struct {
	path     string
	name     string
	dialect  optional[string]
	baseURL  optional[string]
	enabled  optional[bool]
	headers  optional[[]Header]
	proxy    optional[string]
	timeouts optional[timeoutsEntry]
	rules    optional[[]Rule]
	keys     optional[[]providerKeyEntry]
	models   []modelEntry
}

// timeoutsEntry is a provider's own timeouts, or the settings'.
type timeoutsEntry struct {
	connect, firstToken, streamIdle, reply optional[int64]
}

// providerKeyEntry is the text of a key, or an object with its switch.
type providerKeyEntry struct {
	text    string
	enabled optional[bool]
}

type modelEntry struct {
	path             string
	name             string
	enabled          optional[bool]
	inputPrice       optional[*float64]
	outputPrice      optional[*float64]
	cachedInputPrice optional[*float64]
	callPrice        optional[*float64]
	contextTokens    optional[int64]
}

type groupEntry struct {
	path    string
	name    string
	policy  optional[string]
	enabled optional[bool]
	keyless optional[bool]
	rules   optional[[]Rule]
	members optional[[]memberEntry]
}

type memberEntry struct {
	path     string
	provider string
	model    string
	priority optional[int64]
	weight   optional[int64]
	enabled  optional[bool]
}

type apiKeyEntry struct {
	path      string
	name      string
	key       optional[string]
	mark      optional[apiKeyMark]
	groups    optional[[]reference]
	models    optional[bool]
	enabled   optional[bool]
	expiresAt optional[int64]
}

// reference names another object.
type reference struct{ path, name string }

type keywordEntry struct {
	path        string
	text        string
	regex       bool
	scope       optional[string]
	groups      optional[[]reference]
	description optional[string]
	enabled     optional[bool]
}

// importVersion is the form of the file that is read.
const importVersion = 1

// readImport reads a file without looking at what is configured already.
// Codes: those of parseImport, import_version_unknown, import_field_unknown,
// import_field_invalid, import_field_missing, import_name_repeated.
func readImport(text []byte) (importFile, error) {
	var f importFile
	root, err := parseImport(text)
	if err != nil {
		return f, err
	}
	r := &reader{}
	if r.is(root, kindObject) {
		// First: another version may well have other fields.
		if version := r.integer(r.required(root, "version")); r.err == nil && version != importVersion {
			return f, apperr.New("import_version_unknown", "Version", version, "Known", importVersion)
		}
	}
	r.known(root, "version", "providers", "groups", "api_keys", "failure_keywords", "settings")
	seen := names{}
	for _, n := range r.entries(root, "providers") {
		e := r.provider(n)
		seen.add(r, "provider", e.name, n.path+".name")
		f.providers = append(f.providers, e)
	}
	for _, n := range r.entries(root, "groups") {
		e := r.group(n)
		seen.add(r, "group", e.name, n.path+".name")
		f.groups = append(f.groups, e)
	}
	for _, n := range r.entries(root, "api_keys") {
		e := r.apiKey(n)
		seen.add(r, "api key", e.name, n.path+".name")
		f.apiKeys = append(f.apiKeys, e)
	}
	for _, n := range r.entries(root, "failure_keywords") {
		e := r.keyword(n)
		if e.regex { // where case means something
			seen.add(r, "expression", e.text, n.path+".keyword")
		} else {
			seen.add(r, "keyword", strings.ToLower(e.text), n.path+".keyword")
		}
		f.keywords = append(f.keywords, e)
	}
	f.settings = field(root, "settings", r.settings)
	f.settings.set = len(root.fields["settings"].fields) > 0
	return f, r.err
}

// names finds the second entry of a name.
type names map[[2]string]bool

func (s names) add(r *reader, kind, name, path string) {
	if s[[2]string{kind, name}] {
		r.fail("import_name_repeated", "Path", path, "Name", name)
	}
	s[[2]string{kind, name}] = true
}

// entries returns the objects of a list that may be left out.
func (r *reader) entries(n node, name string) []node {
	list, ok := n.fields[name]
	if !ok {
		return nil
	}
	return r.items(list)
}

// name returns a required name as the catalog will keep it.
func (r *reader) name(n node, field string) string {
	return strings.TrimSpace(r.text(r.required(n, field)))
}

func (r *reader) provider(n node) providerEntry {
	r.known(n, "name", "dialect", "base_url", "enabled", "headers", "proxy", "timeouts", "rules", "keys", "models")
	e := providerEntry{
		path:     n.path,
		name:     r.name(n, "name"),
		dialect:  field(n, "dialect", r.text),
		baseURL:  field(n, "base_url", r.text),
		enabled:  field(n, "enabled", r.truth),
		headers:  field(n, "headers", r.headers),
		proxy:    field(n, "proxy", r.text),
		timeouts: field(n, "timeouts", r.timeouts),
		rules:    field(n, "rules", r.rules),
		keys:     field(n, "keys", r.providerKeys),
	}
	seen := names{}
	for _, m := range r.entries(n, "models") {
		entry := r.model(m)
		seen.add(r, "model", entry.name, m.path+".id")
		e.models = append(e.models, entry)
	}
	return e
}

func (r *reader) providerKeys(n node) []providerKeyEntry {
	var list []providerKeyEntry
	for _, item := range r.items(n) {
		if item.kind == kindString {
			list = append(list, providerKeyEntry{text: r.text(item)})
			continue
		}
		r.known(item, "key", "enabled")
		list = append(list, providerKeyEntry{
			text: r.text(r.required(item, "key")), enabled: field(item, "enabled", r.truth),
		})
	}
	return list
}

func (r *reader) timeouts(n node) timeoutsEntry {
	r.known(n, "connect_seconds", "first_token_seconds", "stream_idle_seconds", "reply_seconds")
	return timeoutsEntry{
		connect:    field(n, "connect_seconds", r.integer),
		firstToken: field(n, "first_token_seconds", r.integer),
		streamIdle: field(n, "stream_idle_seconds", r.integer),
		reply:      field(n, "reply_seconds", r.integer),
	}
}

func (r *reader) rules(n node) []Rule {
	list := []Rule{}
	for _, item := range r.items(n) {
		r.known(item, "status_from", "status_to", "text", "regex", "action", "cooldown_seconds")
		list = append(list, Rule{
			StatusFrom:      int(field(item, "status_from", r.integer).value),
			StatusTo:        int(field(item, "status_to", r.integer).value),
			Text:            field(item, "text", r.text).value,
			Regex:           field(item, "regex", r.truth).value,
			Action:          r.text(r.required(item, "action")),
			CooldownSeconds: int(field(item, "cooldown_seconds", r.integer).value),
		})
	}
	return list
}

func (r *reader) headers(n node) []Header {
	var list []Header
	for _, h := range r.items(n) {
		r.known(h, "name", "value")
		list = append(list, Header{Name: r.text(r.required(h, "name")), Value: r.text(r.required(h, "value"))})
	}
	return list
}

func (r *reader) model(n node) modelEntry {
	r.known(n, "id", "enabled", "input_price", "output_price", "cached_input_price", "call_price", "context_tokens")
	return modelEntry{
		path:             n.path,
		name:             r.text(r.required(n, "id")),
		enabled:          field(n, "enabled", r.truth),
		inputPrice:       field(n, "input_price", r.price),
		outputPrice:      field(n, "output_price", r.price),
		cachedInputPrice: field(n, "cached_input_price", r.price),
		callPrice:        field(n, "call_price", r.price),
		contextTokens:    field(n, "context_tokens", r.integer),
	}
}

func (r *reader) group(n node) groupEntry {
	r.known(n, "name", "policy", "enabled", "keyless", "rules", "members")
	return groupEntry{
		path:    n.path,
		name:    r.text(r.required(n, "name")),
		policy:  field(n, "policy", r.text),
		enabled: field(n, "enabled", r.truth),
		keyless: field(n, "keyless", r.truth),
		rules:   field(n, "rules", r.rules),
		members: field(n, "members", r.members),
	}
}

func (r *reader) members(n node) []memberEntry {
	var list []memberEntry
	for _, m := range r.items(n) {
		r.known(m, "provider", "model", "priority", "weight", "enabled")
		list = append(list, memberEntry{
			path:     m.path,
			provider: r.name(m, "provider"),
			model:    r.text(r.required(m, "model")),
			priority: field(m, "priority", r.integer),
			weight:   field(m, "weight", r.integer),
			enabled:  field(m, "enabled", r.truth),
		})
	}
	return list
}

func (r *reader) apiKey(n node) apiKeyEntry {
	r.known(n, "name", "key", "mark", "groups", "models", "enabled", "expires_at")
	return apiKeyEntry{
		path:      n.path,
		name:      r.name(n, "name"),
		key:       field(n, "key", r.text),
		mark:      field(n, "mark", r.apiKeyMark),
		groups:    field(n, "groups", r.references),
		models:    field(n, "models", r.truth),
		enabled:   field(n, "enabled", r.truth),
		expiresAt: field(n, "expires_at", r.moment),
	}
}

func (r *reader) references(n node) []reference {
	var list []reference
	for _, item := range r.items(n) {
		list = append(list, reference{item.path, r.text(item)})
	}
	return list
}

func (r *reader) texts(n node) []string {
	list := []string{}
	for _, item := range r.items(n) {
		list = append(list, r.text(item))
	}
	return list
}

func (r *reader) keyword(n node) keywordEntry {
	r.known(n, "keyword", "regex", "scope", "groups", "description", "enabled")
	return keywordEntry{
		path:        n.path,
		text:        r.name(n, "keyword"),
		regex:       field(n, "regex", r.truth).value,
		scope:       field(n, "scope", r.text),
		groups:      field(n, "groups", r.references),
		description: field(n, "description", r.text),
		enabled:     field(n, "enabled", r.truth),
	}
}
