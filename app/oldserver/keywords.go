package oldserver

import (
	"slices"
	"strings"

	"headgate/app/catalog"
	"headgate/app/settings"
)

// addKeywords takes the failure keywords over.
func (p *plan) addKeywords(rows []row) {
	for _, r := range rows {
		text, description := r["keyword"].trimmed(), r["description"].trimmed()
		same := func(k Keyword) bool { return strings.EqualFold(k.Text, text) }
		switch {
		case !catalog.KeywordFits(text):
			p.odd("keyword_unusable", "error_maintenance", r.id())
			continue
		case slices.ContainsFunc(p.Keywords, same):
			p.odd("keyword_repeated", "error_maintenance", r.id(), "Text", text)
			continue
		}
		k := Keyword{Text: text, Description: catalog.CutDescription(strings.ToValidUTF8(description, "")), Enabled: r["is_active"].truth()}
		was := func(o catalog.Keyword) bool { return strings.EqualFold(o.Text, text) }
		if i := slices.IndexFunc(p.now.keywords, was); i >= 0 {
			old := p.now.keywords[i]
			k = Keyword{Text: old.Text, Description: old.Description, Enabled: old.Enabled, Known: true}
			p.Keywords = append(p.Keywords, k)
			p.document.Keywords = append(p.document.Keywords, keywordDocument{Keyword: k.Text})
			continue
		}
		if k.Description != description {
			p.odd("description_cut", "error_maintenance", r.id(), "Text", text)
		}
		p.Keywords = append(p.Keywords, k)
		p.document.Keywords = append(p.document.Keywords, keywordDocument{text, k.Description, &k.Enabled})
	}
}

// The settings that the old server had.
const (
	countSetting   = "failover_threshold_count"
	minutesSetting = "failover_threshold_period_minutes"
)

// addSettings takes the failover settings over, unless they have been chosen
// here already.
func (p *plan) addSettings(rows []row) {
	chosen, usual := p.now.settings.Failover, settings.Default().Failover
	var out failoverDocument
	for _, r := range rows {
		key, text := r["key"].trimmed(), r["value"].trimmed()
		after := p.now.settings
		n, isNumber := r["value"].integer()
		var current, standard int
		var to **int64
		switch key {
		case countSetting:
			after.Failover.Count = int(n)
			current, standard, to = chosen.Count, usual.Count, &out.Count
		case minutesSetting:
			after.Failover.Minutes = int(n)
			current, standard, to = chosen.Minutes, usual.Minutes, &out.Minutes
		default:
			p.odd("setting_unknown", "settings", key, "Key", key)
			continue
		}
		switch {
		case !isNumber || after.Validate() != nil:
			p.odd("setting_unusable", "settings", key, "Key", key, "Value", text)
		case int64(current) == n:
		case current != standard:
			p.odd("setting_kept", "settings", key, "Key", key, "Value", n, "Current", current)
		default:
			*to = &n
		}
	}
	if out != (failoverDocument{}) {
		p.Failover = Failover(out)
		p.document.Settings = &settingsDocument{out}
	}
}
