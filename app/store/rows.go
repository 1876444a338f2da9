package store

import (
	"headgate/app/catalog"
	"headgate/app/secret"
)

// The rows, as the migrations made the tables. Nothing outside this package
// sees them.

type providerRow struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	Dialect   string
	BaseURL   string
	Enabled   bool
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	UpdatedAt int64 `gorm:"autoUpdateTime:false"`

	Proxy             string
	ConnectSeconds    int
	FirstTokenSeconds int
	StreamIdleSeconds int
	ReplySeconds      int
	Rules             ruleList
}

type providerHeaderRow struct {
	ProviderID int64 `gorm:"primaryKey;autoIncrement:false"`
	Position   int   `gorm:"primaryKey;autoIncrement:false"`
	Name       string
	Value      string // of one that is no secret
	Sealed     []byte // the value of one that may be; nil: none is
}

type providerKeyRow struct {
	ID         int64 `gorm:"primaryKey"`
	ProviderID int64
	Position   int
	Enabled    bool
	Secret     []byte // sealed
}

type modelRow struct {
	ID               int64 `gorm:"primaryKey"`
	ProviderID       int64
	Name             string
	Enabled          bool
	InputPrice       *float64
	OutputPrice      *float64
	CachedInputPrice *float64
	CallPrice        *float64
	ContextTokens    int64
}

type groupRow struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	Policy    string
	Enabled   bool
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	UpdatedAt int64 `gorm:"autoUpdateTime:false"`
	Rules     ruleList
	Keyless   bool
}

type memberRow struct {
	ID       int64 `gorm:"primaryKey"`
	GroupID  int64
	ModelID  int64
	Priority int
	Weight   int
	Enabled  bool
}

type apiKeyRow struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	Hash      []byte
	Prefix    string
	LastFour  string
	Enabled   bool
	ExpiresAt int64
	CreatedAt int64 `gorm:"autoCreateTime:false"`

	PreviousHash     []byte
	PreviousLastFour string
	PreviousUntil    int64

	Models bool
}

type apiKeyGroupRow struct {
	APIKeyID int64 `gorm:"column:api_key_id;primaryKey;autoIncrement:false"`
	GroupID  int64 `gorm:"primaryKey;autoIncrement:false"`
}

type keywordRow struct {
	ID          int64 `gorm:"primaryKey"`
	Text        string
	Regex       bool
	Scope       string
	Description string
	Enabled     bool
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
}

type keywordGroupRow struct {
	KeywordID int64 `gorm:"primaryKey;autoIncrement:false"`
	GroupID   int64 `gorm:"primaryKey;autoIncrement:false"`
}

type settingsRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Document string
}

type adminRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Username string
	Hash     string
}

func (providerRow) TableName() string       { return "providers" }
func (providerHeaderRow) TableName() string { return "provider_headers" }
func (providerKeyRow) TableName() string    { return "provider_keys" }
func (modelRow) TableName() string          { return "models" }
func (groupRow) TableName() string          { return "groups" }
func (memberRow) TableName() string         { return "members" }
func (apiKeyRow) TableName() string         { return "api_keys" }
func (apiKeyGroupRow) TableName() string    { return "api_key_groups" }
func (keywordRow) TableName() string        { return "keywords" }
func (keywordGroupRow) TableName() string   { return "keyword_groups" }
func (settingsRow) TableName() string       { return "settings" }
func (adminRow) TableName() string          { return "admin" }

