package oldserver_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headgate/app/i18n"
	"headgate/app/oldserver"
)

func codes(list []oldserver.Oddity) []string {
	var all []string
	for _, o := range list {
		all = append(all, o.Code+" "+o.Where)
	}
	return all
}

var hole = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// tells checks that each oddity has its words, and fills them, in every language.
func tells(t *testing.T, list []oldserver.Oddity) {
	t.Helper()
	for _, locale := range i18n.Locales {
		content, err := os.ReadFile("../i18n/locales/" + locale + ".json")
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]any{}
		if err := json.Unmarshal(content, &texts); err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			text, ok := texts["oldserver."+o.Code].(string)
			if !ok {
				t.Errorf("%s has no text for %s", locale, o.Code)
			}
			for _, found := range hole.FindAllStringSubmatch(text, -1) {
				if o.Params[found[1]] == "" {
					t.Errorf("%s: %s leaves {{.%s}} empty", locale, o.Code, found[1])
				}
			}
		}
	}
}

// What is odd is told, the rest is moved, and a second move says the same.
func TestOddities(t *testing.T) {
	empty := newHouse(t)
	const group = `INSERT INTO groups VALUES (1, 'chat'); INSERT INTO provider_group_association VALUES (1, 1, 1);`
	provider := func(name, endpoint, key, rest string) string {
		return `INSERT INTO api_providers VALUES (2, '` + name + `', '` + endpoint + `', '` + key + `', ` + rest + `, 0, 0);`
	}
	const good, end = "https://b.example/v1/chat/completions", "'m', 1, 'per_token', 1"
	for name, c := range map[string]struct {
		sql  string
		want string   // oddities, a line each
		has  []string // of what is configured by the move: see shapes
	}{
		"nothing": {"", "", []string{"up https://up.example/v1 1 key", "up gpt-5 in 2.5 out 2.5"}},
		"spelling of an endpoint": {
			provider("up.m", " HTTPS://UP.example/v1/Chat/Completions/ ", "sk-up-canary-0123456789", end), "",
			[]string{"up https://up.example/v1 1 key", "up gpt-5 in 2.5 out 2.5", "up m in 1 out 1"},
		},
		"endpoint without its path": {
			provider("b.m", "https://b.example/v1/", "k", end), "endpoint_other api_providers[2]",
			[]string{"b https://b.example/v1 1 key", "b m in 1 out 1"},
		},
		"endpoint with a query":    {provider("b.m", good+"?v=1", "k", end), "endpoint_unusable api_providers[2]", nil},
		"endpoint with a password": {provider("b.m", "https://u:p@b.example/chat/completions", "k", end), "endpoint_unusable api_providers[2]", nil},
		"endpoint without scheme":  {provider("b.m", "b.example/v1/chat/completions", "k", end), "endpoint_unusable api_providers[2]", nil},
		"no endpoint":              {provider("b.m", "", "k", end), "endpoint_unusable api_providers[2]", nil},
		"bare path":                {provider("b.m", "/chat/completions", "k", end), "endpoint_unusable api_providers[2]", nil},
		"unusable, in a group": {
			group + provider("b.m", "nonsense", "k", end) + `INSERT INTO provider_group_association VALUES (2, 1, 2)`,
			"endpoint_unusable api_providers[2]",
			[]string{"chat: 1 up gpt-5"},
		},
		"no key":                {provider("b.m", good, "", end), "key_missing api_providers[2]", []string{"b https://b.example/v1 0 keys"}},
		"key that can't be":     {provider("b.m", good, "schlüssel", end), "key_unusable api_providers[2]", []string{"b https://b.example/v1 0 keys"}},
		"two of a name":         {provider("up.m", good, "k", end), "name_taken api_providers[2]", []string{"up 2 https://b.example/v1 1 key"}},
		"no model":              {provider("b", good, "k", "NULL, 1, 'per_token', 1"), "model_missing api_providers[2]", []string{"b https://b.example/v1 1 key"}},
		"empty model":           {provider("b", good, "k", "' ', 1, 'per_token', 1"), "model_missing api_providers[2]", nil},
		"model that can't be":   {provider("b", good, "k", "'a'||char(9)||'b', 1, 'per_token', 1"), "model_unusable api_providers[2]", nil},
		"model twice":           {provider("up.again", "https://up.example/v1/chat/completions", "sk-up-canary-0123456789", "'gpt-5', 9, 'per_token', 1"), "model_repeated api_providers[2]", []string{"up gpt-5 in 2.5 out 2.5"}},
		"no price":              {provider("b", good, "k", "'m', NULL, 'per_token', 1"), "price_missing api_providers[2]", []string{"b m"}},
		"no price per call":     {provider("b", good, "k", "'m', NULL, 'per_call', 1"), "price_missing api_providers[2]", []string{"b m"}},
		"negative price":        {provider("b", good, "k", "'m', -1, 'per_token', 1"), "price_unusable api_providers[2]", []string{"b m"}},
		"price in words":        {provider("b", good, "k", "'m', 'cheap', 'per_token', 1"), "price_unusable api_providers[2]", []string{"b m"}},
		"price is not a number": {provider("b", good, "k", "'m', 'NaN', 'per_token', 1"), "price_unusable api_providers[2]", []string{"b m"}},
		"free":                  {provider("b", good, "k", "'m', 0, 'per_token', 1"), "", []string{"b m in 0 out 0"}},
		"price per call":        {provider("b", good, "k", "'m', 0.25, 'per_call', 1"), "", []string{"b m call 0.25"}},
		"unknown billing":       {provider("b", good, "k", "'m', 2, 'per_moon', 1"), "type_unknown api_providers[2]", []string{"b m in 2 out 2"}},
		"no billing":            {provider("b", good, "k", "'m', 2, NULL, 1"), "", []string{"b m in 2 out 2"}},
		"inactive":              {provider("b", good, "k", "'m', 2, 'per_token', 0"), "", []string{"b m in 2 out 2 off"}},
		"neither":               {provider("b", good, "k", "'m', 2, 'per_token', NULL"), "", []string{"b m in 2 out 2 off"}},
		"inactive member": {
			group + provider("b", good, "k", "'m', 2, 'per_token', 0") + `INSERT INTO provider_group_association VALUES (2, 1, 1)`, "",
			[]string{"chat: 1 up gpt-5, 1 b m off"},
		},
		"group without members": {`INSERT INTO groups VALUES (1, 'chat')`, "group_empty groups[1]", []string{"chat:"}},
		"group without a name":  {`INSERT INTO groups VALUES (1, ' ')`, "group_unusable groups[1]", nil},
		"padded group": {
			`INSERT INTO groups VALUES (1, ' chat'); INSERT INTO provider_group_association VALUES (1, 1, 1)`,
			"group_renamed groups[1]",
			[]string{"chat: 1 up gpt-5"},
		},
		"groups of a name": {
			group + `INSERT INTO groups VALUES (2, 'chat '); INSERT INTO provider_group_association VALUES (1, 2, 3)`,
			"group_repeated groups[2]\nmember_repeated provider_group_association[1,2]",
			[]string{"chat: 1 up gpt-5"},
		},
		"no priority": {
			`INSERT INTO groups VALUES (1, 'chat'); INSERT INTO provider_group_association VALUES (1, 1, NULL)`,
			"priority_missing provider_group_association[1,1]",
			[]string{"chat: 0 up gpt-5"},
		},
		"negative priority": {
			`INSERT INTO groups VALUES (1, 'chat'); INSERT INTO provider_group_association VALUES (1, 1, -5)`,
			"priority_unusable provider_group_association[1,1]",
			[]string{"chat: 0 up gpt-5"},
		},
		"huge priority": {
			`INSERT INTO groups VALUES (1, 'chat'); INSERT INTO provider_group_association VALUES (1, 1, 99999999999)`,
			"priority_unusable provider_group_association[1,1]",
			[]string{"chat: 1000000 up gpt-5"},
		},
		"model twice in a group": {
			group + provider("up.again", "https://up.example/v1/chat/completions", "sk-up-canary-0123456789", "'gpt-5', 9, 'per_token', 1") +
				`INSERT INTO provider_group_association VALUES (2, 1, 0)`,
			"model_repeated api_providers[2]\nmember_repeated provider_group_association[2,1]",
			[]string{"chat: 0 up gpt-5"},
		},
		"member of nothing": {
			group + `INSERT INTO provider_group_association VALUES (9, 1, 1), (1, 9, 1)`,
			"member_unknown provider_group_association[9,1]\nmember_unknown provider_group_association[1,9]",
			[]string{"chat: 1 up gpt-5"},
		},
		"short API key":   {`INSERT INTO api_keys VALUES (1, 'sk-short', 1, NULL, NULL)`, "api_key_unusable api_keys[1]", nil},
		"spaced API key":  {`INSERT INTO api_keys VALUES (1, 'sk-0123456789 0123456789', 1, NULL, NULL)`, "api_key_unusable api_keys[1]", nil},
		"API key twice":   {group + `INSERT INTO api_keys VALUES (1, 'sk-0123456789-abc', 1, NULL, NULL), (2, 'sk-0123456789-abc', 1, NULL, NULL); INSERT INTO api_key_group_association VALUES (1, 1)`, "api_key_repeated api_keys[2]", []string{"Old server key 1: 1 group"}},
		"API key alone":   {`INSERT INTO api_keys VALUES (1, 'sk-0123456789-abc', 1, NULL, NULL)`, "api_key_without_groups api_keys[1]", []string{"Old server key 1: 0 groups"}},
		"inactive key":    {group + `INSERT INTO api_keys VALUES (1, 'sk-0123456789-abc', 0, NULL, NULL); INSERT INTO api_key_group_association VALUES (1, 1), (1, 1)`, "", []string{"Old server key 1: 1 group off"}},
		"key for nothing": {group + `INSERT INTO api_key_group_association VALUES (7, 1), (1, 7)`, "key_group_unknown api_key_group_association[7,1]\nkey_group_unknown api_key_group_association[1,7]", nil},
		"empty keyword":   {`INSERT INTO error_maintenance VALUES (1, '', NULL, NULL, 1)`, "keyword_unusable error_maintenance[1]", nil},
		"keyword twice":   {`INSERT INTO error_maintenance VALUES (1, 'Quota', NULL, NULL, 1), (2, ' quota', NULL, NULL, 0)`, "keyword_repeated error_maintenance[2]", []string{"keyword Quota"}},
		"long description": {
			`INSERT INTO error_maintenance VALUES (1, 'quota', printf('%.*c', 2000, 'x'), NULL, 0)`,
			"description_cut error_maintenance[1]",
			[]string{"keyword quota off"},
		},
		"unknown setting": {`INSERT INTO settings VALUES ('colour', 'red')`, "setting_unknown settings[colour]", nil},
		"setting in words": {
			`INSERT INTO settings VALUES ('failover_threshold_count', 'many')`,
			"setting_unusable settings[failover_threshold_count]",
			[]string{"failover 2 in 5"},
		},
		"setting of zero": {
			`INSERT INTO settings VALUES ('failover_threshold_period_minutes', '0')`,
			"setting_unusable settings[failover_threshold_period_minutes]",
			[]string{"failover 2 in 5"},
		},
		"setting with a point": {`INSERT INTO settings VALUES ('failover_threshold_count', '4.0')`, "", []string{"failover 4 in 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, schema, account, c.sql)
			told := empty.in(t).preview(path).Oddities
			if got := strings.Join(codes(told), "\n"); got != c.want {
				t.Errorf("told\n%s\nwant\n%s", got, c.want)
			}
			tells(t, told)
			if c.has == nil {
				return
			}
			h := newHouse(t)
			h.move(path, oldserver.Options{})
			shapes := h.shapes()
			for _, want := range c.has {
				if !slices.Contains(shapes, want) {
					t.Errorf("there is no %q in\n%s", want, strings.Join(shapes, "\n"))
				}
			}
			if again := h.move(path, oldserver.Options{}); again.Report.Changed() {
				t.Errorf("a second move did\n%s", again.Report)
			}
		})
	}
}
