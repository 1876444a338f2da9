package catalog

import (
	"fmt"
	"slices"

	"headgate/app/settings"
)

// The words in which an import tells what it changes about an object. No
// difference gives no words, and then nothing is saved.

func providerDetails(before, after Provider) []string {
	var details []string
	details = differs(details, "dialect", before.Dialect != after.Dialect)
	details = differs(details, "base URL", before.BaseURL != after.BaseURL)
	details = differs(details, "headers", !slices.Equal(before.Headers, after.Headers))
	details = switched(details, before.Enabled, after.Enabled)
	added, kept := 0, []int64{}
	for _, k := range after.Keys {
		if k.ID == 0 {
			added++
		} else {
			kept = append(kept, k.ID)
		}
	}
	stored := []int64{}
	for _, k := range before.Keys {
		stored = append(stored, k.ID)
	}
	if added > 0 {
		details = append(details, counted(added, "key")+" added")
	}
	if gone := len(before.Keys) - len(kept); gone > 0 {
		details = append(details, counted(gone, "key")+" removed")
	}
	if added == 0 && len(kept) == len(stored) && !slices.Equal(kept, stored) {
		details = append(details, "order of keys")
	}
	return details
}

func modelDetails(before, after Model) []string {
	var details []string
	details = differs(details, "input price", !samePrice(before.InputPrice, after.InputPrice))
	details = differs(details, "output price", !samePrice(before.OutputPrice, after.OutputPrice))
	details = differs(details, "cached input price", !samePrice(before.CachedInputPrice, after.CachedInputPrice))
	details = differs(details, "price per call", !samePrice(before.CallPrice, after.CallPrice))
	details = differs(details, "context tokens", before.ContextTokens != after.ContextTokens)
	return switched(details, before.Enabled, after.Enabled)
}

func groupDetails(before, after Group) []string {
	var details []string
	details = differs(details, "policy", before.Policy != after.Policy)
	details = switched(details, before.Enabled, after.Enabled)
	for _, m := range after.Members {
		was := find(before.Members, func(o Member) bool { return o.ModelID == m.ModelID })
		name := fmt.Sprintf("member %q of %q", m.Model, m.Provider)
		if was == nil {
			details = append(details, name+" added")
			continue
		}
		details = differs(details, "priority of "+name, was.Priority != m.Priority)
		details = differs(details, "weight of "+name, was.Weight != m.Weight)
		details = differs(details, "switch of "+name, was.Enabled != m.Enabled)
	}
	for _, m := range before.Members {
		if find(after.Members, func(o Member) bool { return o.ModelID == m.ModelID }) == nil {
			details = append(details, fmt.Sprintf("member %q of %q removed", m.Model, m.Provider))
		}
	}
	return details
}

func apiKeyDetails(before APIKey, after APIKeyInput) []string {
	var details []string
	details = differs(details, "groups", !slices.Equal(before.GroupIDs, after.GroupIDs))
	details = differs(details, "expiry", before.ExpiresAt != after.ExpiresAt)
	return switched(details, before.Enabled, after.Enabled)
}

func failoverDetails(before, after settings.Failover) []string {
	var details []string
	for _, n := range []struct {
		name          string
		before, after int
	}{
		{"failover count", before.Count, after.Count},
		{"failover minutes", before.Minutes, after.Minutes},
		{"failover cooldown seconds", before.CooldownSeconds, after.CooldownSeconds},
	} {
		if n.before != n.after {
			details = append(details, fmt.Sprintf("%s %d → %d", n.name, n.before, n.after))
		}
	}
	return details
}

func differs(details []string, what string, different bool) []string {
	if different {
		details = append(details, what)
	}
	return details
}

func switched(details []string, before, after bool) []string {
	if before == after {
		return details
	}
	if after {
		return append(details, "switched on")
	}
	return append(details, "switched off")
}

func samePrice(a, b *float64) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func quoted(kind, name string) string { return fmt.Sprintf("%s %q", kind, name) }

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
