package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"headgate/app/cli"
	"headgate/gateway/gatewaytest"
)

var pages = fstest.MapFS{"index.html": {Data: []byte("<title>Headgate</title>")}}

// words is what a finished run wrote.
type words struct {
	code           int
	stdout, stderr string
}

func run(t *testing.T, env []string, args ...string) words {
	t.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(cli.Program{Args: args, Env: env, Stdout: &out, Stderr: &errs, Version: "1.2.3", Pages: pages})
	return words{code, out.String(), errs.String()}
}

// served is a running `headgate serve`.
type served struct {
	login, gateway, admin string // as printed; login is "" when no password was made
	stop                  chan os.Signal
	code                  chan int
	stderr                *lockedBuffer
}

// lockedBuffer can be read, and waited for, while it is written.
type lockedBuffer struct {
	mu    sync.Mutex
	b     bytes.Buffer
	grown chan struct{} // closed by the next write
}

func newLockedBuffer() *lockedBuffer { return &lockedBuffer{grown: make(chan struct{})} }

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.b.Write(p)
}

// await waits until the text was written.
func (l *lockedBuffer) await(text string) {
	for {
		l.mu.Lock()
		grown, there := l.grown, strings.Contains(l.b.String(), text)
		l.mu.Unlock()
		if there {
			return
		}
		<-grown
	}
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func serve(t *testing.T, env []string, args ...string) *served {
	t.Helper()
	s := &served{stop: make(chan os.Signal, 2), code: make(chan int, 1), stderr: newLockedBuffer()}
	out, stdout := io.Pipe()
	go func() {
		s.code <- cli.Run(cli.Program{
			Args: args, Env: env, Stdout: stdout, Stderr: s.stderr, Version: "1.2.3", Pages: pages, Stop: s.stop,
		})
		_ = stdout.Close()
	}()
	for lines := bufio.NewScanner(out); s.admin == ""; {
		if !lines.Scan() {
			t.Fatalf("serve ended with %d: %s", <-s.code, s.stderr)
		}
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "login":
			s.login = value
		case "gateway":
			s.gateway = value
		case "admin":
			s.admin = value
		default:
			t.Fatalf("serve printed %q", lines.Text())
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	t.Cleanup(func() { s.end(t) })
	return s
}

// end stops the program as SIGTERM does; it may have ended already.
func (s *served) end(t *testing.T) {
	t.Helper()
	if s.code == nil {
		return
	}
	s.stop <- syscall.SIGTERM
	if code := <-s.code; code != 0 {
		t.Errorf("serve ended with %d: %s", code, s.stderr)
	}
	s.code = nil
}

func anyPorts(dir string) []string {
	return []string{"serve", "--data", dir, "--addr", "127.0.0.1:0", "--admin", "127.0.0.1:0"}
}

func send(t *testing.T, method, url, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, reply.Header, string(text)
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWords(t *testing.T) {
	for _, tc := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"version", 0, "headgate 1.2.3\n", ""},
		{"help", 0, "headgate serve", ""},
		{"--help", 0, "headgate serve", ""},
		{"serve --help", 0, "--admin HOST:PORT", ""},
		{"fly", 2, "", `"fly" is not a command`},
		{"version now", 2, "", `"now" is one word too many`},
		{"serve --port 1", 2, "", "-port"},
		{"serve now", 2, "", `"now" is one word too many`},
		{"import", 2, "", "needs FILE"},
		{"import a.json b.json", 2, "", `"b.json" is one word too many`},
		{"import --help", 0, "Examples:\n  headgate import configuration.json --preview", ""},
		{"help keys create", 0, "headgate keys create NAME [flags]", ""},
		{"help fly", 2, "", `"fly" is not a command`},
		{"keys", 2, "", "needs a command"},
		{"keys --help", 0, "revoke NAME", ""},
		{"keys fly", 2, "", `"fly" is not one`},
		{"keys create laptop --data x", 2, "", "--group GROUPS, or --models"},
		{"keys create laptop --models --days 0", 2, "", "whole number"},
		{"completion tcsh", 2, "", "none of bash"},
		{"complete keys c", 0, "create\tmake an API key", ""},
		{"complete -- import --pr", 0, "--preview\tprint what would change", ""},
		{"complete -- completion f", 0, "fish\t", ""},
		{"complete -- fly x", 0, "", ""},
	} {
		t.Run(tc.args, func(t *testing.T) {
			got := run(t, nil, strings.Fields(tc.args)...)
			if got.code != tc.code || !strings.Contains(got.stdout, tc.stdout) || !strings.Contains(got.stderr, tc.stderr) {
				t.Errorf("got %+v", got)
			}
			if tc.stdout == "" && got.stdout != "" || tc.stderr == "" && got.stderr != "" {
				t.Errorf("words on the wrong stream: %+v", got)
			}
		})
	}
}

func TestFailuresAreOneSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(folder)...)
	noFolder := writeFile(t, filepath.Join(t.TempDir(), "file"), "")
	wrong := writeFile(t, filepath.Join(t.TempDir(), "w.json"), `{"version":1,"provders":[]}`)
	for name, tc := range map[string]struct {
		env  []string
		args []string
		says string
	}{
		"GatewayPortTaken":   {nil, []string{"serve", "--data", t.TempDir(), "--addr", taken.Addr().String(), "--admin", "127.0.0.1:0"}, taken.Addr().String()},
		"AdminPortTaken":     {nil, []string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--admin", taken.Addr().String()}, "--admin"},
		"FolderLocked":       {nil, anyPorts(folder), "already uses the data folder"},
		"FolderIsAFile":      {nil, anyPorts(noFolder), noFolder},
		"NoFolder":           {[]string{"HOME="}, []string{"serve"}, "HEADGATE_DATA"},
		"NoSuchImport":       {nil, []string{"import", "--data", t.TempDir(), "nowhere.json"}, "nowhere.json"},
		"ImportUnknownField": {nil, []string{"import", "--data", t.TempDir(), wrong}, "provders"},
		"DatabaseURLUnknown": {[]string{"DATABASE_URL=mysql://x"}, anyPorts(t.TempDir()), "DATABASE_URL"},
		"AddressIsNoAddress": {nil, []string{"serve", "--data", t.TempDir(), "--addr", "nonsense", "--admin", "127.0.0.1:0"}, "nonsense"},
		"NetworkUnknown":     {[]string{"HEADGATE_UPSTREAM_NETWORKS=10.0.0.0/8, lan"}, anyPorts(t.TempDir()), "lan is not a network"},
		"SchemaNewer":        {nil, anyPorts(folderWithNewerSchema(t)), "newer"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, tc.env, tc.args...)
			if got.code != 1 || !strings.Contains(got.stderr, tc.says) {
				t.Errorf("got %+v, want it to say %s", got, tc.says)
			}
			var sentences []string
			for _, line := range strings.Split(strings.TrimSpace(got.stderr), "\n") {
				if !strings.HasPrefix(line, "{") { // the log
					sentences = append(sentences, line)
				}
			}
			if len(sentences) != 1 || !strings.HasPrefix(sentences[0], "headgate: ") {
				t.Errorf("said %q", sentences)
			}
		})
	}
}

