package gateway_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// What a client does wrong gets a clear error, reaches no member and is held
// against nobody, at both doors.
func TestClientFaults(t *testing.T) {
	const messages = `"messages":[{"role":"user","content":"hi"}]`
	deep := strings.Repeat("[", 120) + strings.Repeat("]", 120)
	for _, c := range []struct {
		name    string
		body    string
		headers []string
		status  int
		code    string
		param   string
	}{
		{"FLT-075 too large", `{"model":"chat","x":"` + strings.Repeat("x", 70_000) + `",` + messages + `}`, nil, 413, "request_too_large", ""},
		{"FLT-076 gzip", "\x1f\x8b", []string{"Content-Encoding", "gzip"}, 415, "unsupported_content_encoding", ""},
		{"FLT-077 bad JSON", `{"model":"chat",` + messages, nil, 400, "invalid_json", ""},
		{"FLT-077 trailing junk", `{"model":"chat",` + messages + `} x`, nil, 400, "invalid_json", ""},
		{"FLT-077 too deep", `{"model":"chat",` + messages + `,"x":` + deep + `}`, nil, 400, "invalid_json", ""},
		{"FLT-077 array", `[]`, nil, 400, "invalid_json", ""},
		{"FLT-078 empty", ``, nil, 400, "invalid_json", ""},
		{"FLT-078 wrong content type", `{"model":"chat",` + messages + `}`, []string{"Content-Type", "text/plain"}, 415, "unsupported_content_type", ""},
		{"FLT-078 no content type", `{"model":"chat",` + messages + `}`, []string{"Content-Type", ""}, 415, "unsupported_content_type", ""},
		{"FLT-079 model twice", `{"model":"chat","model":"chat",` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-079 model twice, escaped", `{"model":"chat","mod\u0065l":"chat",` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-079 MODEL is another field", `{"MODEL":"chat",` + messages + `}`, nil, 400, "missing_required_parameter", "model"},
		{"FLT-081 stream as text", `{"model":"chat","stream":"true",` + messages + `}`, nil, 400, "invalid_value", "stream"},
		{"FLT-081 stream as number", `{"model":"chat","stream":1,` + messages + `}`, nil, 400, "invalid_value", "stream"},
		{"FLT-082 no model", `{` + messages + `}`, nil, 400, "missing_required_parameter", "model"},
		{"FLT-082 model null", `{"model":null,` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-082 model number", `{"model":1,` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-082 model empty", `{"model":"",` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-082 model of 10 KB", `{"model":"` + strings.Repeat("m", 10_000) + `",` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-082 control characters", `{"model":"a\u0000b",` + messages + `}`, nil, 400, "invalid_value", "model"},
		{"FLT-083 no messages", `{"model":"chat"}`, nil, 400, "missing_required_parameter", "messages"},
		{"FLT-083 messages not an array", `{"model":"chat","messages":{}}`, nil, 400, "invalid_value", "messages"},
		{"FLT-083 messages empty", `{"model":"chat","messages":[ ]}`, nil, 400, "invalid_value", "messages"},
		{"FLT-085 no key", `{"model":"chat",` + messages + `}`, []string{"Authorization", ""}, 401, "invalid_api_key", ""},
		{"FLT-085 bad key", `{"model":"chat",` + messages + `}`, []string{"Authorization", "Bearer nonsense"}, 401, "invalid_api_key", ""},
		{"FLT-085 another scheme", `{"model":"chat",` + messages + `}`, []string{"Authorization", "Basic " + apiKey}, 401, "invalid_api_key", ""},
		{"FLT-086 two keys", `{"model":"chat",` + messages + `}`, []string{"X-Api-Key", "another"}, 401, "invalid_api_key", ""},
		{"FLT-087 expired", `{"model":"chat",` + messages + `}`, []string{"Authorization", "Bearer expired-key-0123456789"}, 401, "invalid_api_key", ""},
		{"FLT-088 group not allowed", `{"model":"secret",` + messages + `}`, nil, 404, "model_not_found", "model"},
		{"FLT-089 unknown group", `{"model":"nonsense",` + messages + `}`, nil, 404, "model_not_found", "model"},
		{"FLT-090 nothing enabled", `{"model":"empty",` + messages + `}`, nil, 503, "no_members", ""},
		{"a foreign web page", `{"model":"chat",` + messages + `}`, []string{"Origin", "https://evil.example"}, 403, "origin_not_allowed", ""},
		{"a foreign web page's form", `{"model":"chat",` + messages + `}`, []string{"Sec-Fetch-Site", "cross-site"}, 403, "origin_not_allowed", ""},
	} {
		for _, d := range doors {
			c := c
			path, route := "/v1/chat/completions", "chat.completions"
			if d.name == "responses" {
				path, route = "/v1/responses", "responses"
				c.body = strings.ReplaceAll(c.body, `"messages":`, `"input":`)
				c.param = strings.Replace(c.param, "messages", "input", 1)
			}
			t.Run(c.name+" "+d.name, func(t *testing.T) {
				t.Parallel()
				u := serve(t, healthy)
				h := open(t, []string{u.url}, withStrangers, func(c *gateway.Config) { c.Limits.BodyBytes = 64 << 10 })
				got := h.send(h.requestTo(t.Context(), path, c.body, c.headers...))
				if got.err != nil || got.status != c.status {
					t.Fatalf("got %d %s (%v), want %d", got.status, got.body, got.err, c.status)
				}
				got.envelope(t)
				kind := map[int]string{401: "authentication_error", 503: "server_error"}[c.status]
				if code, said := got.says(); code != c.code || said != cmp.Or(kind, "invalid_request_error") || got.param() != c.param {
					t.Errorf("code %q, type %q, param %q, want %q, %q: %s", code, said, got.param(), c.code, c.param, got.body)
				}
				if got.header.Get("X-Request-Id") == "" || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
					t.Errorf("header %v", got.header)
				}
				if len(u.seen()) != 0 {
					t.Error("the request reached a member")
				}
				call := h.ledger.await(t, 1)[0]
				if call.State != gateway.StateRefused || call.Status != c.status || call.ErrorCode != c.code || call.Message == "" || call.Route != route ||
					call.ID != got.header.Get("X-Request-Id") || call.BytesOut != int64(len(got.body)) || len(call.Attempts) != 0 || call.Usage != (gateway.Usage{}) {
					t.Errorf("recorded %+v", call)
				}
				if known := c.status != 401 && c.status != 403; (call.APIKeyID == 1) != known {
					t.Errorf("recorded for the API key %d", call.APIKeyID)
				}
				if len(h.Health()) != 0 {
					t.Errorf("somebody is blamed: %+v", h.Health())
				}
				for _, k := range h.KeyHealth() {
					if !k.LastFailureAt.IsZero() || !k.LastUsedAt.IsZero() {
						t.Errorf("a key is blamed: %+v", k)
					}
				}
			})
		}
	}
}

