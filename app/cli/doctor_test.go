package cli_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

type findings []struct{ Check, Level, Says, Do string }

func (f findings) of(check string) (level, says string) {
	for _, one := range f {
		if one.Check == check {
			return one.Level, one.Says
		}
	}
	return "", ""
}

func doctor(t *testing.T, args ...string) (findings, words) {
	t.Helper()
	got := run(t, nil, append([]string{"doctor", "--json"}, args...)...)
	var found findings
	if err := json.Unmarshal([]byte(got.stdout), &found); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	if strings.Contains(got.stdout+got.stderr, "canary") {
		t.Error("a provider key is told")
	}
	return found, got
}

func wantFinding(t *testing.T, found findings, check, level, says string) {
	t.Helper()
	if l, s := found.of(check); l != level || !strings.Contains(s, says) {
		t.Errorf("%s: %s %q, want %s %q", check, l, s, level, says)
	}
}

// provider is one that knows the key, and says what its clock says.
func provider(t *testing.T, off time.Duration) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet && r.Header.Get("Authorization") != "Bearer sk-canary-0123456789" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"message":"wrong key"}}`))
			return
		}
		_, _ = w.Write([]byte(`{"object":"list","data":[{"id":"m1"},{"id":"m2"}]}`))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

func TestDoctorOnAHealthyHouse(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	config := writeFile(t, filepath.Join(t.TempDir(), "c.json"), `{"version":1,"providers":[
		{"name":"good","dialect":"openai","base_url":"`+provider(t, 0)+`","keys":["sk-canary-0123456789"]},
		{"name":"keyless","dialect":"openai","base_url":"`+provider(t, 0)+`","keys":["sk-canary-wrong"]}],
		"settings":{"gateway":{"address":"127.0.0.1:0"}}}`)
	must(t, run(t, nil, "import", "--data", data, config))
	look := func(t *testing.T, running bool) {
		t.Helper()
		found, got := doctor(t, "--data", data)
		if got.code != 1 { // for the wrong key
			t.Errorf("ended with %d", got.code)
		}
		wantFinding(t, found, "data folder", "ok", data)
		wantFinding(t, found, "database", "ok", "is whole")
		wantFinding(t, found, "provider keys", "ok", "key file")
		wantFinding(t, found, "provider good", "ok", "lists 2 models")
		wantFinding(t, found, "provider keyless", "fail", "wrong key")
		wantFinding(t, found, "clock", "ok", "within")
		if running {
			wantFinding(t, found, "instance", "ok", "Headgate 1.2.3 runs")
			wantFinding(t, found, "gateway", "ok", "open at http://127.0.0.1:")
		} else {
			wantFinding(t, found, "instance", "ok", "no Headgate runs")
			wantFinding(t, found, "port", "ok", "is free")
		}
	}
	look(t, false)
	s := serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	look(t, true)
	must(t, run(t, nil, "stop", "--data", data))
	found, got := doctor(t, "--data", data, "--offline")
	wantFinding(t, found, "gateway", "warn", "stopped")
	wantFinding(t, found, "provider good", "ok", "not asked")
	if got.code != 0 {
		t.Errorf("with warnings only it ended with %d: %s", got.code, got.stdout)
	}
	s.end(t)
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "none")
		found, _ := doctor(t, "--data", data)
		wantFinding(t, found, "data folder", "warn", "isn't there yet")
		wantFinding(t, found, "configuration", "ok", "there is none yet")
		if _, err := os.Stat(data); err == nil {
			t.Error("doctor made the folder")
		}
	})
	t.Run("broken database", func(t *testing.T) {
		data, _ := house(t)
		path := filepath.Join(data, "headgate.db")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copy(text[4096:], make([]byte, 4096))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		found, got := doctor(t, "--data", data)
		wantFinding(t, found, "database", "fail", "headgate.db can't be used")
		wantFinding(t, found, "configuration", "warn", "could not be read")
		if after, err := os.ReadFile(path); got.code != 1 || err != nil || string(after) != string(text) {
			t.Errorf("ended with %d, the file changed: %v", got.code, string(after) != string(text))
		}
	})
	t.Run("port taken, clock wrong, folder open", func(t *testing.T) {
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		data := filepath.Join(t.TempDir(), "data")
		config := writeFile(t, filepath.Join(t.TempDir(), "c.json"), `{"version":1,"providers":[
			{"name":"good","dialect":"openai","base_url":"`+provider(t, 10*time.Minute)+`","keys":["sk-canary-0123456789"]}],
			"settings":{"gateway":{"address":"`+taken.Addr().String()+`"}}}`)
		must(t, run(t, nil, "import", "--data", data, config))
		if err := os.Chmod(data, 0o755); err != nil { //nolint:gosec // that is the fault
			t.Fatal(err)
		}
		found, _ := doctor(t, "--data", data)
		wantFinding(t, found, "port", "fail", taken.Addr().String())
		wantFinding(t, found, "clock", "fail", "differs by")
		if runtime.GOOS != "windows" {
			wantFinding(t, found, "data folder", "warn", "open to others")
		}
		if _, says := found.of("port"); runtime.GOOS == "linux" && !strings.Contains(says, "cli.test, process") {
			t.Errorf("who holds the port: %q", says)
		}
	})
	t.Run("in words", func(t *testing.T) {
		got := run(t, nil, "doctor", "--data", filepath.Join(t.TempDir(), "none"))
		if !strings.Contains(got.stdout, "warn  data folder") || !strings.Contains(got.stdout, "→ the first start makes it") {
			t.Errorf("said\n%s", got.stdout)
		}
	})
}
