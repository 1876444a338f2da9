package oldserver_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"headgate/app/calllog"
	"headgate/app/catalog"
	"headgate/app/oldserver"
)

var update = flag.Bool("update", false, "write testdata/preview.golden anew")

func TestSampleIsPreviewed(t *testing.T) {
	h := newHouse(t)
	before := h.has()
	found := h.preview(sample)
	if !reflect.DeepEqual(before, h.has()) {
		t.Error("the preview changed something")
	}
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(found); err != nil {
		t.Fatal(err)
	}
	got.WriteString(found.Report.String())
	const golden = "testdata/preview.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the preview is not %s but\n%s", golden, got.Bytes())
	}
	done := h.move(sample, oldserver.Options{})
	if !reflect.DeepEqual(done.Preview, found) {
		t.Errorf("the move did\n%+v\nthe preview said\n%+v", done.Preview, found)
	}
}

func TestSampleIsMoved(t *testing.T) {
	h := newHouse(t)
	h.move(sample, oldserver.Options{})
	all := h.has()
	if len(all.Providers) != 4 || len(all.Groups) != 3 || len(all.APIKeys) != 4 || len(all.Keywords) != 3 {
		t.Fatalf("moved %d providers, %d groups, %d API keys, %d keywords",
			len(all.Providers), len(all.Groups), len(all.APIKeys), len(all.Keywords))
	}
	local := all.Providers[3]
	if local.Name != "relay3" || local.BaseURL != "http://127.0.0.1:11434/v1" || local.Keys[0].Secret.Reveal() != "ollama" {
		t.Errorf("the local provider is %+v", local)
	}
	prices := map[string][3]float64{} // input, output, call; -1: unknown
	for _, m := range local.Models {
		p := [3]float64{-1, -1, -1}
		for i, price := range []*float64{m.InputPrice, m.OutputPrice, m.CallPrice} {
			if price != nil {
				p[i] = *price
			}
		}
		prices[m.Name] = p
		if m.Enabled != (m.Name != "qwen/qwen3-32b") {
			t.Errorf("%s is enabled: %v", m.Name, m.Enabled)
		}
	}
	if want := (map[string][3]float64{
		"gemini-2.5-pro": {0, 0, -1}, "deepseek-chat": {2, 2, -1}, "gpt-4o-mini": {-1, -1, 0},
		"gpt-5": {2, 2, -1}, "qwen/qwen3-32b": {0, 0, -1},
	}); !reflect.DeepEqual(prices, want) {
		t.Errorf("the prices are %v", prices)
	}
	var members []string
	for _, m := range all.Groups[0].Members {
		members = append(members, m.Provider+" "+m.Model+" "+string(rune('0'+m.Priority)))
	}
	if want := []string{
		"relay1 qwen/qwen3-32b 1", "relay2 gpt-5 1", "relay2 qwen/qwen3-32b 2", "relay3 gemini-2.5-pro 3", "relay2 gemini-2.5-pro 9",
	}; !slices.Equal(members, want) {
		t.Errorf("the members are %q", members)
	}
	hash := sha256.Sum256([]byte("sk-63fFKcZjR4I0b3jRtaWr4Y9OJFLJOqOAf1lLQSAJaiXnkU8I"))
	if k := all.APIKeys[0]; !bytes.Equal(k.Hash, hash[:]) || !k.Enabled || len(k.GroupIDs) != 3 || all.APIKeys[3].Enabled {
		t.Errorf("the API keys are %+v", all.APIKeys)
	}
	if k := all.Keywords[0]; k.Text != "quota exceeded" || k.Description != "額度用完" || !k.Enabled || all.Keywords[1].Enabled {
		t.Errorf("the keywords are %+v", all.Keywords)
	}
	if f := all.Settings.Failover; f.Count != 3 || f.Minutes != 10 || f.CooldownSeconds != 60 {
		t.Errorf("the failover settings are %+v", f)
	}
}

func TestSecondMoveChangesNothing(t *testing.T) {
	h := newHouse(t)
	var looked [][2]int64
	first := h.move(sample, oldserver.Options{Calls: true, Progress: func(done, total int64) {
		looked = append(looked, [2]int64{done, total})
	}})
	if first.Brought != 300 || first.There != 0 || !reflect.DeepEqual(looked, [][2]int64{{300, 300}}) {
		t.Errorf("brought %d, there %d, progress %v", first.Brought, first.There, looked)
	}
	before, calls := h.has(), h.calls()
	second := h.move(sample, oldserver.Options{Calls: true})
	if second.Report.Changed() || second.Brought != 0 || second.There != 300 || len(second.Oddities) != 0 {
		t.Errorf("the second move brought %d calls, tells %v and did\n%s", second.Brought, second.Oddities, second.Report)
	}
	if !reflect.DeepEqual(before, h.has()) || !reflect.DeepEqual(calls, h.calls()) {
		t.Error("the second move changed something")
	}
}