// param is the "param" of an envelope.
func (a answer) param() string {
	var in struct{ Error struct{ Param string } }
	_ = json.Unmarshal([]byte(a.body), &in)
	return in.Error.Param
}

// withStrangers adds a group of somebody else, a group without members and a
// key that has expired.
func withStrangers(c *gateway.Config) {
	c.Groups = append(c.Groups,
		gateway.Group{ID: 2, Name: "secret", Policy: gateway.PolicyPriority},
		gateway.Group{ID: 3, Name: "empty", Policy: gateway.PolicyPriority})
	c.APIKeys[0].GroupIDs = []int64{1, 3}
	c.APIKeys = append(c.APIKeys, gateway.APIKey{
		ID: 2, Name: "old", Hash: sha256.Sum256([]byte("expired-key-0123456789")), GroupIDs: []int64{1}, ExpiresAt: time.Now().Add(-time.Hour),
	})
}

// Neither body nor head tells an unknown key from an expired one, nor an
// unknown group from one that the key may not use.
func TestNoOracle(t *testing.T) {
	t.Parallel()
	h := open(t, []string{refusing(t)}, withStrangers)
	bad := h.post(plainBody, "Authorization", "Bearer nonsense")
	expired := h.post(plainBody, "Authorization", "Bearer expired-key-0123456789")
	none := h.post(plainBody, "Authorization", "")
	if bad.body != expired.body || bad.body != none.body {
		t.Errorf("three bodies:\n%s\n%s\n%s", bad.body, expired.body, none.body)
	}
	foreign := h.post(`{"model":"secret","messages":[{}]}`)
	unknown := h.post(`{"model":"nosuch","messages":[{}]}`)
	if strings.ReplaceAll(foreign.body, "secret", "nosuch") != unknown.body {
		t.Errorf("two bodies:\n%s\n%s", foreign.body, unknown.body)
	}
}

