package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/event"
	"headgate/app/settings"
)

// sample is a whole file, with every kind of object.
const sample = `{"version": 1,
 "providers": [{"name": "up", "dialect": "openai", "base_url": "http://127.0.0.1:9101/v1", "keys": ["sk-canary-0123456789"],
                "models": [{"id": "m1", "input_price": 1.0, "output_price": 2.0, "call_price": null}]}],
 "groups":    [{"name": "chat", "policy": "priority", "members": [{"provider": "up", "model": "m1", "priority": 1, "weight": 1}]}],
 "api_keys":  [{"name": "laptop", "groups": ["chat"]}, {"name": "desk", "key": "my.own_key-0123456789", "groups": ["chat"]}],
 "failure_keywords": [{"keyword": "quota exceeded"}],
 "settings":  {"failover": {"count": 3, "minutes": 7}}}`

func (h *house) imports(text string) catalog.Report {
	h.t.Helper()
	return must[catalog.Report](h)(h.Import(h.t.Context(), []byte(text)))
}

func TestImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	report := h.imports(sample)
	if len(report.MadeKeys) != 1 || report.MadeKeys[0].Name != "laptop" {
		t.Fatalf("made %+v", report.MadeKeys)
	}
	const want = `created provider "up": keys Count=1
created model "m1" of "up"
created group "chat": members Count=1
created api_key "laptop"
created api_key "desk"
created keyword "quota exceeded"
changed settings "": failover_count From=2 To=3, failover_minutes From=5 To=7
`
	if got := report.String(); got != want {
		t.Errorf("the report is\n%s\nwant\n%s", got, want)
	}
	config := h.engine.last()
	p := config.Providers[0]
	if p.Keys[0].Secret != "sk-canary-0123456789" || *p.Models[0].Price.InputPerMillion != 1 || p.Models[0].Price.PerCall != nil {
		t.Errorf("provider %+v", p)
	}
	if g := config.Groups[0]; g.Name != "chat" || len(g.Members) != 1 || len(config.APIKeys) != 2 || config.Failover.Count != 3 {
		t.Errorf("compiled %+v", config.Groups)
	}

	applied := len(h.engine.applied)
	h.unchangedBy(func() {
		again := h.imports(sample)
		if again.Changed() || len(again.Changes) != 7 || len(again.MadeKeys) != 0 {
			t.Errorf("a second run did\n%s", again)
		}
	})
	if len(h.engine.applied) != applied {
		t.Error("a second run reached the engine")
	}
	if s := must[settings.Settings](h)(h.Settings(t.Context())); s.Failover.CooldownSeconds != 60 {
		t.Errorf("a setting that the file leaves out became %d", s.Failover.CooldownSeconds)
	}
}

func TestImportChangesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"nothing":       {`{"version":1}`, ""},
		"empty lists":   {`{"version":1,"providers":[],"groups":[],"api_keys":[],"failure_keywords":[],"settings":{}}`, ""},
		"byte order":    {"\ufeff" + `{"version":1}`, ""},
		"provider only": {`{"version":1,"providers":[{"name":"up"}]}`, "unchanged provider \"up\"\n"},
		"switch": {
			`{"version":1,"providers":[{"name":"up","enabled":false}]}`,
			"changed provider \"up\": off\n",
		},
		"same base URL in other words": {
			`{"version":1,"providers":[{"name":" up ","base_url":"http://127.0.0.1:9101/v1/"}]}`,
			"unchanged provider \"up\"\n",
		},
		"a key more": {
			`{"version":1,"providers":[{"name":"up","keys":["sk-new-0123456789","sk-canary-0123456789"],"headers":[{"name":"X-A","value":"b"}]}]}`,
			"changed provider \"up\": headers, keys_added Count=1\n",
		},
		"another key": {
			`{"version":1,"providers":[{"name":"up","keys":["sk-new-0123456789"]}]}`,
			"changed provider \"up\": keys_added Count=1, keys_removed Count=1\n",
		},
		"a move with its key": {
			`{"version":1,"providers":[{"name":"up","base_url":"https://new.example","keys":["sk-canary-0123456789"]}]}`,
			"changed provider \"up\": base_url\n",
		},
		"open without a key": {
			`{"version":1,"groups":[{"name":"chat","keyless":true},{"name":"new","keyless":true},{"name":"shut","keyless":false}]}`,
			"changed group \"chat\": keyless_on\ncreated group \"new\": keyless_on\ncreated group \"shut\"\n",
		},
		"a model more": {
			`{"version":1,"providers":[{"name":"up","models":[{"id":"m2","context_tokens":9}]}],"groups":[{"name":"chat","members":[{"provider":"up","model":"m2"}]}]}`,
			"unchanged provider \"up\"\ncreated model \"m2\" of \"up\"\n" +
				"changed group \"chat\": member_added Model=m2 Provider=up, member_removed Model=m1 Provider=up\n",
		},
		"prices": {
			`{"version":1,"providers":[{"name":"up","models":[{"id":"m1","input_price":null,"output_price":2,"cached_input_price":0,"call_price":0.5}]}]}`,
			"unchanged provider \"up\"\nchanged model \"m1\" of \"up\": input_price, cached_input_price, call_price\n",
		},
		"member": {
			`{"version":1,"groups":[{"name":"chat","members":[{"provider":"up","model":"m1","priority":0,"weight":5,"enabled":false}]}]}`,
			"changed group \"chat\": member_priority Model=m1 Provider=up, member_weight Model=m1 Provider=up, member_off Model=m1 Provider=up\n",
		},
		"member without its numbers": {
			`{"version":1,"groups":[{"name":"chat","members":[{"provider":"up","model":"m1"}]}]}`,
			"unchanged group \"chat\"\n",
		},
		"API key": {
			`{"version":1,"api_keys":[{"name":"laptop","groups":[],"expires_at":"2027-01-01T00:00:00Z"},{"name":"desk","key":"another_key.0123456789","enabled":false}]}`,
			"changed api_key \"laptop\": groups, expiry\nchanged api_key \"desk\": off, key_text\n",
		},
		"keyword in another case": {
			`{"version":1,"failure_keywords":[{"keyword":"Quota Exceeded","description":"d"}]}`,
			"changed keyword \"Quota Exceeded\": keyword_text, description\n",
		},
		"cooldown": {
			`{"version":1,"settings":{"failover":{"cooldown_seconds":5}}}`,
			"changed settings \"\": cooldown_seconds From=60 To=5\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.imports(sample)
			ids := func() []int64 {
				c := h.engine.last()
				list := []int64{int64(len(c.Keywords))}
				for _, k := range c.APIKeys {
					list = append(list, k.ID)
				}
				return list
			}
			before := ids()
			if got := h.imports(c.text).String(); got != c.want {
				t.Errorf("the report is\n%s\nwant\n%s", got, c.want)
			}
			if after := ids(); name != "API key" && !slices.Equal(before, after) {
				t.Errorf("what the file does not name went from %v to %v", before, after)
			}
			if again := h.imports(c.text); again.Changed() {
				t.Errorf("a second run did\n%s", again)
			}
		})
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.imports(sample)
	long := strings.Repeat(" ", 5<<20)
	// good comes before what is wrong in each file, and must not stay either.
	const good = `{"version":1,"providers":[{"name":"new","base_url":"http://new.example","models":[{"id":"n1"}]}`
	deep := strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)
	for name, c := range map[string]struct{ text, code, path string }{
		"too large":             {`{"version":1}` + long, "import_too_large", ""},
		"empty":                 {``, "import_malformed", ""},
		"cut":                   {good, "import_malformed", ""},
		"two values":            {`{"version":1}{}`, "import_malformed", ""},
		"trailing comma":        {`{"version":1,}`, "import_malformed", ""},
		"broken UTF-8":          {"{\"version\":1,\"\xff\":2}", "import_malformed", ""},
		"very deep":             {`{"version":1,"providers":` + deep + `}`, "import_malformed", ""},
		"a list":                {`[]`, "import_field_invalid", "$"},
		"no version":            {`{}`, "import_field_missing", "version"},
		"text for version":      {`{"version":"1"}`, "import_field_invalid", "version"},
		"newer version":         {`{"version":2,"rooms":[]}`, "import_version_unknown", ""},
		"unknown at the top":    {`{"version":1,"chanels":[]}`, "import_field_unknown", "chanels"},
		"another case":          {`{"version":1,"Providers":[]}`, "import_field_unknown", "Providers"},
		"unknown in provider":   {good + `,{"name":"x","url":"http://x"}]}`, "import_field_unknown", "providers[1].url"},
		"unknown in model":      {`{"version":1,"providers":[{"name":"x","base_url":"http://x","models":[{"id":"a"},{"id":"b","colour":1}]}]}`, "import_field_unknown", "providers[0].models[1].colour"},
		"unknown in header":     {good + `,{"name":"x","base_url":"http://x","headers":[{"name":"a","value":"b","c":1}]}]}`, "import_field_unknown", "providers[1].headers[0].c"},
		"unknown in group":      {good + `],"groups":[{"name":"g","member":[]}]}`, "import_field_unknown", "groups[0].member"},
		"unknown in member":     {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","prio":1}]}]}`, "import_field_unknown", "groups[0].members[0].prio"},
		"unknown in API key":    {good + `],"api_keys":[{"name":"k","group":"g"}]}`, "import_field_unknown", "api_keys[0].group"},
		"unknown in keyword":    {good + `],"failure_keywords":[{"keyword":"k","text":"g"}]}`, "import_field_unknown", "failure_keywords[0].text"},
		"unknown in settings":   {good + `],"settings":{"colour":"dark"}}`, "import_field_unknown", "settings.colour"},
		"unknown in failover":   {good + `],"settings":{"failover":{"seconds":1}}}`, "import_field_unknown", "settings.failover.seconds"},
		"field twice":           {good + `],"groups":[{"name":"g","name":"h"}]}`, "import_field_repeated", "groups[0].name"},
		"number for a list":     {good + `],"groups":1}`, "import_field_invalid", "groups"},
		"text for an object":    {good + `],"groups":["g"]}`, "import_field_invalid", "groups[0]"},
		"null for a name":       {good + `],"groups":[{"name":null}]}`, "import_field_invalid", "groups[0].name"},
		"text for a truth":      {good + `],"groups":[{"name":"g","enabled":"yes"}]}`, "import_field_invalid", "groups[0].enabled"},
		"text for a price":      {good + `,{"name":"x","models":[{"id":"a","input_price":"1"}]}]}`, "import_field_invalid", "providers[1].models[0].input_price"},
		"endless price":         {good + `,{"name":"x","models":[{"id":"a","input_price":1e999}]}]}`, "import_field_invalid", "providers[1].models[0].input_price"},
		"fraction for a rank":   {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","priority":1.5}]}]}`, "import_field_invalid", "groups[0].members[0].priority"},
		"null for a rank":       {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","priority":null}]}]}`, "import_field_invalid", "groups[0].members[0].priority"},
		"no time":               {good + `],"api_keys":[{"name":"k","expires_at":"tomorrow"}]}`, "import_field_invalid", "api_keys[0].expires_at"},
		"provider without name": {good + `,{"base_url":"http://x"}]}`, "import_field_missing", "providers[1].name"},
		"model without id":      {good + `,{"name":"x","base_url":"http://x","models":[{}]}]}`, "import_field_missing", "providers[1].models[0].id"},
		"provider twice":        {good + `,{"name":" new"}]}`, "import_name_repeated", "providers[1].name"},
		"model twice":           {`{"version":1,"providers":[{"name":"x","base_url":"http://x","models":[{"id":"a"},{"id":"a"}]}]}`, "import_name_repeated", "providers[0].models[1].id"},
		"group twice":           {good + `],"groups":[{"name":"g"},{"name":"g"}]}`, "import_name_repeated", "groups[1].name"},
		"API key twice":         {good + `],"api_keys":[{"name":"k"},{"name":"k"}]}`, "import_name_repeated", "api_keys[1].name"},
		"keyword twice":         {good + `],"failure_keywords":[{"keyword":"k"},{"keyword":"K"}]}`, "import_name_repeated", "failure_keywords[1].keyword"},
		"unknown provider":      {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1"},{"provider":"gone","model":"n1"}]}]}`, "import_reference_unknown", "groups[0].members[1].provider"},
		"unknown model":         {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"gone"}]}]}`, "import_reference_unknown", "groups[0].members[0].model"},
		"unknown group":         {good + `],"api_keys":[{"name":"k","groups":["chat","gone"]}]}`, "import_reference_unknown", "api_keys[0].groups[1]"},
		"no base URL":           {good + `,{"name":"x"}]}`, "import_refused", "providers[1].base_url"},
		"unknown dialect":       {good + `,{"name":"x","base_url":"http://x","dialect":"esperanto"}]}`, "import_refused", "providers[1].dialect"},
		"negative price":        {good + `,{"name":"x","base_url":"http://x","models":[{"id":"a","call_price":-1}]}]}`, "import_refused", "providers[1].models[0].call_price"},
		"moved without keys":    {good + `,{"name":"up","base_url":"https://evil.example"}]}`, "import_refused", "providers[1].keys"},
		"unknown policy":        {good + `],"groups":[{"name":"g","policy":"luck"}]}`, "import_refused", "groups[0].policy"},
		"member twice":          {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1"},{"provider":"new","model":"n1"}]}]}`, "import_refused", "groups[0].members[1]"},
		"negative rank":         {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","priority":-1}]}]}`, "import_refused", "groups[0].members[0].priority"},
		"huge rank":             {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","priority":9223372036854775807}]}]}`, "import_refused", "groups[0].members[0].priority"},
		"short API key":         {good + `],"api_keys":[{"name":"k","key":"short"}]}`, "import_refused", "api_keys[0].key"},
		"empty API key":         {good + `],"api_keys":[{"name":"k","key":""}]}`, "import_refused", "api_keys[0].key"},
		"taken API key":         {good + `],"api_keys":[{"name":"k","key":"my.own_key-0123456789"}]}`, "import_refused", "api_keys[0].key"},
		"expired API key":       {good + `],"api_keys":[{"name":"k","expires_at":"2020-01-01T00:00:00Z"}]}`, "import_refused", "api_keys[0].expires_at"},
		"empty keyword":         {good + `],"failure_keywords":[{"keyword":" "}]}`, "import_refused", "failure_keywords[0].keyword"},
		"count out of range":    {good + `],"settings":{"failover":{"count":0}}}`, "import_refused", "settings.failover.count"},
		"unknown theme":         {good + `],"settings":{"theme":"loud"}}`, "import_refused", "settings.theme"},
		"no address":            {good + `],"settings":{"gateway":{"address":"here"}}}`, "import_refused", "settings.gateway.address"},
		"unknown bodies":        {good + `],"settings":{"log":{"bodies":"some"}}}`, "import_refused", "settings.log.bodies"},
		"huge bodies":           {good + `],"settings":{"log":{"body_kb":1000000000}}}`, "import_refused", "settings.log.body_kb"},
		"long timeout":          {good + `,{"name":"x","base_url":"http://x","timeouts":{"reply_seconds":1000000}}]}`, "import_refused", "providers[1].timeouts.reply_seconds"},
		"proxy with a password": {good + `,{"name":"x","base_url":"http://x","proxy":"http://me:sk-canary@p"}]}`, "import_refused", "providers[1].proxy"},
		"reserved header":       {good + `,{"name":"x","base_url":"http://x","headers":[{"name":"Host","value":"y"}]}]}`, "import_refused", "providers[1].headers"},
		"key twice":             {good + `,{"name":"x","base_url":"http://x","keys":["k1",{"key":"k1"}]}]}`, "import_refused", "providers[1].keys"},
		"number for a key":      {good + `,{"name":"x","base_url":"http://x","keys":[1]}]}`, "import_field_invalid", "providers[1].keys[0]"},
		"unknown in key":        {good + `,{"name":"x","base_url":"http://x","keys":[{"key":"k","on":true}]}]}`, "import_field_unknown", "providers[1].keys[0].on"},
		"unknown in timeouts":   {good + `,{"name":"x","base_url":"http://x","timeouts":{"tls":1}}]}`, "import_field_unknown", "providers[1].timeouts.tls"},
		"broken expression":     {good + `],"failure_keywords":[{"keyword":"(","regex":true}]}`, "import_refused", "failure_keywords[0].keyword"},
		"unknown scope":         {good + `],"failure_keywords":[{"keyword":"x","scope":"here"}]}`, "import_refused", "failure_keywords[0].scope"},
		"keyword's group":       {good + `],"failure_keywords":[{"keyword":"x","groups":["gone"]}]}`, "import_reference_unknown", "failure_keywords[0].groups[0]"},
		"unknown in rule":       {good + `],"groups":[{"name":"g","rules":[{"action":"next","status":429}]}]}`, "import_field_unknown", "groups[0].rules[0].status"},
		"rule without action":   {good + `],"groups":[{"name":"g","rules":[{"text":"a"}]}]}`, "import_field_missing", "groups[0].rules[0].action"},
		"group's rule":          {good + `],"groups":[{"name":"g","rules":[{"text":"a","action":"next"},{"text":"(","regex":true,"action":"next"}]}]}`, "import_refused", "groups[0].rules[1].text"},
		"provider's rule":       {good + `,{"name":"x","base_url":"http://x","rules":[{"status_from":500,"status_to":400,"action":"next"}]}]}`, "import_refused", "providers[1].rules[0].status_to"},
		"too many rules":        {good + `],"groups":[{"name":"g","rules":[` + strings.Repeat(`{"text":"a","action":"next"},`, 20) + `{"text":"a","action":"next"}]}]}`, "import_refused", "groups[0].rules"},
		"weightless":            {good + `],"groups":[{"name":"g","members":[{"provider":"new","model":"n1","weight":0}]}]}`, "import_refused", "groups[0].members[0].weight"},
		"key and mark":          {good + `],"api_keys":[{"name":"k","key":"0123456789abcdef","mark":{"hash":"` + strings.Repeat("0", 64) + `","prefix":"a","last_four":"b"}}]}`, "import_fields_conflict", "api_keys[0].key"},
		"short hash":            {good + `],"api_keys":[{"name":"k","mark":{"hash":"00","prefix":"a","last_four":"b"}}]}`, "import_field_invalid", "api_keys[0].mark.hash"},
		"long prefix":           {good + `],"api_keys":[{"name":"k","mark":{"hash":"` + strings.Repeat("0", 64) + `","prefix":"sk-canary-0123","last_four":"b"}}]}`, "import_field_invalid", "api_keys[0].mark.prefix"},
	} {
		h.unchangedBy(func() {
			_, err := h.Import(t.Context(), []byte(c.text))
			if apperr.Code(err) != c.code {
				t.Errorf("%s: got %v, want %s", name, err, c.code)
				return
			}
			var e *apperr.Error
			if e = err.(*apperr.Error); c.path != "" && e.Params["Path"] != c.path {
				t.Errorf("%s: the path is %q, want %q", name, e.Params["Path"], c.path)
			}
			if strings.Contains(err.Error(), "sk-canary") {
				t.Errorf("%s: the error repeats a provider key: %v", name, err)
			}
		})
	}
}

