package gatewaytest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headgate/gateway/gatewaytest"
)

func TestStage(t *testing.T) {
	stage := &gatewaytest.Stage{}
	t.Cleanup(func() { _ = stage.Close() })
	director := httptest.NewServer(stage.Handler())
	t.Cleanup(director.Close)
	c := client(t)

	direct := func(method, path, body string, status int) string {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx(t), method, director.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		reply, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		text, err := io.ReadAll(reply.Body)
		if err != nil {
			t.Fatal(err)
		}
		if reply.StatusCode != status {
			t.Fatalf("%s %s: %s: %s", method, path, reply.Status, text)
		}
		return string(text)
	}

	var up struct{ Name, URL string }
	made := direct("POST", "/upstreams", `{"marker":"one","steps":[{"hold":{"gate":"g"}}]}`, 201)
	if err := json.Unmarshal([]byte(made), &up); err != nil || up.Name != "one" {
		t.Fatalf("%s: %v", made, err)
	}
	direct("POST", "/upstreams", `{"marker":"one"}`, 409)
	direct("POST", "/upstreams", `{"markers":"one"}`, 400)
	direct("GET", "/upstreams/two/requests", "", 404)

	replied := make(chan error, 1)
	go func() {
		reply, err := c.Post(up.URL+"/chat/completions", "application/json", strings.NewReader(askStream))
		if err == nil {
			_, err = io.Copy(io.Discard, reply.Body)
			_ = reply.Body.Close()
		}
		replied <- err
	}()
	got := direct("GET", "/upstreams/one/requests?count=1", "", 200)
	var requests []struct {
		Body   string
		Stream bool
		Ended  bool
	}
	if err := json.Unmarshal([]byte(got), &requests); err != nil || len(requests) != 1 {
		t.Fatalf("%s: %v", got, err)
	}
	if q := requests[0]; q.Body != askStream || !q.Stream || q.Ended {
		t.Errorf("got %+v", q)
	}
	direct("POST", "/upstreams/one/gates/g", "", 204)
	if err := <-replied; err != nil {
		t.Error(err)
	}

	direct("PUT", "/upstreams/one/script", `{"steps":[{"status":503}]}`, 204)
	if r, _ := mustPost(t, c, up.URL, askJSON); r.StatusCode != 503 {
		t.Errorf("after the new script: %s", r.Status)
	}
	direct("POST", "/upstreams/one/drop", "", 204)
	direct("DELETE", "/upstreams/one", "", 204)
	if _, err := post(t, client(t), up.URL, askJSON); err == nil {
		t.Error("a removed upstream answers")
	}
}