// The key is found wherever tools put it.
func TestCredentialPlaces(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	for _, headers := range [][]string{
		{"Authorization", "bearer " + apiKey},
		{"Authorization", "", "X-Api-Key", apiKey},
		{"Authorization", "", "Api-Key", apiKey},
		{"Authorization", "", "X-Goog-Api-Key", apiKey},
		{"X-Api-Key", apiKey}, // the same one twice
	} {
		h.post(plainBody, headers...).wantGood(t, false)
	}
	for _, v := range u.seen() {
		for name, values := range v.Header {
			if strings.Contains(strings.Join(values, " "), apiKey) {
				t.Errorf("the client's key went to the provider in %s", name)
			}
		}
		if v.Header.Get("Authorization") != "Bearer "+providerKey+"-1" {
			t.Errorf("the provider got %q", v.Header.Get("Authorization"))
		}
	}
}

// The request arrives as it was sent, but for the model's name.
func TestBodiesAreFaithful(t *testing.T) {
	for name, body := range map[string]string{
		"order, space and unknown fields": " {\n \"zz\" : [1, 2.50 ,{}] ,\"model\"\t: \"chat\", \"messages\":[ {\"role\":\"user\",\"content\":\"h\\u00e9\\/\"} ] }\n",
		"FLT-080 lone surrogate":          `{"model":"chat","messages":[{"content":"\ud800"}]}`,
		"FLT-081 stream null":             `{"model":"chat","stream":null,"messages":[{}]}`,
		"FLT-084 numbers":                 `{"model":"chat","messages":[{}],"seed":123456789012345678901234567890,"x":1e400,"y":-0.0}`,
		"FLT-079 MODEL":                   `{"MODEL":1,"Model":2,"model":"chat","messages":[{}]}`,
		"model last, escaped key":         `{"messages":[{"model":"chat"}],"mod\u0065l":"ch\u0061t"}`,
		"invalid UTF-8":                   "{\"model\":\"chat\",\"messages\":[{\"content\":\"\xff\"}]}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, healthy)
			h := open(t, []string{u.url})
			h.post(body).wantGood(t, false)
			want := body
			for _, spelled := range []string{`"model":"chat","`, "\"model\"\t: \"chat\"", `"mod\u0065l":"ch\u0061t"`} {
				if at := strings.LastIndex(want, spelled); at >= 0 {
					changed := strings.NewReplacer(`"chat"`, `"model-1"`, `"ch\u0061t"`, `"model-1"`).Replace(spelled)
					want = want[:at] + changed + want[at+len(spelled):]
					break
				}
			}
			if got := string(u.seen()[0].Body); got != want {
				t.Errorf("sent\n%q, arrived\n%q, want\n%q", body, got, want)
			}
			if call := h.ledger.await(t, 1)[0]; call.State != gateway.StateOK || call.BytesIn != int64(len(body)) || call.Model != "chat" || call.Stream || len(h.Health()) != 0 {
				t.Errorf("recorded %+v, health %+v", call, h.Health())
			}
		})
	}
}

// The same for generated bodies, which TestGeneratedBodiesDifferOnlyInModel
// has twenty times as many of: what arrives is what was sent but for the model and
// the wish for usage.
func TestBodiesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	var wanted sync.Map
	u := serve(t, func(v *visit) {
		nth := v.Header.Get("X-Title")
		if want, there := wanted.LoadAndDelete(nth); !there || want.(string) != string(v.Body) {
			t.Errorf("body %s arrived as\n%q, want\n%q", nth, v.Body, want)
		}
		v.Body = nil // many are sent
		v.reply(200, "application/json", whole("good"))
	})
	h := open(t, []string{u.url}, func(c *gateway.Config) { c.Providers[0].Models[0].Name = "up-model" })
	h.server.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 4
	bodies := make(chan gatewaytest.Body)
	var sent atomic.Int64
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for body := range bodies {
				nth := fmt.Sprint(sent.Add(1))
				wanted.Store(nth, body.Wanted)
				if got := h.post(body.Sent, "X-Title", nth); got.err != nil || got.status != 200 || got.text() != "good" || got.done() != body.Stream {
					t.Errorf("body %s: %d %s (%v): %q", nth, got.status, got.body, got.err, body.Sent)
				}
			}
		})
	}
	random := gateway.Random(t)
	for range *gateway.BodyCount / 20 {
		bodies <- gatewaytest.NewBody(random, "chat", "up-model")
		if t.Failed() {
			break
		}
	}
	close(bodies)
	workers.Wait()
	wanted.Range(func(nth, _ any) bool { t.Errorf("body %s didn't arrive", nth); return true })
}

