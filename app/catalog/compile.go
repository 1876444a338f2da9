package catalog

import (
	"time"

	"headgate/app/settings"
	"headgate/gateway"
)

// compile makes the engine's configuration of all that is enabled.
func compile(c Configuration) gateway.Config {
	networks, _ := settings.ParseNetworks(c.Settings.Gateway.Networks) // they were checked when they were saved
	config := gateway.Config{
		Networks: networks,
		Names:    c.Settings.Gateway.Names,
		Origins:  c.Settings.Gateway.Origins,
		Failover: compileFailover(c.Settings.Failover),
		Limits:   gateway.Limits{Attempts: c.Settings.Failover.Attempts, Commit: seconds(c.Settings.Failover.BeginSeconds)},
		Timeouts: compileTimeouts(c.Settings.Timeouts),
		Capture:  compileCapture(c.Settings.Log),
	}
	usable := map[int64]bool{} // models
	for _, p := range c.Providers {
		if !p.Enabled || p.keysOff() {
			continue
		}
		provider := compileProvider(p)
		for _, m := range provider.Models {
			usable[m.ID] = true
		}
		config.Providers = append(config.Providers, provider)
	}
	enabled := map[int64]bool{} // groups
	for _, g := range c.Groups {
		if !g.Enabled {
			continue
		}
		enabled[g.ID] = true
		config.Groups = append(config.Groups, compileGroup(g, usable))
	}
	for _, k := range c.APIKeys {
		if k.Enabled {
			config.APIKeys = append(config.APIKeys, compileAPIKey(k, enabled)...)
		}
	}
	for _, k := range c.Keywords {
		compiled := compileKeyword(k)
		compiled.GroupIDs = only(k.GroupIDs, enabled)
		// One whose groups are all off counts nowhere: without groups it would
		// count everywhere.
		if k.Enabled && (len(k.GroupIDs) == 0 || len(compiled.GroupIDs) > 0) {
			config.Keywords = append(config.Keywords, compiled)
		}
	}
	return config
}

// keysOff reports whether all keys of the provider are switched off, and it with
// them: it must not be called without any.
func (p Provider) keysOff() bool {
	return len(p.Keys) > 0 && find(p.Keys, func(k ProviderKey) bool { return k.Enabled }) == nil
}

func compileProvider(p Provider) gateway.Provider {
	out := gateway.Provider{
		ID: p.ID, Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Proxy: p.Proxy,
		Timeouts: gateway.Timeouts{
			Connect:    seconds(p.Timeouts.ConnectSeconds),
			FirstToken: seconds(p.Timeouts.FirstTokenSeconds),
			StreamIdle: seconds(p.Timeouts.StreamIdleSeconds),
			Reply:      seconds(p.Timeouts.ReplySeconds),
		},
		Rules: compileRules(p.Rules),
	}
	for _, h := range p.Headers {
		out.Headers = append(out.Headers, gateway.Header{Name: h.Name, Value: h.text(), Secret: h.IsSecret()})
	}
	for _, k := range p.Keys {
		if k.Enabled {
			out.Keys = append(out.Keys, gateway.ProviderKey{ID: k.ID, Secret: k.Secret.Reveal(), Hint: k.Hint})
		}
	}
	for _, m := range p.Models {
		if m.Enabled {
			out.Models = append(out.Models, gateway.Model{
				ID: m.ID, Name: m.Name, ContextTokens: m.ContextTokens,
				Price: gateway.Price{
					InputPerMillion: m.InputPrice, OutputPerMillion: m.OutputPrice,
					CachedInputPerMillion: m.CachedInputPrice, PerCall: m.CallPrice,
				},
			})
		}
	}
	return out
}

func compileGroup(g Group, usable map[int64]bool) gateway.Group {
	out := gateway.Group{
		ID: g.ID, Name: g.Name, Policy: gateway.Policy(g.Policy), CreatedAt: time.UnixMilli(g.CreatedAt), Rules: compileRules(g.Rules),
		Keyless: g.Keyless,
	}
	for _, m := range g.Members {
		if m.Enabled && usable[m.ModelID] {
			out.Members = append(out.Members, gateway.Member{
				ID: m.ID, ProviderID: m.ProviderID, ModelID: m.ModelID, Priority: m.Priority, Weight: m.Weight,
			})
		}
	}
	return out
}

// compileAPIKey returns the key and, after a rotation, the one before under the
// same ID. The engine sees to it that each ends in its time.
func compileAPIKey(k APIKey, enabled map[int64]bool) []gateway.APIKey {
	var list []gateway.APIKey
	out := gateway.APIKey{ID: k.ID, Name: k.Name, GroupIDs: only(k.GroupIDs, enabled), Models: k.Models}
	if len(k.Hash) == len(out.Hash) {
		out.Hash, out.ExpiresAt = [32]byte(k.Hash), moment(k.ExpiresAt)
		list = append(list, out)
	}
	if ends := k.graceEnds(); ends != 0 && len(k.PreviousHash) == len(out.Hash) {
		out.Hash, out.ExpiresAt = [32]byte(k.PreviousHash), moment(ends)
		list = append(list, out)
	}
	return list
}

func compileKeyword(k Keyword) gateway.Keyword {
	return gateway.Keyword{
		ID: k.ID, Text: k.Text, Regex: k.Regex, Scope: gateway.KeywordScope(k.Scope), GroupIDs: k.GroupIDs,
	}
}

// only returns those IDs that are in the set.
func only(ids []int64, set map[int64]bool) []int64 {
	var list []int64
	for _, id := range ids {
		if set[id] {
			list = append(list, id)
		}
	}
	return list
}

func compileCapture(l settings.Log) gateway.Capture {
	return gateway.Capture{When: gateway.CaptureWhen(l.Bodies), Bytes: l.BodyKB << 10}
}

func compileFailover(f settings.Failover) gateway.Failover {
	return gateway.Failover{
		Count:       f.Count,
		Window:      time.Duration(f.Minutes) * time.Minute,
		Cooldown:    seconds(f.CooldownSeconds),
		MaxCooldown: gateway.DefaultFailoverMaxCooldown,
	}
}

func compileTimeouts(t settings.Timeouts) gateway.Timeouts {
	return gateway.Timeouts{
		Connect:    seconds(t.ConnectSeconds),
		TLS:        gateway.DefaultTLSTimeout,
		FirstToken: seconds(t.FirstTokenSeconds),
		StreamIdle: seconds(t.StreamIdleSeconds),
		Reply:      seconds(t.ReplySeconds),
	}
}

// moment is the time of Unix milliseconds, with 0 for none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
