package gateway

import (
	"net/netip"
	"time"
)

// Config is everything the engine needs to serve: plain data, secrets in clear.
// It is never encoded as JSON and never logged. The same Config applied twice
// changes nothing; ids are the identity that health and cooldowns are kept by.
type Config struct {
	Providers []Provider
	Groups    []Group
	APIKeys   []APIKey
	Keywords  []Keyword
	Capture   Capture
	Names     []string       // host names by which the gateway is called, beside localhost and addresses
	Origins   []string       // web origins whose pages may call, such as "https://chat.example"
	Networks  []netip.Prefix // private addresses that a guarded engine may call
	Failover  Failover
	Timeouts  Timeouts
	Limits    Limits
}

// Provider is an upstream account. Only enabled providers, keys, models and
// members appear in a Config: what is absent can't be used.
type Provider struct {
	ID      int64
	Name    string
	Dialect string // a name in the dialect table, such as "openai"
	BaseURL string // absolute http(s) URL without userinfo; the dialect appends its paths
	Keys    []ProviderKey
	Headers []Header // sent with every request to this provider
	Models  []Model
	// Proxy carries the requests to this provider: an http, https, socks5 or
	// socks5h URL without userinfo. It resolves the provider's name. "": none,
	// whatever the environment says.
	Proxy    string
	Timeouts Timeouts // zero fields: as the Config's
	Rules    []Rule   // in the order in which they are asked
}

// ProviderKey is one credential of a provider. An empty key pool is allowed:
// local servers need none.
type ProviderKey struct {
	ID     int64
	Secret string
	Hint   string // safe to show, such as "sk-a…wxyz"
}

// Header is a request header. One that is Secret is blotted out of whatever a call
// leaves behind, as keys are.
type Header struct {
	Name, Value string
	Secret      bool
}

// Model is a model that a provider serves.
type Model struct {
	ID            int64
	Name          string // the upstream id, spliced into the request
	Price         Price
	ContextTokens int64 // 0: unknown
}

// Price is in US dollars. PerCall, when set, replaces the token prices.
// A nil price is unknown, which differs from a price of zero.
type Price struct {
	InputPerMillion       *float64
	OutputPerMillion      *float64
	CachedInputPerMillion *float64 // nil: cached input costs what input costs
	PerCall               *float64
}

// Group is a virtual model: the name that clients put into "model".
type Group struct {
	ID        int64
	Name      string
	Policy    Policy
	CreatedAt time.Time
	Members   []Member
	Rules     []Rule // in the order in which they are asked, before those of the providers
	// Keyless: programs on this machine may call without an API key: over loopback,
	// under its names, and not through a proxy that says so.
	Keyless bool
}

// Policy says how the members of a group are ordered.
type Policy string

// The policies. All of them try the lowest priority number first; they differ in
// how members of equal priority are ordered. What is still equal goes by price,
// then by member id.
const (
	PolicyPriority Policy = "priority" // the lower price first
	PolicyWeighted Policy = "weighted" // drawn anew for each call, by weight
	// PolicyLeastLatency tries the one first that lately took the least time to
	// its first token or, for replies that come whole, to the reply: a mean in
	// which each new call counts a fifth. Members that have no mean yet come first,
	// as does, for one call, one that answered none for ten minutes.
	PolicyLeastLatency Policy = "least_latency"
)

// Member is a provider's model inside a group.
type Member struct {
	ID         int64
	ProviderID int64
	ModelID    int64
	Priority   int
	Weight     int // share of the first tries within equal priority; 0 counts as 1
}

// APIKey is a credential that Headgate issued to a local tool.
type APIKey struct {
	ID       int64
	Name     string
	Hash     [32]byte // SHA-256 of the key
	GroupIDs []int64
	// Models: the key may also name any model of any provider, as "model" or as
	// "provider/model". All that serve it are tried, the cheapest first. The name of
	// a group that the key may use means the group.
	Models    bool
	ExpiresAt time.Time // zero: never
}

// Keyword is a failure keyword: text or, with Regex, a regular expression of
// Go's syntax, matched in any case. In a stream, a match of an expression that
// is longer than 4 KiB may be missed, and one at the very end of what has come
// counts only once it is clear that more text doesn't change it.
type Keyword struct {
	ID       int64
	Text     string
	Regex    bool
	Scope    KeywordScope
	GroupIDs []int64 // where it counts; none: in all groups. Groups that aren't there are ignored
}

// KeywordScope is where a keyword is looked for. "" counts as ScopeBoth.
type KeywordScope string

// The scopes of keywords.
const (
	ScopeBoth   KeywordScope = "both"
	ScopeReply  KeywordScope = "reply"  // decoded text of replies
	ScopeErrors KeywordScope = "errors" // error bodies, and error frames in streams
)

// Capture says which calls are recorded with their bodies.
type Capture struct {
	When  CaptureWhen
	Bytes int // at most of a request, and as many of a reply; 0: DefaultCaptureBytes
}

// CaptureWhen is when bodies are recorded. "" counts as CaptureNever.
type CaptureWhen string

// When bodies are recorded.
const (
	CaptureNever  CaptureWhen = "never"
	CaptureErrors CaptureWhen = "errors" // of calls that did not end well, or needed more than one attempt
	CaptureAlways CaptureWhen = "always"
)

// Failover is when a member that fails is passed over, and for how long.
type Failover struct {
	Count       int           // failures within Window that start a cooldown
	Window      time.Duration // rolling
	Cooldown    time.Duration // the first; doubles up to MaxCooldown
	MaxCooldown time.Duration
}

// Timeouts bound one attempt.
type Timeouts struct {
	Connect    time.Duration
	TLS        time.Duration
	FirstToken time.Duration // streams: until the first semantic event
	StreamIdle time.Duration // streams: between semantic events
	Reply      time.Duration // non-streams: until the whole body is there
}

// Limits bound one call.
type Limits struct {
	Attempts  int           // round trips per call
	Commit    time.Duration // until the first byte goes to the client
	BodyBytes int64         // request body
}

// Defaults that hold where a Config leaves a field at zero.
const (
	DefaultFailoverCount       = 2
	DefaultFailoverWindow      = 5 * time.Minute
	DefaultFailoverCooldown    = time.Minute
	DefaultFailoverMaxCooldown = 15 * time.Minute
	DefaultConnectTimeout      = 10 * time.Second
	DefaultTLSTimeout          = 10 * time.Second
	DefaultFirstTokenTimeout   = 120 * time.Second
	DefaultStreamIdleTimeout   = 120 * time.Second
	DefaultReplyTimeout        = 600 * time.Second
	DefaultAttemptLimit        = 8
	DefaultCommitLimit         = 300 * time.Second
	DefaultBodyBytes           = 64 << 20
	DefaultCaptureBytes        = 32 << 10
)
