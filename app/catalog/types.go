package catalog

import "headgate/app/secret"

// The types below are also the window's: times are Unix milliseconds, prices
// US dollars, and a null price is unknown, which differs from zero.

// Provider is an upstream account.
type Provider struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	Dialect   string        `json:"dialect"`
	BaseURL   string        `json:"baseUrl"`
	Enabled   bool          `json:"enabled"`
	Headers   []Header      `json:"headers"`
	Keys      []ProviderKey `json:"keys"`
	Models    []Model       `json:"models"`
	CreatedAt int64         `json:"createdAt"`
	UpdatedAt int64         `json:"updatedAt"`
}

// Header is sent with every request to a provider.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ProviderKey is one credential of a provider.
type ProviderKey struct {
	ID      int64        `json:"id"`
	Hint    string       `json:"hint"` // safe to show
	Enabled bool         `json:"enabled"`
	Secret  secret.Value `json:"-"`
}

// Model is a model that a provider serves.
type Model struct {
	ID               int64    `json:"id"`
	ProviderID       int64    `json:"providerId"`
	Name             string   `json:"name"` // the upstream id
	Enabled          bool     `json:"enabled"`
	InputPrice       *float64 `json:"inputPrice"`       // per million tokens
	OutputPrice      *float64 `json:"outputPrice"`      // per million tokens
	CachedInputPrice *float64 `json:"cachedInputPrice"` // per million tokens; null: as input
	CallPrice        *float64 `json:"callPrice"`        // per call; replaces the token prices
	ContextTokens    int64    `json:"contextTokens"`    // 0: unknown
}

// Group is a virtual model: the name that clients put into "model".
type Group struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	Policy    string   `json:"policy"`
	Enabled   bool     `json:"enabled"`
	Members   []Member `json:"members"` // by priority, then id
	CreatedAt int64    `json:"createdAt"`
	UpdatedAt int64    `json:"updatedAt"`
}

// Member is a provider's model inside a group. The names are there for reading;
// a save goes by ModelID.
type Member struct {
	ID         int64  `json:"id"`
	ModelID    int64  `json:"modelId"`
	ProviderID int64  `json:"providerId"`
	Provider   string `json:"provider"`
	Model      string `json:"model"`
	Priority   int    `json:"priority"` // lowest number first
	Weight     int    `json:"weight"`   // within equal priority; at least 1
	Enabled    bool   `json:"enabled"`
}

// APIKey is a credential that Headgate issued to a local tool. The key itself
// is shown once, when made, and kept as a hash.
type APIKey struct {
	ID         int64   `json:"id"`
	Name       string  `json:"name"`
	Prefix     string  `json:"prefix"` // first characters, safe to show
	LastFour   string  `json:"lastFour"`
	GroupIDs   []int64 `json:"groupIds"`
	Enabled    bool    `json:"enabled"`
	ExpiresAt  int64   `json:"expiresAt"`  // 0: never
	LastUsedAt int64   `json:"lastUsedAt"` // 0: never
	CreatedAt  int64   `json:"createdAt"`
	Hash       []byte  `json:"-"` // SHA-256
}

// Keyword is a failure keyword.
type Keyword struct {
	ID          int64  `json:"id"`
	Text        string `json:"text"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	CreatedAt   int64  `json:"createdAt"`
}

// ProviderInput creates (ID 0) or changes a provider. Its models are saved by
// themselves.
type ProviderInput struct {
	ID      int64              `json:"id"`
	Name    string             `json:"name"`
	Dialect string             `json:"dialect"`
	BaseURL string             `json:"baseUrl"`
	Enabled bool               `json:"enabled"`
	Headers []Header           `json:"headers"`
	Keys    []ProviderKeyInput `json:"keys"` // the whole pool; what is left out is removed
}

// ProviderKeyInput keeps a stored key (ID set, Secret empty), replaces it (both
// set) or adds one (ID 0).
type ProviderKeyInput struct {
	ID      int64  `json:"id"`
	Secret  string `json:"secret"`
	Enabled bool   `json:"enabled"`
}

// GroupInput creates (ID 0) or changes a group with all its members.
type GroupInput struct {
	ID      int64         `json:"id"`
	Name    string        `json:"name"`
	Policy  string        `json:"policy"`
	Enabled bool          `json:"enabled"`
	Members []MemberInput `json:"members"`
}

// MemberInput is one member of a GroupInput; a known ID keeps its health.
type MemberInput struct {
	ID       int64 `json:"id"`
	ModelID  int64 `json:"modelId"`
	Priority int   `json:"priority"`
	Weight   int   `json:"weight"`
	Enabled  bool  `json:"enabled"`
}

// APIKeyInput creates (ID 0) or changes an API key.
type APIKeyInput struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	GroupIDs  []int64 `json:"groupIds"`
	Enabled   bool    `json:"enabled"`
	ExpiresAt int64   `json:"expiresAt"` // 0: never
	Key       string  `json:"key"`       // a key to bring along; "" makes one. Only on create
}

// NewAPIKey is a created API key with its text, which is not to be had again.
type NewAPIKey struct {
	APIKey APIKey `json:"apiKey"`
	Key    string `json:"key"`
}

// ProbeResult is what a test connection found.
type ProbeResult struct {
	OK        bool     `json:"ok"`
	Status    int      `json:"status"`  // the upstream's; 0: no reply
	Class     string   `json:"class"`   // as in the call log
	Reason    string   `json:"reason"`  // a stable code
	Message   string   `json:"message"` // the upstream's words, without secrets
	LatencyMS int64    `json:"latencyMs"`
	Models    []string `json:"models"` // upstream ids, when it lists them
}

// MemberHealth is the running state of one member.
type MemberHealth struct {
	MemberID      int64  `json:"memberId"`
	Failures      int    `json:"failures"`      // within the threshold's window
	CooldownUntil int64  `json:"cooldownUntil"` // 0: not cooling down
	Class         string `json:"class"`         // of the last failure; "": none
	Reason        string `json:"reason"`
	LastFailureAt int64  `json:"lastFailureAt"` // 0: none
}