// calls returns all calls, newest first.
func (h *house) calls() []calllog.Row {
	h.t.Helper()
	page, err := h.into.CallLog.Page(h.t.Context(), calllog.Query{Limit: 500})
	if err != nil {
		h.t.Fatal(err)
	}
	return page.Rows
}

// What a person made of an earlier move, or had before, stays.
func TestMoveOnlyAdds(t *testing.T) {
	h := newHouse(t)
	old := write(t, schema, account,
		`INSERT INTO api_providers VALUES (2, 'up.o3', 'https://up.example/v1/chat/completions', 'sk-up-canary-0123456789', 'o3', 1, 'per_token', 1, 0, 0),
			(3, 'other.m', 'https://other.example/chat/completions', 'sk-other-canary-0123456789', 'm', 1, 'per_token', 1, 0, 0)`,
		`INSERT INTO groups VALUES (1, 'chat')`,
		`INSERT INTO provider_group_association VALUES (1, 1, 5), (2, 1, 6)`,
		`INSERT INTO api_keys VALUES (1, 'sk-old-key-0123456789', 1, NULL, NULL), (2, 'sk-new-key-0123456789', 1, NULL, NULL)`,
		`INSERT INTO error_maintenance VALUES (1, 'Quota', 'old', NULL, 1)`,
		`INSERT INTO settings VALUES ('failover_threshold_count', '9'), ('failover_threshold_period_minutes', '7')`)
	h.imports(`{"version":1,
		"providers":[{"name":"mine","base_url":"https://up.example/v1","keys":["sk-more-canary-0123456789","sk-up-canary-0123456789"],
			"models":[{"id":"gpt-5","input_price":99,"enabled":false}]},
			{"name":"other","base_url":"https://elsewhere.example","models":[{"id":"x"}]}],
		"groups":[{"name":"chat","members":[{"provider":"mine","model":"gpt-5","priority":1,"weight":3,"enabled":false},{"provider":"other","model":"x","priority":2}]}],
		"api_keys":[{"name":"laptop","key":"sk-old-key-0123456789","enabled":false},{"name":"Old server key 2","key":"sk-yet-another-0123"}],
		"failure_keywords":[{"keyword":"QUOTA","description":"new","enabled":false}],
		"settings":{"failover":{"count":4}}}`)
	done := h.move(old, oldserver.Options{})
	const want = `unchanged provider "mine"
unchanged model "gpt-5" of "mine"
created model "o3" of "mine"
created provider "other 2": keys Count=1
created model "m" of "other 2"
changed group "chat": member_added Model=o3 Provider=mine
unchanged api_key "laptop"
created api_key "Old server key 2 2"
unchanged keyword "QUOTA"
changed settings "": failover_minutes From=5 To=7
`
	if got := done.Report.String(); got != want {
		t.Errorf("the move did\n%s\nwant\n%s", got, want)
	}
	if got, want := codes(done.Oddities), []string{
		"name_taken api_providers[3]", "group_known groups[1]", "api_key_without_groups api_keys[2]",
		"setting_kept settings[failover_threshold_count]",
	}; !slices.Equal(got, want) {
		t.Errorf("it told %q", got)
	}
	if m := h.has().Groups[0].Members; len(m) != 3 || m[0].Priority != 1 || m[0].Weight != 3 || m[0].Enabled || m[2].Model != "o3" || m[2].Priority != 6 {
		t.Errorf("the members are %+v", m)
	}
	if again := h.move(old, oldserver.Options{}); again.Report.Changed() {
		t.Errorf("a second move did\n%s", again.Report)
	}
}

// Two accounts whose keys somebody has put into one provider are that provider.
func TestJoinedAccounts(t *testing.T) {
	h := newHouse(t)
	h.imports(`{"version":1,"providers":[{"name":"both","base_url":"https://up.example/v1","keys":["sk-up-canary-0123456789","sk-b-canary-0123456789"]}]}`)
	done := h.move(write(t, schema, account,
		`INSERT INTO api_providers VALUES (2, 'b.o3', 'https://up.example/v1/chat/completions', 'sk-b-canary-0123456789', 'o3', 1, 'per_token', 1, 0, 0)`),
		oldserver.Options{})
	if all := h.has().Providers; len(all) != 1 || len(all[0].Models) != 2 || len(all[0].Keys) != 2 {
		t.Errorf("the providers are %+v: %s", all, done.Report)
	}
}

