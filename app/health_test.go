package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/app"
	"headgate/app/catalog"
	"headgate/gateway/gatewaytest"
)

const healthSecret = "sk-canary-0123456789abcdef"

// rig is a program with a group of two members, of which the first one fails.
type rig struct {
	t         *testing.T
	app       *app.App
	stop      func()
	bad, good *gatewaytest.Upstream
	key       string
	provider  catalog.Provider // the bad one
	group     catalog.Group
}

func startRig(t *testing.T) *rig {
	t.Helper()
	return startRigIn(t, t.TempDir())
}

func startRigIn(t *testing.T, dir string) *rig {
	t.Helper()
	r := &rig{
		t: t, bad: gatewaytest.Start(t, gatewaytest.Fault("FLT-044")),
		good: gatewaytest.Start(t, gatewaytest.Script{}),
	}
	r.start(dir, nil)
	group := catalog.GroupInput{Name: "chat", Policy: "priority", Enabled: true}
	for i, u := range []*gatewaytest.Upstream{r.good, r.bad} {
		p, err := r.app.Catalog.SaveProvider(t.Context(), catalog.ProviderInput{
			Name: u.Marker(), Dialect: "openai", BaseURL: u.URL(), Enabled: true,
			Keys: []catalog.ProviderKeyInput{{Secret: healthSecret, Enabled: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.app.Catalog.SaveModel(t.Context(), catalog.Model{ProviderID: p.ID, Name: "m1", Enabled: true})
		if err != nil {
			t.Fatal(err)
		}
		r.provider = p
		group.Members = append(group.Members, catalog.MemberInput{ModelID: m.ID, Priority: 2 - i, Weight: 1, Enabled: true})
	}
	var err error
	if r.group, err = r.app.Catalog.SaveGroup(t.Context(), group); err != nil {
		t.Fatal(err)
	}
	made, err := r.app.Catalog.CreateAPIKey(t.Context(), catalog.APIKeyInput{Name: "laptop", GroupIDs: []int64{r.group.ID}, Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	r.key = made.Key
	return r
}

// ask makes a call, which the good member must answer.
func (r *rig) ask() {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, "http://"+r.app.Listener.Status().Address+"/v1/chat/completions",
		strings.NewReader(`{"model":"chat","messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		r.t.Fatalf("got %s", reply.Status)
	}
}

// start runs the program on a folder until stop.
func (r *rig) start(dir string, log *slog.Logger) {
	r.t.Helper()
	a := app.New(app.Options{DataDir: dir, Address: "127.0.0.1:0", Log: log})
	if err := a.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	end := sync.OnceValue(func() error { return a.Close(context.WithoutCancel(r.t.Context())) })
	r.t.Cleanup(func() { _ = end() })
	r.app, r.stop = a, func() {
		r.t.Helper()
		if err := end(); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := a.StartGateway(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// restart ends the program and starts it again.
func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start(r.app.DataDir, nil)
}

func (r *rig) coolsUntil() (until int64) {
	for _, m := range r.app.Catalog.Health() {
		until = max(until, m.CooldownUntil)
	}
	return until
}

// wantAsked fails unless the bad member was asked so often in all.
func (r *rig) wantAsked(n int) {
	r.t.Helper()
	if got := len(r.bad.Requests()); got != n {
		r.t.Errorf("the failing member was asked %d times, want %d", got, n)
	}
}

// cool lets the bad member fail until it is passed over.
func (r *rig) cool() (until int64) {
	r.t.Helper()
	r.ask()
	r.ask()
	r.wantAsked(2)
	if until = r.coolsUntil(); until < time.Now().UnixMilli() {
		r.t.Fatalf("the failing member does not cool down: %+v", r.app.Catalog.Health())
	}
	return until
}

func (r *rig) wantCooling(until int64) {
	r.t.Helper()
	if got := r.coolsUntil(); got < until-100 || got > until+100 {
		r.t.Errorf("cools down until %d, want %d", got, until)
	}
	r.ask()
	r.wantAsked(2)
}

// A member that is cooling down is passed over by the next run, until the same
// time; what the window holds counts there too.
func TestHealthIsKeptOverRestart(t *testing.T) {
	r := startRig(t)
	r.ask()
	r.restart()
	r.ask()
	r.wantAsked(2)
	until := r.coolsUntil()
	if until == 0 {
		t.Fatal("a failure before the restart and one after it start no cooldown")
	}
	r.restart()
	r.wantCooling(until)
}

// A run that is killed has kept what is older than some seconds. A copy of the
// folder while it runs is what a kill leaves.
func TestHealthIsKeptOverKill(t *testing.T) {
	r := startRig(t)
	until := r.cool()
	began := time.Now()
	kept := filepath.Join(r.app.DataDir, "health.sealed")
	for {
		if _, err := os.Stat(kept); err == nil {
			break
		}
		if time.Since(began) > 15*time.Second {
			t.Fatal("nothing was written")
		}
		time.Sleep(10 * time.Millisecond)
	}
	left := t.TempDir()
	files, err := filepath.Glob(filepath.Join(r.app.DataDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, filepath.Base(file)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.start(left, nil)
	r.wantCooling(until)
}

// Clearing by hand is kept as well.
func TestClearedHealthIsKept(t *testing.T) {
	r := startRig(t)
	r.cool()
	for _, m := range r.group.Members {
		r.app.Catalog.ClearCooldown(m.ID)
	}
	r.restart()
	if until := r.coolsUntil(); until != 0 {
		t.Errorf("cools down until %d", until)
	}
}

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A broken file is passed over with a line in the log, and replaced.
func TestBrokenHealthIsPassedOver(t *testing.T) {
	for name, content := range map[string][]byte{
		"empty": {}, "cut": []byte("hg"), "other": bytes.Repeat([]byte("no such thing "), 100),
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t)
			r.ask()
			r.stop()
			path := filepath.Join(r.app.DataDir, "health.sealed")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			var log lines
			r.start(r.app.DataDir, slog.New(slog.NewTextHandler(&log, nil)))
			if !strings.Contains(log.String(), "health of the last run can't be read") {
				t.Errorf("the log says %q", log.String())
			}
			r.ask()
			r.ask()
			r.wantAsked(3)
			until := r.coolsUntil()
			r.restart()
			if got := r.coolsUntil(); got < until-100 || got > until+100 {
				t.Errorf("the file was not replaced: cools down until %d, want %d", got, until)
			}
		})
	}
}

// The file holds no word of a key, nor of what an upstream said, and is the
// owner's alone.
func TestKeptHealthIsSealed(t *testing.T) {
	r := startRig(t)
	if err := r.bad.Play(gatewaytest.Always(gatewaytest.Behaviour{Status: 401, EchoKey: true})); err != nil {
		t.Fatal(err)
	}
	r.ask()
	r.stop()
	path := filepath.Join(r.app.DataDir, "health.sealed")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"canary", "Fingerprint", "bad_key"} {
		if bytes.Contains(text, []byte(word)) {
			t.Errorf("the file holds %q", word)
		}
	}
	if info, err := os.Stat(path); err != nil || os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	r.start(r.app.DataDir, nil)
	r.ask()
	r.wantAsked(1)
	// The key is entered anew while its provider is off: it gets its chance.
	in := catalog.ProviderInput{
		ID: r.provider.ID, Name: r.provider.Name, Dialect: r.provider.Dialect, BaseURL: r.provider.BaseURL,
		Keys: []catalog.ProviderKeyInput{{ID: r.provider.Keys[0].ID, Secret: healthSecret + "2", Enabled: true}},
	}
	if _, err := r.app.Catalog.SaveProvider(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := r.app.Catalog.SetProviderEnabled(t.Context(), in.ID, true); err != nil {
		t.Fatal(err)
	}
	r.ask()
	r.wantAsked(2)
}

// A run that has learnt nothing leaves no file, and makes no key file for one.
func TestNothingLearntIsNoFile(t *testing.T) {
	r := &rig{t: t}
	r.start(t.TempDir(), nil)
	r.stop()
	for _, name := range []string{"health.sealed", "secret.key"} {
		if _, err := os.Stat(filepath.Join(r.app.DataDir, name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}
