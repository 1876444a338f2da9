package cli_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/secret"
	"headgate/gateway/gatewaytest"
)

// oldDatabase is what an old server with one upstream kept.
func oldDatabase(t *testing.T, upstream string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "from the old server") // its name doesn't matter
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{
		`CREATE TABLE api_providers (id INTEGER PRIMARY KEY, name VARCHAR, api_endpoint VARCHAR, api_key VARCHAR, model VARCHAR,
			price_per_million_tokens FLOAT, type VARCHAR, is_active BOOLEAN)`,
		`CREATE TABLE groups (id INTEGER PRIMARY KEY, name VARCHAR)`,
		`CREATE TABLE provider_group_association (provider_id INTEGER, group_id INTEGER, priority INTEGER)`,
		`CREATE TABLE api_keys (id INTEGER PRIMARY KEY, key VARCHAR, is_active BOOLEAN)`,
		`CREATE TABLE api_key_group_association (api_key_id INTEGER, group_id INTEGER)`,
		`CREATE TABLE call_logs (id INTEGER PRIMARY KEY, provider_id INTEGER, request_timestamp DATETIME, response_timestamp DATETIME,
			is_success BOOLEAN, status_code INTEGER, response_time_ms INTEGER, error_message VARCHAR, prompt_tokens INTEGER,
			completion_tokens INTEGER, cost FLOAT)`,
		fmt.Sprintf(`INSERT INTO api_providers VALUES
			(1, 'relay.off', '%[1]s/chat/completions', 'sk-canary-0123456789', 'off', 1, 'per_token', 0),
			(2, 'relay.m', '%[1]s/chat/completions', 'sk-canary-0123456789', 'm', 3, 'per_token', 1),
			(3, 'lost.m', 'lost', 'sk-canary-0123456789', 'm', 3, 'per_token', 1)`, upstream),
		`INSERT INTO groups VALUES (1, 'chat')`,
		`INSERT INTO provider_group_association VALUES (1, 1, 1), (2, 1, 2), (3, 1, 3)`,
		`INSERT INTO api_keys VALUES (1, 'sk-old-key-0123456789', 1), (2, 'sk-revoked-0123456789', 0)`,
		`INSERT INTO api_key_group_association VALUES (1, 1), (2, 1)`,
		`INSERT INTO call_logs VALUES (1, 2, '2025-08-20 10:17:00', '2025-08-20 10:17:08', 1, 200, 8000, NULL, 100, 10, 0.5)`,
	} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return path
}

func TestMovingOverFromTheOldServer(t *testing.T) {
	upstream := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{Content: []string{"Hello."}, Usage: gatewaytest.Tokens(1000, 100)}))
	old, data := oldDatabase(t, upstream.URL()), filepath.Join(t.TempDir(), "data")
	imported := func(flags ...string) string {
		t.Helper()
		got := run(t, nil, append([]string{"import", "--data", data, old}, flags...)...)
		if got.code != 0 || got.stderr != "" {
			t.Fatalf("import %v: %+v", flags, got)
		}
		if strings.Contains(got.stdout, "canary") || strings.Contains(got.stdout, "sk-old-key") {
			t.Errorf("a key is told: %s", got.stdout)
		}
		return got.stdout
	}
	says := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("it doesn't say %q but\n%s", part, text)
			}
		}
	}
	becomes := fmt.Sprintf("relay.off, relay.m → provider \"relay\" (%s, key sk-c…6789)\n", upstream.URL())
	lost := "To look at (1):\n- api_providers[3]: “lost.m” has an endpoint that is no usable http(s) URL."
	says(imported("--preview"), becomes, lost, "created   group \"chat\": members: 2\n",
		"Call log: 1 from 2025-08-20 to 2025-08-20; --calls brings it along.\nThis was a preview: nothing was changed.\n")
	says(imported(), becomes, lost, "6 created, 0 changed, 0 unchanged.\n", "Call log: 1 left behind; --calls brings it along.\n")
	says(imported("--calls"), "Nothing changed.\n", "keeps calls for ever", "Call log: 1 brought along, 0 there already.\n")
	says(imported("--calls"), "Nothing changed.\n", "Call log: 0 brought along, 1 there already.\n")

	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	for key, want := range map[string]int{"sk-old-key-0123456789": 200, "sk-revoked-0123456789": 401} {
		status, _, text := send(t, http.MethodPost, s.gateway+"/chat/completions",
			`{"model":"chat","messages":[{"role":"user","content":"Hi"}]}`, "Authorization", "Bearer "+key)
		if status != want || want == 200 && !strings.Contains(text, "Hello.") {
			t.Errorf("a call with %s got %d %s", key, status, text)
		}
	}
	status, cookies, text := send(t, http.MethodPost, s.admin+"/login", `{"username":"admin","password":"enchantresses"}`)
	if status != http.StatusNoContent {
		t.Fatalf("login got %d %s", status, text)
	}
	cookie, _, _ := strings.Cut(cookies.Get("Set-Cookie"), ";")
	status, _, text = send(t, http.MethodPost, s.admin+"/rpc/Calls/Get", `["old_20250820T021700_1"]`, "Cookie", cookie)
	var call struct {
		Row struct {
			StartedAt, CostNanos, InputTokens int64
			Provider                          string
		}
	}
	if err := json.Unmarshal([]byte(text), &call); err != nil || status != 200 {
		t.Fatalf("the old call got %d %s", status, text)
	}
	if r := call.Row; r.StartedAt != 1755656220000 || r.CostNanos != 500_000_000 || r.InputTokens != 100 || r.Provider != "relay" {
		t.Errorf("the old call is %s", text)
	}
}

