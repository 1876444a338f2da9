package gateway

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"headgate/gateway/dialect"
	"headgate/gateway/http1"
)

// snapshot is a Config made ready for use: what a request needs is looked up or
// was computed here once. It never changes.
type snapshot struct {
	keys    map[[32]byte]*apiKey
	keyless *apiKey // who has no key; nil: no group is open without
	groups  map[string]*group
	byName  map[string]*group // of all that serve a model; nil: no key may name models
	models  map[int64]servedModel
	served  []*provider
	words   allWords
	members map[int64]*member
	// modelNames are those names in byName that models have.
	modelNames []string
	names      map[string]struct{} // lower case
	origins    []string
	failover   Failover
	timeouts   Timeouts
	limits     Limits
	capture    Capture
	secrets    secrets // of all providers, when bodies are captured
}

type apiKey struct {
	id        int64
	name      string
	groups    map[int64]struct{}
	expiresAt time.Time
	models    bool  // may name any model, too
	keyless   bool  // nobody's: may name the groups that are open without a key
	caller    bool  // somebody within this process, who may use all groups
	modelID   int64 // a caller's: where its call goes straight to; 0: it names a group
}

func (k *apiKey) expired(now time.Time) bool {
	return !k.expiresAt.IsZero() && !now.Before(k.expiresAt)
}

type group struct {
	id      int64
	name    string
	created time.Time
	policy  Policy
	members []*member // by priority, and among equals the one that costs less first
	ties    bool      // some have equal priority
	words   failureWords
	rules   []rule
}

type member struct {
	id          int64
	priority    int
	weight      int64 // at least 1
	provider    *provider
	model       Model
	quotedModel []byte
	shown       []string // the model's name as a header's value
	stands      fingerprint
}

type provider struct {
	id      int64
	name    string
	shown   []string // the name as a header's value
	dialect *dialect.Dialect
	keys    []*providerKey // at least one: a provider without keys has one that is empty
	headers []Header
	secrets secrets // what no error and nothing that is kept may show
	// credentials are those of them that no reply shows either: the others may be plain words.
	credentials secrets
	urls        map[dialect.Operation]*url.URL
	targets     map[dialect.Operation]*http1.Target // the same; without those that only net/http can ask

	timeouts Timeouts
	rules    []rule
	way      way
	proxy    *url.URL // nil: none
	at       place
	carrier  *carrier // set when the configuration is applied
}

type providerKey struct {
	id     int64
	secret string
	hint   string
	fields http1.Fields // of every request with it
	stands fingerprint
}

func compile(c Config) (*snapshot, error) {
	s := &snapshot{
		keys:     make(map[[32]byte]*apiKey, len(c.APIKeys)),
		groups:   make(map[string]*group, len(c.Groups)),
		models:   map[int64]servedModel{},
		members:  map[int64]*member{},
		origins:  slices.Clone(c.Origins),
		failover: c.Failover.orDefaults(),
		timeouts: c.Timeouts.orDefaults(),
		limits:   c.Limits.orDefaults(),
	}
	if err := c.checkLimits(); err != nil {
		return nil, err
	}
	if err := checkOrigins(c.Origins); err != nil {
		return nil, err
	}
	var err error
	if s.names, err = compileNames(c.Names); err != nil {
		return nil, err
	}
	providers := make(map[int64]*provider, len(c.Providers))
	for i, in := range c.Providers {
		p, err := compileProvider(in, s.timeouts)
		if err != nil {
			return nil, fmt.Errorf("providers[%d] %q: %w", i, in.Name, err)
		}
		if providers[in.ID] != nil {
			return nil, fmt.Errorf("providers[%d] %q: id %d is taken", i, in.Name, in.ID)
		}
		providers[in.ID] = p
		s.served = append(s.served, p)
		for j, m := range in.Models {
			if err := m.check(); err != nil {
				return nil, fmt.Errorf("providers[%d] %q: models[%d] %q: %w", i, in.Name, j, m.Name, err)
			}
			if _, taken := s.models[m.ID]; taken {
				return nil, fmt.Errorf("providers[%d] %q: models[%d] %q: id %d is taken", i, in.Name, j, m.Name, m.ID)
			}
			s.models[m.ID] = servedModel{m, p}
		}
	}
	if s.capture, err = c.Capture.compile(); err != nil {
		return nil, err
	}
	if s.words, err = compileKeywords(c.Keywords); err != nil {
		return nil, err
	}
	if s.capture.When != CaptureNever {
		s.secrets = s.allSecrets()
	}
	groupIDs := map[int64]struct{}{}
	for i, in := range c.Groups {
		if err := s.addGroup(in); err != nil {
			return nil, fmt.Errorf("groups[%d] %q: %w", i, in.Name, err)
		}
		if _, taken := groupIDs[in.ID]; taken {
			return nil, fmt.Errorf("groups[%d] %q: id %d is taken", i, in.Name, in.ID)
		}
		groupIDs[in.ID] = struct{}{}
	}
	for i, in := range c.APIKeys {
		if err := s.addAPIKey(in, groupIDs); err != nil {
			return nil, fmt.Errorf("api_keys[%d] %q: %w", i, in.Name, err)
		}
	}
	return s, nil
}