func TestImportTellsTheLine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, line := range map[string]string{
		"{\n\"version\": 1,\n\"groups\": [}\n": "3",
		"{\n\"version\": 1\n\xff}":             "3",
		"{\"version\": 1}\n\nmore":             "3",
	} {
		_, err := h.Import(t.Context(), []byte(text))
		e, ok := err.(*apperr.Error)
		if !ok || e.Params["Line"] != line {
			t.Errorf("%q: %v, want line %s", text, err, line)
		}
	}
}

func TestLargeImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var b strings.Builder
	b.WriteString(`{"version":1,"providers":[{"name":"up","base_url":"http://up.example","models":[`)
	const models = 2000
	for i := range models {
		fmt.Fprintf(&b, `{"id":"m%d","input_price":%d},`, i, i)
	}
	text := strings.TrimSuffix(b.String(), ",") + `]}]}`
	if got := len(h.imports(text).Changes); got != models+1 {
		t.Errorf("%d changes", got)
	}
	if h.imports(text).Changed() {
		t.Error("a second run changed something")
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"version":1,"providers":[{"name":"p","base_url":"http://h","headers":[{"name":"a","value":"b"}],"keys":[]}]}`))
	f.Add([]byte(`{"version":1,"groups":[{"name":"g","members":[{"provider":"p","model":"m","priority":1e3}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := catalog.New(catalog.Options{Store: &memory{}, Engine: &engine{}, Bus: &event.Bus{}})
		report, err := c.Import(t.Context(), text)
		if err != nil {
			if code := apperr.Code(err); code == apperr.Internal {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		again, err := c.Import(t.Context(), text)
		if err != nil || again.Changed() {
			t.Errorf("after\n%sthe second run did\n%s%v", report, again, err)
		}
	})
}
