package catalog

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headgate/app/settings"
)

// details are the differences between two states of an object. None at all
// means that nothing needs to be saved.
type details []Detail

// detail makes one; params are alternating names and values.
func detail(code string, params ...any) Detail {
	d := Detail{Code: code, Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		d.Params[fmt.Sprint(params[i])] = fmt.Sprint(params[i+1])
	}
	return d
}

func (l *details) add(code string, params ...any) { *l = append(*l, detail(code, params...)) }

func (l *details) differs(code string, different bool, params ...any) {
	if different {
		l.add(code, params...)
	}
}

func (l *details) switched(before, after bool) {
	l.differs("on", !before && after)
	l.differs("off", before && !after)
}

// number notes a choice with its value before and after.
func (l *details) number(code string, before, after int) {
	l.differs(code, before != after, "From", strconv.Itoa(before), "To", strconv.Itoa(after))
}

// text is number for words.
func (l *details) text(code string, before, after string) {
	l.differs(code, before != after, "From", before, "To", after)
}

func providerDetails(before, after Provider) []Detail {
	var l details
	l.text("name", before.Name, after.Name)
	l.differs("dialect", before.Dialect != after.Dialect)
	l.differs("base_url", before.BaseURL != after.BaseURL)
	l.differs("headers", !slices.Equal(before.Headers, after.Headers))
	l.differs("proxy", before.Proxy != after.Proxy)
	l.differs("timeouts", before.Timeouts != after.Timeouts)
	l.differs("rules", !slices.Equal(before.Rules, after.Rules))
	l.switched(before.Enabled, after.Enabled)
	l.keys(before.Keys, after.Keys)
	return l
}

// keys compares pools; a key with another text is one that went and one that
// came.
func (l *details) keys(before, after []ProviderKey) {
	added, kept := 0, []int64{}
	replaced, switched := 0, 0
	for _, k := range after {
		was := find(before, func(o ProviderKey) bool { return o.ID == k.ID })
		switch {
		case k.ID == 0 || was == nil:
			added++
			continue
		case was.Secret != k.Secret:
			replaced++
		case was.Enabled != k.Enabled:
			switched++
		}
		kept = append(kept, k.ID)
	}
	stored := []int64{}
	for _, k := range before {
		stored = append(stored, k.ID)
	}
	removed := len(stored) - len(kept)
	l.differs("keys_added", added > 0, "Count", added)
	l.differs("keys_removed", removed > 0, "Count", removed)
	l.differs("keys_replaced", replaced > 0, "Count", replaced)
	l.differs("keys_switched", switched > 0, "Count", switched)
	l.differs("keys_order", added == 0 && removed == 0 && !slices.Equal(kept, stored))
}

func modelDetails(before, after Model) []Detail {
	var l details
	l.text("name", before.Name, after.Name)
	l.differs("input_price", !samePrice(before.InputPrice, after.InputPrice))
	l.differs("output_price", !samePrice(before.OutputPrice, after.OutputPrice))
	l.differs("cached_input_price", !samePrice(before.CachedInputPrice, after.CachedInputPrice))
	l.differs("call_price", !samePrice(before.CallPrice, after.CallPrice))
	l.differs("context_tokens", before.ContextTokens != after.ContextTokens)
	l.switched(before.Enabled, after.Enabled)
	return l
}

func groupDetails(before, after Group) []Detail {
	var l details
	l.text("name", before.Name, after.Name)
	l.differs("policy", before.Policy != after.Policy)
	l.differs("rules", !slices.Equal(before.Rules, after.Rules))
	l.switched(before.Enabled, after.Enabled)
	l.differs("keyless_on", !before.Keyless && after.Keyless)
	l.differs("keyless_off", before.Keyless && !after.Keyless)
	was := make(map[int64]Member, len(before.Members))
	for _, m := range before.Members {
		was[m.ModelID] = m
	}
	for _, m := range after.Members {
		old, known := was[m.ModelID]
		delete(was, m.ModelID)
		if !known {
			l.add("member_added", "Provider", m.Provider, "Model", m.Model)
			continue
		}
		l.differs("member_priority", old.Priority != m.Priority, "Provider", m.Provider, "Model", m.Model)
		l.differs("member_weight", old.Weight != m.Weight, "Provider", m.Provider, "Model", m.Model)
		l.differs("member_on", !old.Enabled && m.Enabled, "Provider", m.Provider, "Model", m.Model)
		l.differs("member_off", old.Enabled && !m.Enabled, "Provider", m.Provider, "Model", m.Model)
	}
	for _, m := range before.Members {
		_, gone := was[m.ModelID]
		l.differs("member_removed", gone, "Provider", m.Provider, "Model", m.Model)
	}
	return l
}