func (s *snapshot) allSecrets() secrets {
	var all [][]byte
	for _, p := range s.served {
		for _, f := range p.secrets {
			all = append(all, f.texts...)
		}
	}
	return secrets{newFinder(all)}
}

// servedModel is a model with the provider that serves it.
type servedModel struct {
	Model
	provider *provider
}

// member makes the model one that a plan can have.
func (m servedModel) member(id int64) *member {
	quoted, _ := json.Marshal(m.Name) // a string: can't fail
	return &member{
		id: id, provider: m.provider, model: m.Model, quotedModel: quoted, shown: headerText(m.Name),
		stands: m.provider.fingerprintOfModel(m.Name),
	}
}

func compileProvider(in Provider, general Timeouts) (*provider, error) {
	d, known := dialect.All[in.Dialect]
	if !known {
		return nil, fmt.Errorf("unknown dialect %q", in.Dialect)
	}
	base, err := url.Parse(in.BaseURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("base URL: %w", err)
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "":
		return nil, fmt.Errorf("base URL %q is not an absolute http or https URL", in.BaseURL)
	case base.User != nil:
		return nil, fmt.Errorf("base URL holds a user name or password")
	}
	p := &provider{
		id: in.ID, name: in.Name, shown: headerText(in.Name), dialect: d, headers: in.Headers,
		secrets: secretsOfProvider(in, true), credentials: secretsOfProvider(in, false),
		urls: map[dialect.Operation]*url.URL{}, targets: map[dialect.Operation]*http1.Target{},
	}
	if err := in.Timeouts.check(); err != nil {
		return nil, err
	}
	if p.proxy, err = compileProxy(in.Proxy); err != nil {
		return nil, err
	}
	if p.rules, err = compileRules(in.Rules, RuleOfProvider); err != nil {
		return nil, err
	}
	p.timeouts = in.Timeouts.or(general)
	p.way = way{connect: p.timeouts.Connect, tls: p.timeouts.TLS}
	if p.proxy != nil {
		p.way.proxy = p.proxy.String()
	}
	p.at = placeOf(base, p.proxy)
	for operation := range d.Paths {
		p.urls[operation] = endpoint(base, d, operation)
		if target, err := http1.NewTarget(p.urls[operation]); err == nil {
			p.targets[operation] = target
		}
	}
	for _, h := range in.Headers {
		if !isToken(h.Name) || !isHeaderValue(h.Value) {
			return nil, fmt.Errorf("header %q can't be sent", h.Name)
		}
	}
	for _, k := range in.Keys {
		if k.Secret == "" || !isHeaderValue(k.Secret) {
			return nil, fmt.Errorf("key %s can't be sent in a header", k.Hint)
		}
		p.keys = append(p.keys, &providerKey{
			id: k.ID, secret: k.Secret, hint: k.Hint, fields: p.fieldsFor(k.Secret),
			stands: p.fingerprintOfKey(k.ID, k.Secret),
		})
	}
	if len(p.keys) == 0 {
		p.keys = []*providerKey{{fields: p.fieldsFor("")}}
	}
	return p, nil
}

// endpoint appends the operation's path to a base URL and keeps its query.
// People also paste the whole address of an endpoint, or only that of a server.
func endpoint(base *url.URL, d *dialect.Dialect, operation dialect.Operation) *url.URL {
	u := *base
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	u.Fragment = ""
	for _, path := range d.Paths {
		u.Path = strings.TrimSuffix(u.Path, path)
	}
	if u.Path == "" {
		u.Path = d.Root
	}
	u.Path += d.Paths[operation]
	return &u
}