func (r providerRow) domain() catalog.Provider {
	return catalog.Provider{
		ID: r.ID, Name: r.Name, Dialect: r.Dialect, BaseURL: r.BaseURL, Enabled: r.Enabled,
		Headers: []catalog.Header{}, Keys: []catalog.ProviderKey{}, Models: []catalog.Model{},
		Proxy: r.Proxy, Timeouts: catalog.Timeouts{
			ConnectSeconds: r.ConnectSeconds, FirstTokenSeconds: r.FirstTokenSeconds,
			StreamIdleSeconds: r.StreamIdleSeconds, ReplySeconds: r.ReplySeconds,
		},
		Rules:     r.Rules.list(),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

func rowOfProvider(p catalog.Provider) providerRow {
	return providerRow{
		ID: p.ID, Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Enabled: p.Enabled,
		Proxy: p.Proxy, ConnectSeconds: p.Timeouts.ConnectSeconds, FirstTokenSeconds: p.Timeouts.FirstTokenSeconds,
		StreamIdleSeconds: p.Timeouts.StreamIdleSeconds, ReplySeconds: p.Timeouts.ReplySeconds,
		Rules: p.Rules, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
}

func (r providerKeyRow) domain(clear secret.Value) catalog.ProviderKey {
	return catalog.ProviderKey{ID: r.ID, Hint: clear.Hint(), Enabled: r.Enabled, Secret: clear}
}

func (r modelRow) domain() catalog.Model {
	return catalog.Model{
		ID: r.ID, ProviderID: r.ProviderID, Name: r.Name, Enabled: r.Enabled,
		InputPrice: r.InputPrice, OutputPrice: r.OutputPrice,
		CachedInputPrice: r.CachedInputPrice, CallPrice: r.CallPrice,
		ContextTokens: r.ContextTokens,
	}
}

func rowOfModel(m catalog.Model) modelRow {
	return modelRow{
		ID: m.ID, ProviderID: m.ProviderID, Name: m.Name, Enabled: m.Enabled,
		InputPrice: m.InputPrice, OutputPrice: m.OutputPrice,
		CachedInputPrice: m.CachedInputPrice, CallPrice: m.CallPrice,
		ContextTokens: m.ContextTokens,
	}
}

func (r groupRow) domain() catalog.Group {
	return catalog.Group{
		ID: r.ID, Name: r.Name, Policy: r.Policy, Enabled: r.Enabled,
		Members: []catalog.Member{}, Rules: r.Rules.list(), Keyless: r.Keyless, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

func rowOfGroup(g catalog.Group) groupRow {
	return groupRow{
		ID: g.ID, Name: g.Name, Policy: g.Policy, Enabled: g.Enabled,
		Rules: g.Rules, Keyless: g.Keyless, CreatedAt: g.CreatedAt, UpdatedAt: g.UpdatedAt,
	}
}

func rowOfMember(group int64, m catalog.Member) memberRow {
	return memberRow{
		ID: m.ID, GroupID: group, ModelID: m.ModelID,
		Priority: m.Priority, Weight: m.Weight, Enabled: m.Enabled,
	}
}

func (r apiKeyRow) domain() catalog.APIKey {
	return catalog.APIKey{
		ID: r.ID, Name: r.Name, Prefix: r.Prefix, LastFour: r.LastFour, GroupIDs: []int64{},
		Models: r.Models, Enabled: r.Enabled, ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt, Hash: r.Hash,
		PreviousHash: r.PreviousHash, PreviousLastFour: r.PreviousLastFour, PreviousUntil: r.PreviousUntil,
	}
}

func rowOfAPIKey(k catalog.APIKey) apiKeyRow {
	return apiKeyRow{
		ID: k.ID, Name: k.Name, Hash: k.Hash, Prefix: k.Prefix, LastFour: k.LastFour,
		Models: k.Models, Enabled: k.Enabled, ExpiresAt: k.ExpiresAt, CreatedAt: k.CreatedAt,
		PreviousHash: k.PreviousHash, PreviousLastFour: k.PreviousLastFour, PreviousUntil: k.PreviousUntil,
	}
}

func (r keywordRow) domain() catalog.Keyword {
	return catalog.Keyword{
		ID: r.ID, Text: r.Text, Regex: r.Regex, Scope: r.Scope, GroupIDs: []int64{},
		Description: r.Description, Enabled: r.Enabled, CreatedAt: r.CreatedAt,
	}
}

func rowOfKeyword(k catalog.Keyword) keywordRow {
	return keywordRow{
		ID: k.ID, Text: k.Text, Regex: k.Regex, Scope: k.Scope,
		Description: k.Description, Enabled: k.Enabled, CreatedAt: k.CreatedAt,
	}
}