// Only what is listed passes, in both directions.
func TestHeaders(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		v.reply(200, "application/json", whole("good"), "Set-Cookie: a=b", "Access-Control-Allow-Origin: *", "Alt-Svc: h3",
			"X-Ratelimit-Remaining-Requests: 5", "x-ratelimit-limit-tokens-minute: 6", "X-Ratelimited: 7", "Openai-Processing-Ms: 7", "Server: nginx", "X-Request-Id: theirs")
	})
	h := open(t, []string{u.url}, func(c *gateway.Config) {
		c.Providers[0].Headers = []gateway.Header{{Name: "X-Tenant", Value: "blue"}}
	})
	got := h.post(plainBody, "Cookie", "c=d", "X-Forwarded-For", "1.2.3.4", "Openai-Organization", "theirs")
	got.wantGood(t, false)
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Alt-Svc", "Server", "X-Ratelimited"} {
		if got.header.Get(name) != "" {
			t.Errorf("%s came through", name)
		}
	}
	call := h.ledger.await(t, 1)[0]
	for name, want := range map[string]string{
		"X-Ratelimit-Remaining-Requests": "5", "X-Ratelimit-Limit-Tokens-Minute": "6", "Openai-Processing-Ms": "7", "X-Request-Id": call.ID,
		"X-Headgate-Attempts": "1", "X-Headgate-Provider": "up1", "X-Headgate-Model": "model-1", "Content-Type": "application/json",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	sent := u.seen()[0]
	for _, name := range []string{"Cookie", "X-Forwarded-For", "Openai-Organization"} {
		if sent.Header.Get(name) != "" {
			t.Errorf("%s went to the provider", name)
		}
	}
	if sent.Header.Get("X-Tenant") != "blue" || sent.URL.Path != "/v1/chat/completions" {
		t.Errorf("the provider got %s with %v", sent.URL.Path, sent.Header)
	}
}

func (h *house) get(method, path string, headers ...string) answer {
	h.t.Helper()
	r := h.request(h.t.Context(), "", headers...)
	r.Method, r.Body, r.ContentLength = method, nil, 0
	r.URL.Path = path
	return h.send(r)
}

