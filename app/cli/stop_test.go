package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"headgate/gateway/gatewaytest"
)

const toolKey = "hg-test-key-0123456789"

// serveOver serves a group "chat" with one member.
func serveOver(t *testing.T, upstream *gatewaytest.Upstream) *served {
	t.Helper()
	data := t.TempDir()
	config := writeFile(t, filepath.Join(t.TempDir(), "c.json"), fmt.Sprintf(`{"version": 1,
		"providers": [{"name": "up", "dialect": "openai", "base_url": %q, "models": [{"id": "m1"}]}],
		"groups": [{"name": "chat", "policy": "priority", "members": [{"provider": "up", "model": "m1", "priority": 1}]}],
		"api_keys": [{"name": "laptop", "key": %q, "groups": ["chat"]}]}`, upstream.URL(), toolKey))
	if got := run(t, nil, "import", "--data", data, config); got.code != 0 {
		t.Fatalf("import: %+v", got)
	}
	return serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
}

// holdCall begins a call whose reply waits for the gate "end", and returns what
// it will have got.
func holdCall(t *testing.T, s *served, upstream *gatewaytest.Upstream) <-chan string {
	t.Helper()
	got := make(chan string, 1)
	held, ended := context.WithCancelCause(t.Context())
	go func() {
		defer func() { ended(errors.New("the call was answered")) }()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.gateway+"/chat/completions",
			strings.NewReader(`{"model":"chat","messages":[{"role":"user","content":"Hi"}]}`))
		r.Header.Set("Authorization", "Bearer "+toolKey)
		r.Header.Set("Content-Type", "application/json")
		reply, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			got <- err.Error()
			return
		}
		defer reply.Body.Close()
		text, _ := io.ReadAll(reply.Body)
		got <- reply.Status + " " + string(text)
	}()
	if _, err := upstream.AwaitRequest(held); err != nil {
		t.Fatalf("the call never came to the upstream: %v: %s", err, <-got)
	}
	return got
}

func holding() gatewaytest.Script {
	return gatewaytest.Always(gatewaytest.Behaviour{Hold: &gatewaytest.Hold{
		Point: gatewaytest.Point{At: gatewaytest.BeforeHead}, Gate: "end",
	}})
}

func TestStopLetsCallsFinish(t *testing.T) {
	upstream := gatewaytest.Start(t, holding())
	s := serveOver(t, upstream)
	got := holdCall(t, s, upstream)
	s.stop <- syscall.SIGTERM
	s.stderr.await("stopping")
	upstream.Open("end")
	if status := <-got; !strings.HasPrefix(status, "200") {
		t.Errorf("the call got %s", status)
	}
	if code := <-s.code; code != 0 {
		t.Errorf("serve ended with %d: %s", code, s.stderr)
	}
	s.code = nil
}

func TestSecondStopIsAtOnce(t *testing.T) {
	upstream := gatewaytest.Start(t, holding())
	s := serveOver(t, upstream)
	got := holdCall(t, s, upstream)
	s.stop <- syscall.SIGTERM
	s.stderr.await("stopping")
	s.stop <- syscall.SIGTERM
	if code := <-s.code; code != 0 {
		t.Errorf("serve ended with %d: %s", code, s.stderr)
	}
	s.code = nil
	if status := <-got; strings.HasPrefix(status, "200") {
		t.Error("a call that was broken off looks whole")
	}
	upstream.Open("end")
}