// The configuration is in then, and nobody can be told again what was made.
func TestCallsThatCannotBeBroughtAlong(t *testing.T) {
	old := oldDatabase(t, "https://up.example/v1")
	db, err := sql.Open("sqlite", old)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`ALTER TABLE call_logs RENAME TO kept_calls`,
		`CREATE VIEW call_logs AS SELECT id AS rowid, id, provider_id, request_timestamp, response_timestamp, is_success, status_code, response_time_ms,
			error_message, prompt_tokens, completion_tokens, abs(-9223372036854775808) AS cost FROM kept_calls`,
	} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, "import", "--data", filepath.Join(t.TempDir(), "data"), "--calls", old)
	if got.code != 1 || !strings.Contains(got.stdout, "6 created") || strings.Contains(got.stdout, "brought along") || got.stderr == "" {
		t.Errorf("got %+v", got)
	}
}

func TestLockedConfigurationIsImported(t *testing.T) {
	locked, err := secret.Lock([]byte(`{"version":1,"groups":[{"name":"chat"}]}`), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, filepath.Join(t.TempDir(), "c.age"), string(locked))
	data := t.TempDir()
	for _, c := range []struct {
		env  []string
		code int
		says string
	}{
		{nil, 2, "the file is locked: give --passphrase-file, or set HEADGATE_PASSPHRASE"},
		{[]string{"HEADGATE_PASSPHRASE=wrong horse"}, 1, "The passphrase doesn't open this file"},
		{[]string{"HEADGATE_PASSPHRASE=correct horse"}, 0, "created   group \"chat\"\n1 created, 0 changed, 0 unchanged.\n"},
	} {
		got := run(t, c.env, "import", "--data", data, file)
		if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.says) {
			t.Errorf("with %v: got %+v", c.env, got)
		}
	}
}

func TestWordsAboutMovingOver(t *testing.T) {
	config := writeFile(t, filepath.Join(t.TempDir(), "c.json"), `{"version":1,"groups":[{"name":"chat"}]}`)
	data := t.TempDir()
	foreign := filepath.Join(t.TempDir(), "notes.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE notes (x)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"calls of a configuration":   {[]string{"--calls", config}, 2, "--calls is for an old server's database"},
		"preview of a configuration": {[]string{"--preview", config}, 0, "created   group \"chat\"\n1 created, 0 changed, 0 unchanged.\nThis was a preview"},
		"another program's database": {[]string{foreign}, 1, "isn't a database of the old server"},
		"a folder":                   {[]string{t.TempDir()}, 1, "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, nil, append([]string{"import", "--data", data}, c.args...)...)
			if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.says) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
