package catalog

import (
	"headgate/app/apperr"
	"headgate/app/secret"
)

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
	Proxy     string        `json:"proxy"` // http, https or socks5 URL; "": none
	Timeouts  Timeouts      `json:"timeouts"`
	Rules     []Rule        `json:"rules"` // in the order in which they are asked
	Keys      []ProviderKey `json:"keys"`
	Models    []Model       `json:"models"`
	CreatedAt int64         `json:"createdAt"`
	UpdatedAt int64         `json:"updatedAt"`
}

// Timeouts are a provider's own, in seconds; 0: as in the settings.
type Timeouts struct {
	ConnectSeconds    int `json:"connectSeconds"`
	FirstTokenSeconds int `json:"firstTokenSeconds"`
	StreamIdleSeconds int `json:"streamIdleSeconds"`
	ReplySeconds      int `json:"replySeconds"`
}

// Header is sent with every request to a provider. A value that may be a secret,
// which NewHeader tells by the name, is kept sealed and never shown.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"` // "": there is none, or it may be a secret
	// Hint is safe to show in place of a value that may be a secret; "": it is
	// none. In an input without Value it says that the stored value stays.
	Hint   string       `json:"hint"`
	Secret secret.Value `json:"-"` // the value that may be a secret
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
	Rules     []Rule   `json:"rules"`   // asked in their order, before those of the providers
	Keyless   bool     `json:"keyless"` // programs on this machine need no API key
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
	Models     bool    `json:"models"` // may name any model of an enabled provider, too
	Enabled    bool    `json:"enabled"`
	ExpiresAt  int64   `json:"expiresAt"`  // 0: never
	LastUsedAt int64   `json:"lastUsedAt"` // 0: never
	CreatedAt  int64   `json:"createdAt"`
	Hash       []byte  `json:"-"` // SHA-256

	// After a rotation the key before works on until then.
	PreviousLastFour string `json:"previousLastFour"` // "": none
	PreviousUntil    int64  `json:"previousUntil"`    // 0: none
	PreviousHash     []byte `json:"-"`
}

// Keyword is a failure keyword: text or, with Regex, a regular expression of
// Go's syntax, matched in any case.
type Keyword struct {
	ID          int64   `json:"id"`
	Text        string  `json:"text"`
	Regex       bool    `json:"regex"`
	Scope       string  `json:"scope"`    // both, reply, errors
	GroupIDs    []int64 `json:"groupIds"` // where it counts; none: in all groups
	Description string  `json:"description"`
	Enabled     bool    `json:"enabled"`
	CreatedAt   int64   `json:"createdAt"`
	Hits        int64   `json:"hits"`      // calls that it failed an attempt of; only for reading
	LastHitAt   int64   `json:"lastHitAt"` // 0: never; only for reading
}

// Rule is what a person wants done about an error that an upstream answered
// with. At least one of the statuses and the text is set. The first rule of a
// list that fits decides.
type Rule struct {
	StatusFrom      int    `json:"statusFrom"` // with StatusTo 0: that one status; both 0: any
	StatusTo        int    `json:"statusTo"`
	Text            string `json:"text"` // in the error's message or the body, in any case; "": any
	Regex           bool   `json:"regex"`
	Action          string `json:"action"`          // stop, next, count, cooldown
	CooldownSeconds int    `json:"cooldownSeconds"` // of cooldown, 1 to 86400; else 0
}

// RuleTest is what a list of rules does with an answer.
type RuleTest struct {
	Number int `json:"number"` // of the rule that decides, from 1; 0: none does
}

// KeywordTest is what a keyword finds in a text.
type KeywordTest struct {
	// Parts are the text cut where matches begin and end: every second part,
	// from the second on, is a match.
	Parts []string `json:"parts"`
}

// ProviderInput creates (ID 0) or changes a provider. Its models are saved by
// themselves.
type ProviderInput struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Dialect string   `json:"dialect"`
	BaseURL string   `json:"baseUrl"`
	Enabled bool     `json:"enabled"`
	Headers []Header `json:"headers"`
	Proxy   string   `json:"proxy"`
	// Timeouts of the provider alone; 0: as in the settings.
	Timeouts Timeouts           `json:"timeouts"`
	Rules    []Rule             `json:"rules"`
	Keys     []ProviderKeyInput `json:"keys"` // the whole pool; what is left out is removed
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
	Rules   []Rule        `json:"rules"`
	Keyless bool          `json:"keyless"`
}

// MemberInput is one member of a GroupInput. It is known by its model: one that
// is a member already keeps its ID, whatever is given here, and so its health.
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
	Models    bool    `json:"models"` // may name any model of an enabled provider, too
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
	PinnedUntil   int64  `json:"pinnedUntil"`   // it comes first in its group until then; 0: by its own order
	Trial         bool   `json:"trial"`         // its cooldown is over, and no call has shown yet whether its trouble is
	Probing       bool   `json:"probing"`       // on trial, and one call is finding out
	Class         string `json:"class"`         // of the last failure; "": none
	Reason        string `json:"reason"`
	Message       string `json:"message"`       // in English, without secrets
	LastFailureAt int64  `json:"lastFailureAt"` // 0: none
}

