package catalog

import (
	"context"
	"net/url"
	"slices"

	"headgate/app/apperr"
	"headgate/app/prices"
	"headgate/gateway"
)

// Where a listed model's price comes from.
const (
	priceOfProvider = "provider"
	priceOfTable    = "table"
)

// ListModels asks a provider, with settings that may be unsaved, what it serves.
// Why there is no list is in Probe. Codes: those of TestProvider.
func (c *Catalog) ListModels(ctx context.Context, in ProviderInput) (ModelListing, error) {
	p, compiled, err := c.probed(ctx, in)
	if err != nil {
		return ModelListing{}, err
	}
	// Without a model: a chat that works is no list.
	r := c.engine.Probe(ctx, compiled, "")
	listing := ModelListing{Probe: probeResult(r), Models: []ListedModel{}, Vanished: []Model{}}
	listing.Probe.Models = []string{} // they are in Models
	if !listing.Probe.OK {
		return listing, nil
	}
	host := ""
	if u, err := url.Parse(p.BaseURL); err == nil {
		host = u.Hostname()
	}
	stored := make(map[string]int64, len(p.Models))
	for _, m := range p.Models {
		stored[m.Name] = m.ID
	}
	listed := make(map[string]bool, len(r.Listed))
	for _, m := range r.Listed {
		if listed[m.Name] || checkModelName(m.Name) != nil {
			continue
		}
		listed[m.Name] = true
		l := listedModel(m, host)
		l.KnownID = stored[m.Name]
		listing.Models = append(listing.Models, l)
	}
	slices.SortFunc(listing.Models, func(a, b ListedModel) int { return byName(a.Name, b.Name) })
	for _, m := range p.Models {
		if !listed[m.Name] {
			listing.Vanished = append(listing.Vanished, m)
		}
	}
	slices.SortFunc(listing.Vanished, func(a, b Model) int { return byName(a.Name, b.Name) })
	return listing, nil
}

// probed prepares a provider for a request of its own. Stored keys are used for
// the stored origin only.
func (c *Catalog) probed(ctx context.Context, in ProviderInput) (Provider, gateway.Provider, error) {
	stored, err := c.opened(ctx)
	if err != nil {
		return Provider{}, gateway.Provider{}, err
	}
	p, err := stored.prepareProvider(in)
	if err != nil {
		return p, gateway.Provider{}, err
	}
	compiled := compileProvider(p)
	if len(p.Keys) > 0 && len(compiled.Keys) == 0 {
		return p, compiled, apperr.New("provider_keys_disabled")
	}
	return p, compiled, nil
}

func probeResult(r gateway.ProbeResult) ProbeResult {
	return ProbeResult{
		OK: r.Outcome.Class == gateway.ClassOK, Status: r.Status,
		Class: string(r.Outcome.Class), Reason: r.Outcome.Reason, Message: r.Outcome.Message,
		LatencyMS: r.Latency.Milliseconds(), Models: append([]string{}, r.Models...),
	}
}

// listedModel fills from the price table what the provider leaves open: prices
// as a whole, so that none of another source stands beside the provider's.
func listedModel(m gateway.ListedModel, host string) ListedModel {
	l := ListedModel{
		Name: m.Name, ContextTokens: m.ContextTokens,
		InputPrice: m.Price.InputPerMillion, OutputPrice: m.Price.OutputPerMillion,
		CachedInputPrice: m.Price.CachedInputPerMillion, CallPrice: m.Price.PerCall,
	}
	priced := Model{InputPrice: l.InputPrice, OutputPrice: l.OutputPrice, CachedInputPrice: l.CachedInputPrice, CallPrice: l.CallPrice}
	if checkPrices(priced) != nil {
		l.InputPrice, l.OutputPrice, l.CachedInputPrice, l.CallPrice = nil, nil, nil, nil
	}
	if l.ContextTokens < 0 || l.ContextTokens > maxTokens {
		l.ContextTokens = 0
	}
	if l.InputPrice != nil || l.OutputPrice != nil || l.CallPrice != nil {
		l.PriceSource = priceOfProvider
	}
	if l.PriceSource != "" && l.ContextTokens != 0 {
		return l
	}
	known, ok := prices.Find(host, m.Name)
	if !ok {
		return l
	}
	if l.ContextTokens == 0 {
		l.ContextTokens = known.ContextTokens
	}
	if l.PriceSource == "" && (known.Input != nil || known.Output != nil) {
		l.InputPrice, l.OutputPrice, l.CachedInputPrice = known.Input, known.Output, known.CachedInput
		l.PriceSource = priceOfTable
	}
	return l
}
