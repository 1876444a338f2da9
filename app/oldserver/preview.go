package oldserver

import (
	"fmt"

	"headgate/app/catalog"
)

// The types below are also the window's: times are Unix milliseconds, prices
// US dollars, and a null price is unknown. No secret is in them.

// Preview is what a move makes of an old database.
type Preview struct {
	Providers []Provider `json:"providers"`
	Groups    []Group    `json:"groups"`
	APIKeys   []APIKey   `json:"apiKeys"`
	Keywords  []Keyword  `json:"keywords"`
	Failover  Failover   `json:"failover"`
	Calls     Calls      `json:"calls"`
	Oddities  []Oddity   `json:"oddities"`

	// Report is what the move changes, object by object.
	Report catalog.Report `json:"-"`
}

// Provider is what rows with one endpoint and key become.
type Provider struct {
	Name    string   `json:"name"`
	BaseURL string   `json:"baseUrl"`
	KeyHint string   `json:"keyHint"` // "": it has no key
	Known   bool     `json:"known"`   // it is there already, under this name
	Rows    []string `json:"rows"`    // the old names
	Models  []Model  `json:"models"`
}

// Model is a model of a Provider.
type Model struct {
	Name       string   `json:"name"`
	Enabled    bool     `json:"enabled"`
	TokenPrice *float64 `json:"tokenPrice"` // per million tokens, input as output
	CallPrice  *float64 `json:"callPrice"`
	Known      bool     `json:"known"`
}

// Group is a group with the members that it gets.
type Group struct {
	Name    string   `json:"name"`
	Known   bool     `json:"known"`
	Members []Member `json:"members"`
}

// Member is a provider's model inside a group.
type Member struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Priority int64  `json:"priority"`
	Enabled  bool   `json:"enabled"`
	Known    bool   `json:"known"`
}

// APIKey is a key that goes on working.
type APIKey struct {
	Name    string   `json:"name"`
	Hint    string   `json:"hint"`
	Enabled bool     `json:"enabled"`
	Known   bool     `json:"known"`
	Groups  []string `json:"groups"`
}

// Keyword is a failure keyword.
type Keyword struct {
	Text        string `json:"text"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	Known       bool   `json:"known"`
}

// Failover is what becomes of the failover settings; null leaves one alone.
type Failover struct {
	Count   *int64 `json:"count"`
	Minutes *int64 `json:"minutes"`
}

// Calls is what the old call log holds.
type Calls struct {
	Count int64 `json:"count"`
	First int64 `json:"first"` // when the first began; 0: there is none
	Last  int64 `json:"last"`
	// KeepDays is for how long Headgate's call log keeps calls when that is too
	// short for these: bringing them along sets it to keep calls for ever. 0: it
	// is long enough.
	KeepDays int `json:"keepDays"`
}

// Oddity is something in the old database that was left out, mended or should
// be looked at. Its words are the text "oldserver.<code>", filled by Params.
type Oddity struct {
	Code   string            `json:"code"`
	Where  string            `json:"where"` // table and row, such as api_providers[17]
	Params map[string]string `json:"params"`
}

// odd notes an oddity of a row; params are alternating names and values.
func (p *Preview) odd(code, table string, row any, params ...any) {
	o := Oddity{Code: code, Where: fmt.Sprintf("%s[%v]", table, row), Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		o.Params[fmt.Sprint(params[i])] = fmt.Sprint(params[i+1])
	}
	p.Oddities = append(p.Oddities, o)
}
