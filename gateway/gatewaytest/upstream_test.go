package gatewaytest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway/gatewaytest"
)

const limit = 10 * time.Second

func ctx(t *testing.T) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return c
}

const (
	askJSON   = `{"model":"m1","messages":[{"role":"user","content":"hi"}]}`
	askStream = `{"model":"m1","stream":true,"messages":[{"role":"user","content":"hi"}]}`
	askUsage  = `{"model":"m1","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}`
)

// client is fresh for each test, so that no connection is shared.
func client(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport: transport, Timeout: limit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func post(t *testing.T, c *http.Client, url, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx(t), http.MethodPost, url+"/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer sk-test")
	return c.Do(r)
}

func mustPost(t *testing.T, c *http.Client, url, body string) (*http.Response, string) {
	t.Helper()
	r, err := post(t, c, url, body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(text)
}

func TestHealthyUpstream(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Script{Marker: "alpha"})
	c := client(t)

	t.Run("JSON", func(t *testing.T) {
		r, text := mustPost(t, c, up.URL(), askJSON)
		var got struct {
			ID, Object, Model string
			Choices           []struct {
				Message struct{ Role, Content string }
				Finish  string `json:"finish_reason"`
			}
			Usage map[string]int
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s, %s", r.Status, r.Header.Get("Content-Type"))
		}
		if got.ID != "chatcmpl-alpha-1" || got.Object != "chat.completion" || got.Model != "m1" {
			t.Errorf("got %+v", got)
		}
		if list := got.Choices; len(list) != 1 || list[0].Message.Content != gatewaytest.Text("alpha", 3) || list[0].Finish != "stop" {
			t.Errorf("choices %+v", list)
		}
		if !maps.Equal(got.Usage, map[string]int{"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}) {
			t.Errorf("usage %v", got.Usage)
		}
	})

	for _, tt := range []struct {
		name, ask string
		chunks    int
		usage     string
	}{
		{"Stream", askStream, 5, ""},
		{"StreamWithUsage", askUsage, 6, `"usage":{"prompt_tokens":11,`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, text := mustPost(t, c, up.URL(), tt.ask)
			if got := r.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
				t.Errorf("Content-Type %q", got)
			}
			if got := strings.Count(text, `"object":"chat.completion.chunk"`); got != tt.chunks {
				t.Errorf("%d chunks, want %d:\n%s", got, tt.chunks, text)
			}
			if !strings.HasSuffix(text, "\n\ndata: [DONE]\n\n") {
				t.Errorf("ends with %q", text[max(0, len(text)-40):])
			}
			if got := gatewaytest.Markers(text); !slices.Equal(got, []string{"alpha"}) {
				t.Errorf("markers %v", got)
			}
			if strings.Contains(text, "usage") != (tt.usage != "") || !strings.Contains(text, tt.usage) {
				t.Errorf("usage in %s", text)
			}
		})
	}

	t.Run("OneConnection", func(t *testing.T) {
		if up.Taken() != 1 {
			t.Errorf("%d connections for requests one after the other", up.Taken())
		}
	})
}