func TestServeDescribesItself(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, nil, anyPorts(dir)...)
	if !strings.HasPrefix(s.gateway, "http://127.0.0.1:") || !strings.HasSuffix(s.gateway, "/v1") {
		t.Errorf("gateway %s", s.gateway)
	}
	_, password, found := strings.Cut(s.login, "with the password ")
	password, _, _ = strings.Cut(password, " ")
	if !found {
		t.Fatalf("no password was made: %q", s.login)
	}
	body := fmt.Sprintf(`{"username":"admin","password":%q}`, password)
	if status, _, text := send(t, http.MethodPost, s.admin+"/login", body); status != http.StatusNoContent {
		t.Errorf("the printed password got %d %s", status, text)
	}
	for line := range strings.Lines(s.stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a log line is not JSON: %s", line)
		}
	}
	if strings.Contains(s.stderr.String(), password) {
		t.Error("the password is in the log")
	}
	s.end(t)
	again := serve(t, nil, anyPorts(dir)...)
	if again.login != "" {
		t.Errorf("a second start printed %q", again.login)
	}
}

func TestEnvironment(t *testing.T) {
	work, home := t.TempDir(), t.TempDir()
	t.Chdir(work)
	writeFile(t, filepath.Join(work, ".env"),
		"HEADGATE_ADDR=127.0.0.1:0\nHEADGATE_ADMIN_ADDR=127.0.0.1:0\nADMIN_USERNAME=ada\nADMIN_PASSWORD=from-the-file\nHEADGATE_DATA=relative\n")
	database := filepath.Join(home, "else where.db")
	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses", "DATABASE_URL=sqlite://" + strings.ReplaceAll(database, " ", "%20")}, "serve")
	if status, _, text := send(t, http.MethodPost, s.admin+"/login", `{"username":"ada","password":"enchantresses"}`); status != http.StatusNoContent {
		t.Errorf("login got %d %s", status, text)
	}
	for _, path := range []string{database, filepath.Join(work, "relative", "headgate.lock")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	s.end(t)
	writeFile(t, filepath.Join(work, ".env"), "not a line of the kind\n")
	if got := run(t, nil, "serve"); got.code != 1 || !strings.Contains(got.stderr, ".env") {
		t.Errorf("a broken .env: %+v", got)
	}
}

// Without a window the bare command serves, and says why.
func TestNoWindow(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	s := serve(t, []string{
		"HEADGATE_DATA=" + t.TempDir(), "HEADGATE_ADDR=127.0.0.1:0", "HEADGATE_ADMIN_ADDR=127.0.0.1:0",
	})
	if !strings.Contains(s.stderr.String(), "no window") {
		t.Errorf("said %s", s.stderr)
	}
}

func TestImportAndCall(t *testing.T) {
	dir := t.TempDir()
	good := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{Content: []string{"Hello."}, Usage: gatewaytest.Tokens(1000, 100)}))
	config := writeFile(t, filepath.Join(dir, "c.json"), fmt.Sprintf(`{
		"version": 1,
		"providers": [
			{"name": "bad", "dialect": "openai", "base_url": %q, "models": [{"id": "m1"}]},
			{"name": "good", "dialect": "openai", "base_url": %q, "keys": ["sk-canary-0123456789"],
			 "models": [{"id": "m2", "input_price": 3, "output_price": 15}]}],
		"groups": [{"name": "chat", "policy": "priority", "members": [
			{"provider": "bad", "model": "m1", "priority": 1}, {"provider": "good", "model": "m2", "priority": 2}]}],
		"api_keys": [{"name": "laptop", "key": "hg-test-key-0123456789", "groups": ["chat"]}]}`,
		gatewaytest.Refusing(t), good.URL()))
	data := filepath.Join(dir, "data")
	if got := run(t, nil, "import", "--data", data, config); got.code != 0 || !strings.Contains(got.stdout, "created") {
		t.Fatalf("import: %+v", got)
	}
	if got := run(t, nil, "import", config, "--data", data); got.code != 0 || !strings.Contains(got.stdout, "Nothing changed") {
		t.Fatalf("the second import: %+v", got)
	}

	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	health := strings.TrimSuffix(s.gateway, "/v1") + "/health"
	if status, _, text := send(t, http.MethodGet, health, ""); status != 200 {
		t.Fatalf("health got %d %s", status, text)
	}
	status, header, text := send(t, http.MethodPost, s.gateway+"/chat/completions",
		`{"model":"chat","messages":[{"role":"user","content":"Hi"}]}`, "Authorization", "Bearer hg-test-key-0123456789")
	if status != 200 || !strings.Contains(text, "Hello.") {
		t.Fatalf("the call got %d %s", status, text)
	}
	s.end(t) // writes what waits
	s = serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)

	status, cookies, text := send(t, http.MethodPost, s.admin+"/login", `{"username":"admin","password":"enchantresses"}`)
	if status != http.StatusNoContent {
		t.Fatalf("login got %d %s", status, text)
	}
	cookie, _, _ := strings.Cut(cookies.Get("Set-Cookie"), ";")
	status, _, text = send(t, http.MethodPost, s.admin+"/rpc/Calls/Get", fmt.Sprintf("[%q]", header.Get("X-Request-Id")), "Cookie", cookie)
	if status != 200 {
		t.Fatalf("the call log answered %d %s", status, text)
	}
	var call struct {
		Row struct {
			State, Provider, APIKey              string
			CostNanos, InputTokens, OutputTokens int64
		}
		Attempts []struct{ Provider, Class, Reason string }
	}
	if err := json.Unmarshal([]byte(text), &call); err != nil {
		t.Fatal(err)
	}
	row := call.Row
	if row.State != "ok" || row.Provider != "good" || row.APIKey != "laptop" || row.CostNanos != 4_500_000 ||
		row.InputTokens != 1000 || row.OutputTokens != 100 {
		t.Errorf("the call is %s", text)
	}
	if len(call.Attempts) != 2 || call.Attempts[0].Reason != "connection_refused" || call.Attempts[1].Class != "ok" {
		t.Errorf("the attempts are %+v", call.Attempts)
	}
	if strings.Contains(s.stderr.String()+text, "sk-canary") {
		t.Error("a provider key is told")
	}
}

// folderWithNewerSchema has a configuration that a newer program wrote.
func folderWithNewerSchema(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(dir)...).end(t)
	raiseSchema(t, filepath.Join(dir, "headgate.db"))
	return dir
}
