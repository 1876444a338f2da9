package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headgate/app/instance"
	"headgate/gateway/gatewaytest"
)

// house is a data folder with a provider, two groups and an API key.
func house(t *testing.T) (data string, upstream *gatewaytest.Upstream) {
	t.Helper()
	upstream = gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{Content: []string{"Hello."}}))
	data = filepath.Join(t.TempDir(), "data")
	config := writeFile(t, filepath.Join(t.TempDir(), "c.json"), fmt.Sprintf(`{"version": 1,
		"providers": [
			{"name": "bad", "dialect": "openai", "base_url": %q, "models": [{"id": "m1"}]},
			{"name": "up", "dialect": "openai", "base_url": %q, "keys": ["sk-canary-0123456789"], "models": [{"id": "m2"}]}],
		"groups": [
			{"name": "chat", "policy": "priority", "members": [
				{"provider": "bad", "model": "m1", "priority": 1}, {"provider": "up", "model": "m2", "priority": 2}]},
			{"name": "code", "policy": "priority", "members": [{"provider": "up", "model": "m2", "priority": 1}]}],
		"api_keys": [{"name": "laptop", "key": %q, "groups": ["chat"]}],
		"settings": {"gateway": {"address": "127.0.0.1:0"}}}`,
		gatewaytest.Refusing(t), upstream.URL(), toolKey))
	must(t, run(t, nil, "import", "--data", data, config))
	return data, upstream
}

func must(t *testing.T, got words) words {
	t.Helper()
	if got.code != 0 {
		t.Fatalf("got %+v", got)
	}
	return got
}

// Whether a program runs or not: the same words do the same.
func TestCommandsOnFolderAndOnRunningProgram(t *testing.T) {
	for name, running := range map[string]bool{"folder": false, "running": true} {
		t.Run(name, func(t *testing.T) {
			data, _ := house(t)
			var s *served
			if running {
				s = serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
			}
			on := func(args ...string) words { t.Helper(); return run(t, nil, append(args, "--data", data)...) }

			got := must(t, on("groups"))
			for _, line := range []string{"chat → bad/m1", "code → up/m2", "  up/m2   priority 2"} {
				if !strings.Contains(got.stdout, line) {
					t.Errorf("groups said\n%s", got.stdout)
				}
			}
			var groups []struct {
				Name    string
				Answers *struct{ Provider string }
				Members []struct{ Turn int }
			}
			if err := json.Unmarshal([]byte(must(t, on("groups", "--json")).stdout), &groups); err != nil ||
				len(groups) != 2 || groups[0].Answers.Provider != "bad" || len(groups[0].Members) != 2 || groups[0].Members[1].Turn != 2 {
				t.Errorf("groups --json: %+v, %v", groups, err)
			}

			got = must(t, on("keys", "create", "ci", "--group", "chat,code", "--days", "3"))
			key := strings.TrimSpace(got.stdout)
			if !strings.HasPrefix(key, "hg-") || strings.ContainsAny(key, " \n") {
				t.Errorf("the key is %q", got.stdout)
			}
			got = must(t, on("keys", "list"))
			if !strings.Contains(got.stdout, "chat, code") || strings.Contains(got.stdout, key) || !strings.Contains(got.stdout, "laptop") {
				t.Errorf("keys list said\n%s", got.stdout)
			}
			if running {
				ask := func() int {
					status, _, _ := send(t, http.MethodPost, s.gateway+"/chat/completions",
						`{"model":"code","messages":[{"role":"user","content":"Hi"}]}`, "Authorization", "Bearer "+key)
					return status
				}
				if status := ask(); status != http.StatusOK {
					t.Errorf("the made key got %d", status)
				}
				must(t, on("keys", "revoke", "ci"))
				if status := ask(); status != http.StatusUnauthorized {
					t.Errorf("the revoked key got %d", status)
				}
			}
			for _, c := range []struct{ args, says string }{
				{"keys create x --group none", "There is no group none"},
				{"keys create laptop --group chat", "laptop"},
				{"keys revoke nobody", "There is no API key with the name nobody"},
			} {
				if got := on(strings.Fields(c.args)...); got.code != 1 || !strings.Contains(got.stderr, c.says) {
					t.Errorf("%s: got %+v", c.args, got)
				}
			}

			exportAndImport(t, data)
			if running { // a passphrase costs seconds, on purpose
				exportLocked(t, data)
			}

			got = must(t, on("backup"))
			if _, err := os.Stat(strings.TrimSpace(got.stdout)); err != nil {
				t.Error(err)
			}
			if got := must(t, on("backup", "--list")); !strings.Contains(got.stdout, "KiB") {
				t.Errorf("backup --list said %q", got.stdout)
			}
			if running {
				s.end(t)
				if strings.Contains(s.stderr.String(), "sk-canary") || strings.Contains(s.stderr.String(), key) {
					t.Error("a key is in the log")
				}
			}
		})
	}
}

