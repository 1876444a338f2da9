package oldserver

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"headgate/app/catalog"
	"headgate/app/secret"
)

// addAPIKeys takes the API keys over as they are. They had no names.
func (p *plan) addAPIKeys(rows, links []row) {
	groups := map[int64][]string{}
	ids := map[int64]bool{}
	for _, r := range rows {
		ids[r.id()] = true
	}
	for _, r := range links {
		key, group := r.number("api_key_id"), r.number("group_id")
		name, isGroup := p.groups[group]
		if !isGroup || !ids[key] {
			p.odd("key_group_unknown", keyGroupsTable.name, fmt.Sprintf("%d,%d", key, group))
			continue
		}
		if !slices.Contains(groups[key], name) {
			groups[key] = append(groups[key], name)
		}
	}
	taken := map[string]bool{}
	for _, k := range p.now.apiKeys {
		taken[k.Name] = true
	}
	seen := map[string]bool{}
	for _, r := range rows {
		text := r["key"].trimmed()
		if text != "" {
			p.secrets = append(p.secrets, secret.New(text))
		}
		switch {
		case !catalog.APIKeyFits(text):
			p.odd("api_key_unusable", "api_keys", r.id())
			continue
		case seen[text]:
			p.odd("api_key_repeated", "api_keys", r.id())
			continue
		}
		seen[text] = true
		p.addAPIKey(r, text, groups[r.id()], taken)
	}
}

func (p *plan) addAPIKey(r row, text string, groups []string, taken map[string]bool) {
	k := APIKey{Hint: secret.New(text).Hint(), Enabled: r["is_active"].truth(), Groups: append([]string{}, groups...)}
	if known := p.knownAPIKey(text); known != nil {
		k.Name, k.Enabled, k.Known = known.Name, known.Enabled, true
		p.apiKeys[r.id()] = k.Name
		p.APIKeys = append(p.APIKeys, k)
		p.document.APIKeys = append(p.document.APIKeys, apiKeyDocument{Name: k.Name})
		return
	}
	k.Name = numbered(fmt.Sprintf("Old server key %d", r.id()), taken)
	taken[k.Name] = true
	if len(groups) == 0 {
		p.odd("api_key_without_groups", "api_keys", r.id(), "Name", k.Name)
	}
	p.apiKeys[r.id()] = k.Name
	p.APIKeys = append(p.APIKeys, k)
	p.document.APIKeys = append(p.document.APIKeys, apiKeyDocument{
		Name: k.Name, Key: text, Groups: groups, Enabled: &k.Enabled,
	})
}

func (p *plan) knownAPIKey(text string) *catalog.APIKey {
	hash := sha256.Sum256([]byte(text))
	i := slices.IndexFunc(p.now.apiKeys, func(k catalog.APIKey) bool { return bytes.Equal(k.Hash, hash[:]) })
	if i < 0 {
		return nil
	}
	return &p.now.apiKeys[i]
}