func TestModels(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Script{Marker: "beta", Models: []string{"m1", "org/m2"}})
	for path, want := range map[string]string{
		"/models":        `{"object":"list","data":[{"id":"m1","object":"model","created":1764547200,"owned_by":"beta"},{"id":"org/m2","object":"model","created":1764547200,"owned_by":"beta"}]}`,
		"/models/org/m2": `{"id":"org/m2","object":"model","created":1764547200,"owned_by":"beta"}`,
		"/models/m3":     "{\"error\":{\"message\":\"The model `m3` does not exist or you do not have access to it.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"model_not_found\"}}",
		"/nothing":       `{"error":{"message":"Invalid URL (GET /v1/nothing)","type":"invalid_request_error","param":null,"code":null}}`,
	} {
		r, err := client(t).Get(up.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %s\nwant %s", path, err, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	script := gatewaytest.Script{Models: []string{"m1"}, AcceptKeys: []string{"sk-other"}}
	closed := gatewaytest.Start(t, script)
	script.AcceptKeys = nil
	script.Steps = []gatewaytest.Behaviour{{Options: "refuse"}}
	open := gatewaytest.Start(t, script)
	for _, tt := range []struct {
		name   string
		up     *gatewaytest.Upstream
		body   string
		status int
		code   string
	}{
		{"WrongKey", closed, askJSON, 401, `"code":"invalid_api_key"`},
		{"UnknownModel", open, `{"model":"m2","messages":[{}]}`, 404, `"code":"model_not_found"`},
		{"NotJSON", open, `{"model":`, 400, `"type":"invalid_request_error"`},
		{"NoModel", open, `{"messages":[{}]}`, 400, `model parameter`},
		{"NoMessages", open, `{"model":"m1"}`, 400, `"param":"messages"`},
		{"StreamOptions", open, askUsage, 400, `"param":"stream_options"`},
		{"OK", open, askStream, 200, `[DONE]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, text := mustPost(t, client(t), tt.up.URL(), tt.body)
			if r.StatusCode != tt.status || !strings.Contains(text, tt.code) {
				t.Errorf("got %s: %s", r.Status, text)
			}
		})
	}
}

func TestSequence(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Script{
		ByModel: map[string][]gatewaytest.Behaviour{"m2": {{Status: 500}, {}}},
		ByKey:   map[string][]gatewaytest.Behaviour{"sk-none": {{Status: 401}}},
		Steps:   []gatewaytest.Behaviour{{Status: 429}, {Status: 503}, {Content: []string{"third"}}},
	})
	c := client(t)
	askM2 := strings.Replace(askJSON, "m1", "m2", 1)
	for i, step := range []struct {
		ask    string
		status int
	}{{askJSON, 429}, {askM2, 500}, {askJSON, 503}, {askJSON, 200}, {askM2, 200}, {askJSON, 200}} {
		if r, text := mustPost(t, c, up.URL(), step.ask); r.StatusCode != step.status {
			t.Errorf("request %d: %s, want %d\n%s", i, r.Status, step.status, text)
		}
	}
	if err := up.Play(gatewaytest.Always(gatewaytest.Behaviour{Status: 418})); err != nil {
		t.Fatal(err)
	}
	if r, _ := mustPost(t, c, up.URL(), askM2); r.StatusCode != 418 {
		t.Errorf("after Play: %s", r.Status)
	}
}

func TestRequestsAreKeptAsTheyCame(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Script{})
	body := "{ \"model\" : \"m1\",\"messages\":[{}] ,\"seed\":12345678901234567890, \"x\":\"\\u00e9\"}\n"
	if _, err := post(t, client(t), up.URL(), body); err != nil {
		t.Fatal(err)
	}
	q, err := up.AwaitRequest(ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	if string(q.Body) != body || q.Key != "sk-test" || q.Model != "m1" || q.Stream || q.Seq != 1 {
		t.Errorf("got %+v", q)
	}
	if q.Method != "POST" || q.Path != "/v1/chat/completions" || q.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got %s %s %v", q.Method, q.Path, q.Header)
	}
	if end, err := q.AwaitEnd(ctx(t)); err != nil || !end.Complete || end.HungUp {
		t.Errorf("end %+v, %v", end, err)
	}
}

func TestHoldAndHangUp(t *testing.T) {
	up := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{
		Hold: &gatewaytest.Hold{Point: gatewaytest.Point{Events: 2}, Gate: "go on"},
	}))
	c := client(t)

	leaving, leave := context.WithCancel(ctx(t))
	r, err := http.NewRequestWithContext(leaving, http.MethodPost, up.URL()+"/chat/completions", strings.NewReader(askStream))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	lines := bufio.NewScanner(reply.Body)
	for seen := 0; seen < 2 && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data: ") {
			seen++
		}
	}
	q, err := up.AwaitRequest(ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if _, err := q.AwaitHangUp(ctx(t)); err != nil {
		t.Fatal(err)
	}
	if end, err := q.AwaitEnd(ctx(t)); err != nil || !end.HungUp || end.Complete || end.Events != 2 {
		t.Errorf("end %+v, %v", end, err)
	}

	up.Open("go on")
	if _, text := mustPost(t, c, up.URL(), askStream); !strings.HasSuffix(text, "[DONE]\n\n") {
		t.Errorf("after Open: %s", text)
	}
	up.DropIdle()
	if err := up.AwaitClosed(ctx(t)); err != nil {
		t.Error(err)
	}
}

func TestReadScript(t *testing.T) {
	for _, tt := range []struct{ name, text, fault string }{
		{"OK", `{"marker":"x","steps":[{"fault":"FLT-011","cut":{"events":1}},{"status":429}]}`, ""},
		{"UnknownField", `{"step":[]}`, `unknown field "step"`},
		{"UnknownFault", `{"steps":[{"fault":"FLT-999"}]}`, `unknown fault "FLT-999"`},
		{"DoorAmongSteps", `{"steps":[{"fault":"FLT-001"},{}]}`, "FLT-001 is about connections"},
		{"UnknownDoor", `{"door":"ajar"}`, `unknown door "ajar"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := gatewaytest.ReadScript(strings.NewReader(tt.text))
			if tt.fault == "" && err != nil || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Errorf("got %v, want %q", err, tt.fault)
			}
		})
	}
}