func exportAndImport(t *testing.T, data string) {
	t.Helper()
	got := must(t, run(t, nil, "export", "--data", data))
	if !json.Valid([]byte(got.stdout)) || !strings.Contains(got.stdout, `"chat"`) || strings.Contains(got.stdout, "canary") {
		t.Errorf("exported %s", got.stdout)
	}
	file := filepath.Join(t.TempDir(), "c.json")
	must(t, run(t, nil, "export", "--data", data, file))
	if got := run(t, nil, "export", "--data", data, file); got.code != 1 || !strings.Contains(got.stderr, "already there") {
		t.Errorf("exported over a file: %+v", got)
	}
	must(t, run(t, nil, "export", "--data", data, file, "--force"))
	if got := must(t, run(t, nil, "import", "--data", data, file, "--preview")); !strings.Contains(got.stdout, "This was a preview") {
		t.Errorf("import --preview said %q", got.stdout)
	}
	more := writeFile(t, filepath.Join(t.TempDir(), "m.json"), `{"version":1,"groups":[{"name":"more"}],"api_keys":[{"name":"new","groups":["more"]}]}`)
	got = must(t, run(t, nil, "import", "--data", data, more))
	if !strings.Contains(got.stdout, `created   group "more"`) || !strings.Contains(got.stdout, `API key "new" is hg-`) {
		t.Errorf("import said %q", got.stdout)
	}
	bad := writeFile(t, filepath.Join(t.TempDir(), "b.json"), `{"version":1,"provders":[]}`)
	if got := run(t, nil, "import", "--data", data, bad); got.code != 1 || !strings.Contains(got.stderr, "provders") {
		t.Errorf("a wrong file: %+v", got)
	}
}

func exportLocked(t *testing.T, data string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.age")
	secretFile := writeFile(t, filepath.Join(t.TempDir(), "p"), "correct horse\n")
	must(t, run(t, nil, "export", "--data", data, file, "--passphrase-file", secretFile))
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), "AGE ENCRYPTED") {
		t.Errorf("exported %s, %v", content, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the export is %v, %v", info.Mode(), err)
	}
	got := must(t, run(t, nil, "import", "--data", data, file, "--passphrase-file", secretFile))
	if !strings.Contains(got.stdout, "Nothing changed.") {
		t.Errorf("import said %q", got.stdout)
	}
}

func TestStatusStartStopQuit(t *testing.T) {
	data, _ := house(t)
	on := func(args ...string) words { t.Helper(); return run(t, nil, append(args, "--data", data)...) }
	for _, command := range []string{"status", "start", "stop"} {
		if got := on(command); got.code != 3 || !strings.Contains(got.stderr, "no Headgate runs") {
			t.Errorf("%s where none runs: %+v", command, got)
		}
	}
	if got := on("status", "--json"); got.code != 3 || !strings.Contains(got.stdout, `"running": false`) {
		t.Errorf("status --json where none runs: %+v", got)
	}
	if got := must(t, on("quit")); !strings.Contains(got.stdout, "No Headgate runs") {
		t.Errorf("quit where none runs: %+v", got)
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	if got := run(t, nil, "status", "--data", nowhere); got.code != 3 {
		t.Errorf("status of no folder: %+v", got)
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("status made the folder")
	}

	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	send(t, http.MethodPost, s.gateway+"/chat/completions",
		`{"model":"chat","messages":[{"role":"user","content":"Hi"}]}`, "Authorization", "Bearer "+toolKey)
	got := must(t, on("status"))
	for _, part := range []string{"running  " + s.gateway, "chat → bad/m1", "Failing", "chat: bad/m1"} {
		if !strings.Contains(got.stdout, part) {
			t.Errorf("status said\n%s", got.stdout)
		}
	}
	var report struct {
		Running bool
		Gateway struct{ State, BaseURL string }
		Failing []struct {
			Provider string
			Failures int
		}
	}
	if err := json.Unmarshal([]byte(must(t, on("status", "--json")).stdout), &report); err != nil || !report.Running ||
		report.Gateway.State != "running" || report.Gateway.BaseURL != s.gateway || len(report.Failing) != 1 || report.Failing[0].Failures != 1 {
		t.Errorf("status --json: %+v, %v", report, err)
	}
	if got := must(t, on("status", "--quiet")); got.stdout+got.stderr != "" {
		t.Errorf("status --quiet said %+v", got)
	}
	must(t, on("stop"))
	must(t, on("stop"))
	if got := on("status"); got.code != 4 || !strings.Contains(got.stdout, "stopped") {
		t.Errorf("status of a shut gateway: %+v", got)
	}
	if got := must(t, on("start")); !strings.Contains(got.stdout, "http://127.0.0.1:") {
		t.Errorf("start said %+v", got)
	}
	must(t, on("start"))
	must(t, on("status", "--quiet"))
	must(t, on("quit"))
	if code := <-s.code; code != 0 {
		t.Errorf("serve ended with %d: %s", code, s.stderr)
	}
	s.code = nil
	if held, err := instance.Held(data); held || err != nil {
		t.Errorf("the folder is held: %v, %v", held, err)
	}
}

// A call log that can't be had is told, and takes nothing else of the status away.
func TestStatusWithoutCallLog(t *testing.T) {
	data, _ := house(t)
	calls := filepath.Join(data, "calls.db")
	if err := os.Rename(calls, calls+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(calls, 0o700); err != nil {
		t.Fatal(err)
	}
	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // it is tried in the background
		got := must(t, run(t, nil, "status", "--data", data))
		if !strings.Contains(got.stdout, "running  "+s.gateway) || !strings.Contains(got.stdout, "chat → bad/m1") {
			t.Fatalf("status said\n%s", got.stdout)
		}
		if strings.Contains(got.stdout, "can't be written just now") {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("status says nothing of the log:\n%s", got.stdout)
		}
	}
	if got := run(t, nil, "doctor", "--data", data); !strings.Contains(got.stdout, "The call log can't be written just now") {
		t.Errorf("doctor said %+v", got)
	}
}

// Who has the folder and says nothing is a failure, and not nobody.
func TestSilentProgram(t *testing.T) {
	data := t.TempDir()
	lock, err := instance.Acquire(data)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if err := lock.Shut(); err != nil {
		t.Fatal(err)
	}
	if got := run(t, nil, "status", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "doesn't answer") {
		t.Errorf("got %+v", got)
	}
}