// FLT-091: what isn't there is said in JSON; the front door says nothing.
func TestFLT091Paths(t *testing.T) {
	t.Parallel()
	h := open(t, []string{refusing(t)})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 404},
		{"GET", "/v1/nonsense", 404},
		{"GET", "/v1/chat/completions", 405},
		{"POST", "/v1/models", 405},
		{"DELETE", "/v1/models/chat", 405},
	} {
		got := h.get(c.method, c.path, "Authorization", "")
		if got.status != c.status || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
			continue
		}
		got.envelope(t)
		if c.status == 405 && got.header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow header", c.method, c.path)
		}
	}
	if h.ledger.await(t, 0); len(h.Health()) != 0 {
		t.Errorf("somebody is blamed: %+v", h.Health())
	}
	health := h.get("GET", "/health", "Authorization", "")
	if health.status != 200 || compact(t, health.body) != `{"status":"ok"}` {
		t.Errorf("health: %d %s", health.status, health.body)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	h := open(t, []string{refusing(t)}, withStrangers, func(c *gateway.Config) { c.Groups[0].Name = "org/chat" })
	list := h.get("GET", "/v1/models")
	var in struct {
		Object string
		Data   []struct {
			ID, Object string
			Created    *int64
			OwnedBy    string `json:"owned_by"`
		}
	}
	if err := json.Unmarshal([]byte(list.body), &in); err != nil || in.Object != "list" {
		t.Fatalf("%v: %s", err, list.body)
	}
	var ids []string
	for _, m := range in.Data {
		ids = append(ids, m.ID)
		if m.Object != "model" || m.Created == nil || m.OwnedBy == "" {
			t.Errorf("%+v", m)
		}
	}
	if fmt.Sprint(ids) != "[empty org/chat]" {
		t.Errorf("listed %v, want the groups of this key", ids)
	}
	for path, status := range map[string]int{
		"/v1/models/org/chat": 200, "/v1/models/secret": 404, "/v1/models/nosuch": 404,
	} {
		if got := h.get("GET", path); got.status != status {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := h.get("GET", "/v1/models", "Authorization", "Bearer nonsense"); got.status != 401 {
		t.Errorf("a stranger gets %d", got.status)
	}
}

func TestBeforeApply(t *testing.T) {
	t.Parallel()
	g := gateway.New(gateway.Options{})
	defer func() { _ = g.Close() }()
	for _, path := range []string{"/health", "/v1/models"} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1"+path, nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// FLT-072: a client that leaves during its upload reaches nobody.
func TestFLT072GoneDuringUpload(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body, feed := io.Pipe()
	r := h.request(ctx, "")
	r.Body, r.ContentLength = body, 1000
	go func() {
		_, _ = feed.Write([]byte(plainBody[:20]))
		cancel()
		_ = feed.CloseWithError(io.ErrUnexpectedEOF)
	}()
	h.send(r)
	call := h.ledger.await(t, 1)[0]
	if call.State != gateway.StateCanceled || call.Status != 499 || len(call.Attempts) != 0 || len(u.seen()) != 0 || len(h.Health()) != 0 {
		t.Errorf("recorded %+v, health %+v", call, h.Health())
	}
}

// panicking is a body whose reader panics.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("a bug") }

// FLT-097: a panic costs its own request and nothing else.
func TestFLT097Panic(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	h := open(t, []string{u.url})
	r := httptest.NewRequest("POST", h.server.URL+"/v1/chat/completions", panicking{})
	r.Header = h.request(t.Context(), "").Header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := answer{status: w.Code, header: w.Header(), body: w.Body.String()}
	if got.status != 500 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	got.envelope(t)
	if call := h.ledger.await(t, 1)[0]; call.State != gateway.StateFailed || call.Status != 500 || call.ErrorCode != "internal_error" ||
		call.Message == "" || len(call.Attempts) != 0 || len(h.Health()) != 0 || len(u.seen()) != 0 {
		t.Errorf("recorded %+v, health %+v", call, h.Health())
	}
	h.post(plainBody).wantGood(t, false)
}

// A member that points back at this gateway does not go round for ever.
func TestLoop(t *testing.T) {
	t.Parallel()
	good := serve(t, healthy)
	h := open(t, []string{refusing(t), good.url})
	h.config.Providers[0].BaseURL = h.server.URL + "/v1"
	h.config.Providers[0].Keys[0].Secret = apiKey
	h.config.Providers[0].Models[0].Name = "chat"
	h.apply()
	h.post(plainBody).wantGood(t, false)
	if n := len(good.seen()); n != 1 {
		t.Errorf("%d requests at the good member, want 1", n)
	}
}

// Cloud metadata and other link-local addresses are never dialled.
func TestAddressRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/v1"} {
		h := open(t, []string{url}, impatient)
		if got := h.post(plainBody); got.status < 500 {
			t.Errorf("%s: %d", url, got.status)
		}
		if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Reason != "address_refused" {
			t.Errorf("%s: %+v", url, o)
		}
	}
}

// FLT-073: a client that doesn't read can't hold a call for ever. The deadline
// is long, so only its mechanism is looked at: the reply's writer gets one.
func TestFLT073WriteDeadline(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url})
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest("POST", h.server.URL+"/v1/chat/completions", strings.NewReader(streamBody))
	r.Header = h.request(t.Context(), "").Header
	h.ServeHTTP(w, r)
	if len(w.deadlines) < 1 || w.deadlines[0].IsZero() {
		t.Errorf("deadlines %v, want one before the first write", w.deadlines)
	}
	if !bytes.Contains(w.Body.Bytes(), []byte(done)) {
		t.Errorf("body %s", w.Body)
	}
}

type deadlined struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (d *deadlined) SetWriteDeadline(t time.Time) error {
	d.deadlines = append(d.deadlines, t)
	return nil
}
