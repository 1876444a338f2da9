package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.json")
	if err := os.WriteFile(script, []byte(`{"marker":"one","models":["m9"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-control", "127.0.0.1:0", script}, in)
		_ = in.Close()
		ended <- err
	}()
	said := map[string]string{}
	for lines := bufio.NewScanner(out); len(said) < 2 && lines.Scan(); {
		name, url, _ := strings.Cut(lines.Text(), " ")
		said[name] = url
	}
	r, err := http.Get(said["one"] + "/models")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || !strings.Contains(string(text), `"id":"m9"`) {
		t.Errorf("got %s, %v", text, err)
	}
	if !strings.HasPrefix(said["control"], "http://127.0.0.1:") {
		t.Errorf("said %v", said)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRunRefusesABadScript(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.json")
	if err := os.WriteFile(script, []byte(`{"steps":[{"fault":"FLT-998"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), []string{script}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), script) || !strings.Contains(err.Error(), "FLT-998") {
		t.Errorf("got %v", err)
	}
}
