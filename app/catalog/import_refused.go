package catalog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"headgate/app/apperr"
)

// A rule's error gets the place in the file in front of it: where the code says
// which field it is, down to that field.

var (
	providerFields = map[string]string{
		"name_invalid": "name", "name_taken": "name", "dialect_unknown": "dialect", "base_url_invalid": "base_url",
		"header_invalid": "headers", "header_reserved": "headers", "header_duplicate": "headers",
		"header_value_needed": "headers",
		"proxy_invalid":       "proxy", "provider_key_invalid": "keys", "provider_key_duplicate": "keys",
		"provider_keys_needed": "keys", "rules_too_many": "rules",
	}
	modelFields = map[string]string{
		"model_name_invalid": "id", "model_name_taken": "id", "context_tokens_invalid": "context_tokens",
	}
	groupFields = map[string]string{
		"model_name_invalid": "name", "group_name_taken": "name", "policy_unknown": "policy", "too_many": "members",
		"rules_too_many": "rules",
	}
	apiKeyFields = map[string]string{
		"name_invalid": "name", "name_taken": "name", "api_key_invalid": "key", "api_key_taken": "key",
		"expiry_past": "expires_at",
	}
	keywordFields = map[string]string{
		"keyword_invalid": "keyword", "keyword_taken": "keyword", "keyword_scope_unknown": "scope",
		"description_too_long": "description",
	}
)

// refused puts a place in front of a rule's error; what is no rule's is left as
// it is.
func refused(err error, path string) error {
	if code := apperr.Code(err); code != "" && code != apperr.Internal {
		return apperr.Wrap(err, "import_refused", "Path", path, "Problem", err)
	}
	return err
}

// refusedAt is refused for the field of an entry that the code speaks of.
func refusedAt(err error, path string, fields map[string]string) error {
	if coded, ok := errors.AsType[*apperr.Error](err); ok && coded.Code == "rule_invalid" {
		n, _ := strconv.Atoi(coded.Params["Number"])
		return refused(err, fmt.Sprintf("%s.rules[%d].%s", path, n-1, inFile(coded.Params["Field"])))
	}
	if field := fields[apperr.Code(err)]; field != "" {
		path += "." + field
	}
	return refused(err, path)
}

func refusedProvider(err error, e providerEntry) error {
	switch apperr.Code(err) {
	case "setting_out_of_range":
		return refusedSetting(err, e.path)
	case "too_many":
		if e.headers.set && len(e.headers.value) > maxHeaders {
			return refused(err, e.path+".headers")
		}
		if e.keys.set && len(e.keys.value) > maxKeys {
			return refused(err, e.path+".keys")
		}
	}
	return refusedAt(err, e.path, providerFields)
}

func refusedModel(err error, e modelEntry) error {
	if apperr.Code(err) == "price_invalid" {
		for _, p := range []struct {
			field string
			price optional[*float64]
		}{
			{"input_price", e.inputPrice},
			{"output_price", e.outputPrice},
			{"cached_input_price", e.cachedInputPrice},
			{"call_price", e.callPrice},
		} {
			if checkPrices(Model{CallPrice: p.price.value}) != nil {
				return refused(err, e.path+"."+p.field)
			}
		}
	}
	return refusedAt(err, e.path, modelFields)
}

// refusedMember finds the entry in the list of those that were asked for.
func refusedMember(err error, e groupEntry, asked []MemberInput) error {
	code := apperr.Code(err)
	seen := map[int64]bool{}
	for i, m := range asked {
		path := e.path + ".members[" + strconv.Itoa(i) + "]"
		switch {
		case code == "member_duplicate" && seen[m.ModelID]:
			return refused(err, path)
		case code == "priority_invalid" && (m.Priority < 0 || m.Priority > maxRank):
			return refused(err, path+".priority")
		case code == "weight_invalid" && (m.Weight < 1 || m.Weight > maxWeight):
			return refused(err, path+".weight")
		}
		seen[m.ModelID] = true
	}
	return refusedAt(err, e.path, groupFields)
}

func refusedKeyword(err error, path string) error {
	if strings.HasPrefix(apperr.Code(err), "keyword_regex_") {
		return refused(err, path+".keyword")
	}
	return refusedAt(err, path, keywordFields)
}

// settingFields are the settings whose rules have codes of their own.
var settingFields = map[string]string{
	"language_unknown": "language", "theme_unknown": "theme", "address_invalid": "gateway.address",
	"host_name_invalid": "gateway.names", "origin_invalid": "gateway.origins", "bodies_unknown": "log.bodies",
}

// refusedSetting reads the field out of the error, where the window's name
// stands.
func refusedSetting(err error, path string) error {
	if coded, ok := err.(*apperr.Error); ok && coded.Code == "setting_out_of_range" {
		return refused(err, path+"."+inFile(coded.Params["Setting"]))
	}
	return refusedAt(err, path, settingFields)
}

// inFile writes a window's name as files do: bodyKb is body_kb.
func inFile(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