// KeyHealth is the running state of one provider key.
type KeyHealth struct {
	ProviderKeyID int64  `json:"providerKeyId"`
	CooldownUntil int64  `json:"cooldownUntil"` // 0: not cooling down
	Limited       int    `json:"limited"`       // members on which it is passed over because of a rate limit
	LastFailureAt int64  `json:"lastFailureAt"` // 0: none
	LastUsedAt    int64  `json:"lastUsedAt"`    // 0: not since the start
	Class         string `json:"class"`
	Reason        string `json:"reason"`
	Message       string `json:"message"`
}

// KeyPlace is where a provider key is kept, and what hangs on it.
type KeyPlace struct {
	KeyID      int64    `json:"keyId"`
	Hint       string   `json:"hint"`
	ProviderID int64    `json:"providerId"`
	Provider   string   `json:"provider"`
	Last       bool     `json:"last"`   // without it the provider goes too, with all that follows
	Models     int      `json:"models"` // that the provider serves
	Groups     []string `json:"groups"` // in which they are members
}

// RemovedKeys is what went with provider keys.
type RemovedKeys struct {
	Keys      int `json:"keys"`
	Providers int `json:"providers"`
	Models    int `json:"models"`
	Members   int `json:"members"`
}

// Prospect is what awaits one member if a call came now.
type Prospect struct {
	MemberID  int64    `json:"memberId"`
	Turn      int      `json:"turn"`      // 1: it would answer; 2: next if that fails; 0: passed over
	Reason    string   `json:"reason"`    // the text "plan.<reason>"
	KeyHint   string   `json:"keyHint"`   // of the key that it would be tried with
	Until     int64    `json:"until"`     // when one that is passed over can be tried again; 0: that depends
	Share     *float64 `json:"share"`     // how often it comes first among its equals; null: not drawn
	LatencyMS *float64 `json:"latencyMs"` // what it is ordered by; null: not by that, or not measured
}

// Why a member that the engine doesn't even have is passed over.
const (
	ProspectGroupOff    = "group_off"
	ProspectMemberOff   = "member_off"
	ProspectModelOff    = "model_off"
	ProspectProviderOff = "provider_off"
	ProspectKeysOff     = "keys_off"
)

// ModelListing is what a provider says that it serves, beside what is known.
type ModelListing struct {
	Probe    ProbeResult   `json:"probe"`    // not OK: why there is no list
	Models   []ListedModel `json:"models"`   // by name
	Vanished []Model       `json:"vanished"` // stored ones that the provider doesn't list any more
}

// ListedModel is a model that a provider lists.
type ListedModel struct {
	Name             string   `json:"name"`
	KnownID          int64    `json:"knownId"` // of the stored model; 0: it is new
	ContextTokens    int64    `json:"contextTokens"`
	InputPrice       *float64 `json:"inputPrice"`
	OutputPrice      *float64 `json:"outputPrice"`
	CachedInputPrice *float64 `json:"cachedInputPrice"`
	CallPrice        *float64 `json:"callPrice"`
	PriceSource      string   `json:"priceSource"` // provider, table, or "": not known
}

// ModelImport adds models to a provider, all or none.
type ModelImport struct {
	Provider ProviderInput `json:"provider"` // ID 0 creates it; else it is left as it is
	Models   []ModelToAdd  `json:"models"`
	Remove   []int64       `json:"remove"` // stored models that go, with their memberships
}

// ModelToAdd is a model to add, or with a known name one to change: it gets what
// is given here, and a null price is unknown afterwards.
type ModelToAdd struct {
	Name             string   `json:"name"`
	Alias            string   `json:"alias"` // name of the group that it joins, made when missing; "": none
	ContextTokens    int64    `json:"contextTokens"`
	InputPrice       *float64 `json:"inputPrice"`
	OutputPrice      *float64 `json:"outputPrice"`
	CachedInputPrice *float64 `json:"cachedInputPrice"`
	CallPrice        *float64 `json:"callPrice"`
}

// ModelImportProgress is how far an import of models is. Done, with neither
// Error nor Canceled, means that all of it is in.
type ModelImportProgress struct {
	Total        int           `json:"total"`
	Count        int           `json:"count"`
	Done         bool          `json:"done"`
	Canceled     bool          `json:"canceled"` // nothing was changed
	Error        *apperr.Error `json:"error"`    // nothing was changed
	ProviderID   int64         `json:"providerId"`
	Added        int           `json:"added"`
	Changed      int           `json:"changed"`
	Unchanged    int           `json:"unchanged"`
	Removed      int           `json:"removed"`
	GroupsMade   int           `json:"groupsMade"`
	MembersAdded int           `json:"membersAdded"`
}
