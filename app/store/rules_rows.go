package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/gateway"
)

// ruleList is a column that holds a list of rules.
type ruleList []catalog.Rule

// Scan takes a JSON array.
func (l *ruleList) Scan(value any) error {
	text, _ := value.(string)
	*l = ruleList{}
	if err := json.Unmarshal([]byte(text), l); err != nil {
		return fmt.Errorf("read the stored rules: %w", err)
	}
	return nil
}

// Value writes a JSON array.
func (l ruleList) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(l)
	return string(text), err
}

// list is what the catalog has: never nil.
func (l ruleList) list() []catalog.Rule { return append([]catalog.Rule{}, l...) }

// decidedBy is the column of the rule that decided on an attempt.
func decidedBy(o *gateway.Outcome) string {
	if o.Rule == nil {
		return ""
	}
	text, _ := json.Marshal(calllog.Rule{
		Of: string(o.RuleOf), StatusFrom: o.Rule.StatusFrom, StatusTo: o.Rule.StatusTo, Text: o.Rule.Text, Regex: o.Rule.Regex,
		Action: string(o.Rule.Action), CooldownSeconds: int(o.Rule.Cooldown.Seconds()),
	}) // plain data: can't fail
	return string(text)
}

// maybeRule reads decidedBy's column.
type maybeRule struct{ to **calllog.Rule }

// Scan takes a JSON object or nothing.
func (m maybeRule) Scan(value any) error {
	text, _ := value.(string)
	*m.to = nil
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), m.to)
}
