package oldserver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"headgate/app/catalog"
	"headgate/app/secret"
)

// How the old server billed.
const (
	perToken = "per_token"
	perCall  = "per_call"
)

const chatPath = "/chat/completions"

// account is the rows that share an endpoint and a key.
type account struct {
	baseURL string
	key     secret.Value
	rows    []row
}

// addProviders makes a provider of each account.
func (p *plan) addProviders(rows []row) {
	accounts := p.joined(p.accountsOf(rows))
	names := p.providerNames(accounts)
	for i, a := range accounts {
		p.addProvider(a, names[i])
	}
}

// accountsOf puts the rows together, in the order of their first ones.
func (p *plan) accountsOf(rows []row) []*account {
	var accounts []*account
	for _, r := range rows {
		name := oldName(r)
		if key := r["api_key"].trimmed(); key != "" {
			p.secrets = append(p.secrets, secret.New(key))
		}
		p.rows[r.id()] = origin{name: name, model: r["model"].trimmed()}
		baseURL, isChat := baseURLOf(r["api_endpoint"].text)
		if baseURL == "" {
			p.odd("endpoint_unusable", "api_providers", r.id(), "Name", name)
			continue
		}
		if !isChat {
			p.odd("endpoint_other", "api_providers", r.id(), "Name", name, "URL", baseURL)
		}
		key := secret.New(p.keyOf(r, name))
		i := slices.IndexFunc(accounts, func(a *account) bool { return a.baseURL == baseURL && a.key == key })
		if i < 0 {
			i = len(accounts)
			accounts = append(accounts, &account{baseURL: baseURL, key: key})
		}
		accounts[i].rows = append(accounts[i].rows, r)
	}
	return accounts
}

// oldName is what a row is called when it is told of.
func oldName(r row) string {
	if name := printable(r["name"].trimmed()); name != "" {
		return name
	}
	return fmt.Sprintf("#%d", r.id())
}

// joined puts accounts together that are one provider already: somebody has
// given it the keys of both.
func (p *plan) joined(accounts []*account) []*account {
	first := map[*catalog.Provider]*account{}
	var list []*account
	for _, a := range accounts {
		known := a.known(p.now.providers)
		if same := first[known]; known != nil && same != nil {
			same.rows = append(same.rows, a.rows...)
			continue
		}
		first[known] = a
		list = append(list, a)
	}
	return list
}

// baseURLOf returns an endpoint without the path that a call appends, and
// whether it had that path; "" when it can't be used.
func baseURLOf(endpoint string) (baseURL string, isChat bool) {
	text := strings.TrimRight(strings.TrimSpace(endpoint), "/")
	if n := len(text) - len(chatPath); n > 0 && strings.EqualFold(text[n:], chatPath) {
		text, isChat = text[:n], true
	}
	clean, err := catalog.CleanBaseURL(text)
	if err != nil {
		return "", false
	}
	u, err := url.Parse(clean)
	if err != nil {
		return "", false
	}
	u.Host = strings.ToLower(u.Host) // the scheme is lower case already
	return u.String(), isChat
}

func (p *plan) keyOf(r row, name string) string {
	key := r["api_key"].trimmed()
	switch {
	case key == "":
		p.odd("key_missing", "api_providers", r.id(), "Name", name)
	case !catalog.ProviderKeyFits(key):
		p.odd("key_unusable", "api_providers", r.id(), "Name", name)
		return ""
	}
	return key
}

// known returns the provider that the account is already, or nil.
func (a *account) known(providers []catalog.Provider) *catalog.Provider {
	i := slices.IndexFunc(providers, func(p catalog.Provider) bool {
		if p.BaseURL != a.baseURL {
			return false
		}
		if a.key.IsZero() {
			return len(p.Keys) == 0
		}
		return slices.ContainsFunc(p.Keys, func(k catalog.ProviderKey) bool { return k.Secret == a.key })
	})
	if i < 0 {
		return nil
	}
	return &providers[i]
}

func (p *plan) addProvider(a *account, name string) {
	known := a.known(p.now.providers)
	out := Provider{Name: name, BaseURL: a.baseURL, Known: known != nil, Rows: []string{}, Models: []Model{}}
	entry := providerDocument{Name: name}
	if known == nil {
		entry.BaseURL = a.baseURL
	}
	if !a.key.IsZero() {
		out.KeyHint = a.key.Hint()
		if known == nil {
			entry.Keys = []string{a.key.Reveal()}
		}
	}
	first := map[string]string{} // by model: the old name of the row it comes from
	for _, r := range a.rows {
		p.addModel(&out, known, r, first)
	}
	for _, m := range out.Models {
		entry.Models = append(entry.Models, m.document())
	}
	p.Providers = append(p.Providers, out)
	p.document.Providers = append(p.document.Providers, entry)
}

// addModel makes a model of a row, or adds the row to the one that is there.
func (p *plan) addModel(to *Provider, known *catalog.Provider, r row, first map[string]string) {
	name, model := oldName(r), r["model"].trimmed()
	to.Rows = append(to.Rows, name)
	switch {
	case model == "":
		p.odd("model_missing", "api_providers", r.id(), "Name", name)
		return
	case !catalog.ModelNameFits(model):
		p.odd("model_unusable", "api_providers", r.id(), "Name", name)
		return
	}
	isActive := r["is_active"].truth()
	p.rows[r.id()] = origin{name: name, provider: to.Name, model: model, active: isActive}
	if other, twice := first[model]; twice {
		p.odd("model_repeated", "api_providers", r.id(), "Name", name, "Other", other, "Model", model)
		i := slices.IndexFunc(to.Models, func(m Model) bool { return m.Name == model })
		to.Models[i].Enabled = to.Models[i].Enabled || isActive && !to.Models[i].Known
		return
	}
	first[model] = name
	m := Model{Name: model, Enabled: isActive}
	if known != nil {
		if i := slices.IndexFunc(known.Models, func(o catalog.Model) bool { return o.Name == model }); i >= 0 {
			old := known.Models[i]
			m.Known, m.Enabled, m.TokenPrice, m.CallPrice = true, old.Enabled, old.InputPrice, old.CallPrice
			to.Models = append(to.Models, m)
			return
		}
	}
	m.TokenPrice, m.CallPrice = p.pricesOf(r, name)
	to.Models = append(to.Models, m)
}

// pricesOf reads the one price of a row, which was for input and output alike.
func (p *plan) pricesOf(r row, name string) (token, call *float64) {
	text := r["price_per_million_tokens"]
	price, isNumber := text.number()
	switch {
	case !text.isSet || text.trimmed() == "":
		p.odd("price_missing", "api_providers", r.id(), "Name", name)
		return nil, nil
	case !isNumber || !catalog.PriceFits(price):
		p.odd("price_unusable", "api_providers", r.id(), "Name", name, "Price", text.trimmed())
		return nil, nil
	}
	switch billed := r["type"].trimmed(); billed {
	case perCall:
		return nil, &price
	case perToken, "":
	default:
		p.odd("type_unknown", "api_providers", r.id(), "Name", name, "Type", billed)
	}
	return &price, nil
}

func (m Model) document() modelDocument {
	if m.Known {
		return modelDocument{ID: m.Name}
	}
	return modelDocument{
		ID: m.Name, Enabled: &m.Enabled,
		InputPrice: m.TokenPrice, OutputPrice: m.TokenPrice, CallPrice: m.CallPrice,
	}
}