func TestNoSecretIsTold(t *testing.T) {
	h := newHouse(t)
	path := write(t, schema, account,
		`INSERT INTO api_providers VALUES (2, 'x.m', 'https://user:canary-password@x.example/v1?key=canary-query', 'sk-x-canary-0123456789 ', 'm', 1, 'per_token', 1, 0, 0)`,
		`INSERT INTO api_keys VALUES (1, 'hg canary not a key', 1, NULL, NULL), (2, 'sk-tool-canary-0123456789', 1, NULL, NULL)`,
		`INSERT INTO call_logs VALUES (1, 1, NULL, '2025-08-20 10:00:05', 0, 401, 5000, 'Incorrect API key provided: sk-up-canary-0123456789.', 'canary-body', NULL, NULL, NULL, NULL)`)
	done := h.move(path, oldserver.Options{Calls: true})
	told, err := json.Marshal(done)
	if err != nil {
		t.Fatal(err)
	}
	call, err := h.into.CallLog.Get(t.Context(), h.calls()[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(told), done.Report.String(), string(kept)} {
		if strings.Contains(text, "canary") {
			t.Errorf("a secret is told: %s", text)
		}
	}
	if !strings.Contains(call.Row.Message, "Incorrect API key provided: sk-u…6789.") {
		t.Errorf("the message is %q", call.Row.Message)
	}
}

func TestTooMuchIsRefusedWhole(t *testing.T) {
	h := newHouse(t)
	before := h.has()
	path := write(t, schema, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
		INSERT INTO api_providers SELECT i, 'p' || i, 'https://h' || i || '.example', 'sk-' || i, 'm', 1, 'per_token', 1, 0, 0 FROM n`)
	if _, err := h.open(path).Move(t.Context(), h.into, oldserver.Options{}); err == nil || !strings.Contains(err.Error(), "too_many") {
		t.Errorf("got %v", err)
	}
	if !reflect.DeepEqual(before, h.has()) {
		t.Error("part of it was moved")
	}
}

func names(list []catalog.Provider) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.Name)
	}
	return all
}

func TestProviderNames(t *testing.T) {
	for name, c := range map[string]struct {
		rows [][2]string // name, model; one account
		want string
	}{
		"one row":                {[][2]string{{"relay.gpt-5", "gpt-5"}}, "relay"},
		"model with a path":      {[][2]string{{"relay.qwen3", "qwen/qwen3"}}, "relay"},
		"whole path":             {[][2]string{{"relay/qwen/qwen3", "qwen/qwen3"}}, "relay"},
		"other separators":       {[][2]string{{"my relay - gpt-5", "gpt-5"}, {"my relay_o3", "o3"}}, "my relay"},
		"only the model":         {[][2]string{{"gpt-5", "gpt-5"}}, "gpt-5"},
		"only models":            {[][2]string{{"gpt-5", "gpt-5"}, {"o3", "o3"}}, "up.example"},
		"common words":           {[][2]string{{"relay one a", "x"}, {"relay one b", "y"}}, "relay one"},
		"no whole word":          {[][2]string{{"relays", "x"}, {"relayed", "y"}}, "up.example"},
		"one begins the other":   {[][2]string{{"relay", "x"}, {"relay.b", "y"}}, "relay"},
		"no separator before it": {[][2]string{{"xgpt-5", "gpt-5"}}, "xgpt-5"},
		"characters for control": {[][2]string{{"a\tb.m", "m"}}, "ab"},
		"nothing":                {[][2]string{{"", "m"}}, "up.example"},
		"Chinese":                {[][2]string{{"便宜.gpt-5", "gpt-5"}, {"便宜.o3", "o3"}}, "便宜"},
		"long":                   {[][2]string{{strings.Repeat("長", 150) + ".m", "m"}}, strings.Repeat("長", 100)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			path := write(t, schema)
			db := openOld(t, path)
			for _, r := range c.rows {
				if _, err := db.ExecContext(t.Context(), `INSERT INTO api_providers VALUES
					(NULL, ?, 'https://up.example/chat/completions', 'k', ?, 1, 'per_token', 1, 0, 0)`, r[0], r[1]); err != nil {
					t.Fatal(err)
				}
			}
			h.move(path, oldserver.Options{})
			if got := names(h.has().Providers); len(got) != 1 || got[0] != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