func (s *snapshot) addGroup(in Group) error {
	if err := checkName(in.Name); err != nil {
		return err
	}
	if s.groups[in.Name] != nil {
		return fmt.Errorf("another group has this name")
	}
	if !in.Policy.known() {
		return fmt.Errorf("unknown policy %q", in.Policy)
	}
	g := &group{id: in.ID, name: in.Name, policy: in.Policy, created: in.CreatedAt, words: s.words.of(in.ID)}
	var err error
	if g.rules, err = compileRules(in.Rules, RuleOfGroup); err != nil {
		return err
	}
	for i, m := range in.Members {
		served, there := s.models[m.ModelID]
		if !there || served.provider.id != m.ProviderID {
			return fmt.Errorf("members[%d]: provider %d has no model %d", i, m.ProviderID, m.ModelID)
		}
		if s.members[m.ID] != nil {
			return fmt.Errorf("members[%d]: id %d is taken", i, m.ID)
		}
		if m.ID < 1 {
			return fmt.Errorf("members[%d]: id %d is below 1", i, m.ID)
		}
		compiled := served.member(m.ID)
		if m.Weight < 0 || m.Weight > maxWeight {
			return fmt.Errorf("members[%d]: weight %d is not between 0 and %d", i, m.Weight, maxWeight)
		}
		compiled.priority, compiled.weight = m.Priority, int64(max(m.Weight, 1))
		s.members[m.ID] = compiled
		g.members = append(g.members, compiled)
	}
	slices.SortFunc(g.members, byPriority)
	for tier := range tiers(g.members) {
		g.ties = g.ties || len(tier) > 1
	}
	s.groups[in.Name] = g
	if in.Keyless {
		s.addKeyless(g)
	}
	return nil
}

func (s *snapshot) addAPIKey(in APIKey, groupIDs map[int64]struct{}) error {
	if s.keys[in.Hash] != nil {
		return fmt.Errorf("the same key is there twice")
	}
	k := &apiKey{id: in.ID, name: in.Name, groups: make(map[int64]struct{}, len(in.GroupIDs)), models: in.Models, expiresAt: in.ExpiresAt}
	for _, id := range in.GroupIDs {
		if _, there := groupIDs[id]; there { // a disabled group isn't
			k.groups[id] = struct{}{}
		}
	}
	s.keys[in.Hash] = k
	if k.models && s.byName == nil {
		s.addByName()
	}
	return nil
}

func (f Failover) orDefaults() Failover {
	return Failover{
		Count:       cmp.Or(f.Count, DefaultFailoverCount),
		Window:      cmp.Or(f.Window, DefaultFailoverWindow),
		Cooldown:    cmp.Or(f.Cooldown, DefaultFailoverCooldown),
		MaxCooldown: max(cmp.Or(f.MaxCooldown, DefaultFailoverMaxCooldown), f.Cooldown),
	}
}

func (t Timeouts) orDefaults() Timeouts {
	return t.or(Timeouts{
		Connect:    DefaultConnectTimeout,
		TLS:        DefaultTLSTimeout,
		FirstToken: DefaultFirstTokenTimeout,
		StreamIdle: DefaultStreamIdleTimeout,
		Reply:      DefaultReplyTimeout,
	})
}

// or fills the fields that are zero.
func (t Timeouts) or(general Timeouts) Timeouts {
	return Timeouts{
		Connect:    cmp.Or(t.Connect, general.Connect),
		TLS:        cmp.Or(t.TLS, general.TLS),
		FirstToken: cmp.Or(t.FirstToken, general.FirstToken),
		StreamIdle: cmp.Or(t.StreamIdle, general.StreamIdle),
		Reply:      cmp.Or(t.Reply, general.Reply),
	}
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Attempts:  cmp.Or(l.Attempts, DefaultAttemptLimit),
		Commit:    cmp.Or(l.Commit, DefaultCommitLimit),
		BodyBytes: cmp.Or(l.BodyBytes, DefaultBodyBytes),
	}
}

// knownKey finds the key that a request came with. A caller within this process
// needs none, nor does, for some groups, one on this machine.
func (s *snapshot) knownKey(r *http.Request, now time.Time) (*apiKey, bool) {
	if c, ok := callerOf(r.Context()); ok {
		return &apiKey{name: c.Name, caller: true, modelID: c.ModelID}, true
	}
	hash, ok := credential(r.Header)
	if !ok {
		key := s.visitor(r)
		return key, key != nil
	}
	key := s.keys[hash]
	if key == nil || key.expired(now) {
		return nil, false
	}
	return key, true
}