// newGroupDetails are what comes with a group that wasn't there.
func newGroupDetails(g Group) []Detail {
	l := details(counted("members", len(g.Members)))
	l.differs("keyless_on", g.Keyless)
	return l
}

func apiKeyDetails(before, after APIKey) []Detail {
	var l details
	l.text("name", before.Name, after.Name)
	l.differs("groups", !slices.Equal(before.GroupIDs, after.GroupIDs))
	l.differs("models_allowed", !before.Models && after.Models)
	l.differs("models_refused", before.Models && !after.Models)
	l.differs("expiry", before.ExpiresAt != after.ExpiresAt)
	l.switched(before.Enabled, after.Enabled)
	l.differs("key_text", !bytes.Equal(before.Hash, after.Hash))
	l.differs("key_grace", !bytes.Equal(before.PreviousHash, after.PreviousHash) || before.PreviousUntil != after.PreviousUntil)
	return l
}

func keywordDetails(before, after Keyword) []Detail {
	var l details
	l.differs("keyword_text", before.Text != after.Text || before.Regex != after.Regex)
	l.differs("scope", before.Scope != after.Scope)
	l.differs("groups", !slices.Equal(before.GroupIDs, after.GroupIDs))
	l.differs("description", before.Description != after.Description)
	l.switched(before.Enabled, after.Enabled)
	return l
}

func settingsDetails(before, after settings.Settings) []Detail {
	var l details
	l.differs("language", before.Language != after.Language)
	l.differs("theme", before.Theme != after.Theme)
	l.text("address", before.Gateway.Address, after.Gateway.Address)
	l.differs("start_on_open", before.Gateway.StartOnOpen != after.Gateway.StartOnOpen)
	l.differs("names", !slices.Equal(before.Gateway.Names, after.Gateway.Names), "Names", strings.Join(after.Gateway.Names, " "))
	l.differs("origins", !slices.Equal(before.Gateway.Origins, after.Gateway.Origins), "Origins", strings.Join(after.Gateway.Origins, " "))
	l.differs("networks", !slices.Equal(before.Gateway.Networks, after.Gateway.Networks), "Networks", strings.Join(after.Gateway.Networks, " "))
	l.number("failover_count", before.Failover.Count, after.Failover.Count)
	l.number("failover_minutes", before.Failover.Minutes, after.Failover.Minutes)
	l.number("cooldown_seconds", before.Failover.CooldownSeconds, after.Failover.CooldownSeconds)
	l.number("attempts", before.Failover.Attempts, after.Failover.Attempts)
	l.number("begin_seconds", before.Failover.BeginSeconds, after.Failover.BeginSeconds)
	l.number("connect_seconds", before.Timeouts.ConnectSeconds, after.Timeouts.ConnectSeconds)
	l.number("first_token_seconds", before.Timeouts.FirstTokenSeconds, after.Timeouts.FirstTokenSeconds)
	l.number("stream_idle_seconds", before.Timeouts.StreamIdleSeconds, after.Timeouts.StreamIdleSeconds)
	l.number("reply_seconds", before.Timeouts.ReplySeconds, after.Timeouts.ReplySeconds)
	l.number("log_days", before.Log.Days, after.Log.Days)
	l.differs("log_bodies", before.Log.Bodies != after.Log.Bodies)
	l.number("log_body_days", before.Log.BodyDays, after.Log.BodyDays)
	l.number("log_body_kb", before.Log.BodyKB, after.Log.BodyKB)
	l.differs("close_to_tray", before.CloseToTray != after.CloseToTray)
	l.differs("notify", before.Notify != after.Notify)
	l.differs("updates", before.Updates != after.Updates)
	return l
}

func samePrice(a, b *float64) bool {
	return a == b || a != nil && b != nil && *a == *b
}
