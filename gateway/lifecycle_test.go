package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// FLT-096: a drain refuses new calls, lets the running ones finish, and breaks
// off, honestly, those that outlast it.
func TestFLT096Drain(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 10)
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("go") + "\n\n")
		arrived <- struct{}{}
		if v.Header.Get("User-Agent") == "stuck" {
			v.stall()
			return
		}
		<-hold
		v.chunk("data: " + delta("od") + "\n\ndata: " + finish + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	h := open(t, []string{u.url})
	finishes, stuck := make(chan answer, 1), make(chan answer, 1)
	go func() { finishes <- h.post(streamBody) }()
	begun := make(chan struct{}) // the client has the head: the reply is committed
	go func() {
		resp, err := h.server.Client().Do(h.request(t.Context(), streamBody, "User-Agent", "stuck"))
		close(begun)
		if err != nil {
			stuck <- answer{err: err}
			return
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		stuck <- answer{resp.StatusCode, resp.Header, string(body), err}
	}()
	<-arrived
	<-arrived
	<-begun
	ctx, cancel := contextWithCancel(t)
	drained := make(chan error, 1)
	go func() { drained <- h.Drain(ctx) }()
	for h.get("GET", "/health").status == 200 {
		time.Sleep(time.Millisecond)
	}
	if got := h.post(plainBody); got.status != http.StatusServiceUnavailable {
		t.Errorf("a new call during a drain got %d", got.status)
	}
	close(hold)
	got := <-finishes
	if got.err != nil || got.text() != "good" || !got.done() {
		t.Errorf("the call that could finish got %v %s", got.err, got.body)
	}
	cancel()
	if err := <-drained; !errors.Is(err, context.Canceled) {
		t.Errorf("drain: %v", err)
	}
	broken := <-stuck
	if broken.err == nil || strings.Contains(broken.body, done) || !strings.Contains(broken.body, `"error"`) {
		t.Errorf("the call that was broken off got %v %s", broken.err, broken.body)
	}
	states := map[gateway.State]int{}
	for _, call := range h.ledger.await(t, 3) {
		states[call.State]++
	}
	if states[gateway.StateOK] != 1 || states[gateway.StatePartial] != 1 || states[gateway.StateRefused] != 1 {
		t.Errorf("states %v", states)
	}
	if m := h.healthOf(1); m.Failures != 0 {
		t.Errorf("the member is blamed for the stop: %+v", m)
	}
	h.Resume()
	if got := h.get("GET", "/health"); got.status != 200 {
		t.Errorf("after Resume: %d", got.status)
	}
}

// A call that takes longer than OpenAfter is told as open first, once.
func TestOpenCalls(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	u := serve(t, func(v *visit) { <-hold; healthy(v) })
	h := open(t, []string{u.url})
	answered := make(chan answer, 1)
	go func() { answered <- h.post(plainBody) }()
	late := time.After(patience)
	for {
		h.ledger.mu.Lock()
		n := len(h.ledger.opened)
		h.ledger.mu.Unlock()
		if n > 0 {
			break
		}
		select {
		case <-late:
			t.Fatal("the call was not told as open")
		case <-time.After(10 * time.Millisecond):
		}
	}
	close(hold)
	(<-answered).wantGood(t, false)
	call := h.ledger.await(t, 1)[0]
	h.ledger.mu.Lock()
	defer h.ledger.mu.Unlock()
	if len(h.ledger.opened) != 1 || h.ledger.opened[0].ID != call.ID || h.ledger.opened[0].State != gateway.StateOpen ||
		h.ledger.opened[0].GroupID != 1 || h.ledger.opened[0].Model != "chat" {
		t.Errorf("opened %+v", h.ledger.opened)
	}
	if call.Duration < gateway.OpenAfter {
		t.Errorf("duration %v", call.Duration)
	}
}

// FLT-092: a call keeps the configuration that it began with.
func TestFLT092EditedMeanwhile(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 1)
	u := serve(t, func(v *visit) { arrived <- struct{}{}; <-hold; failing(500, serverError)(v) })
	good := serve(t, healthy)
	h := open(t, []string{u.url, good.url})
	answered := make(chan answer, 1)
	go func() { answered <- h.post(plainBody) }()
	<-arrived
	h.config.Groups, h.config.APIKeys = nil, nil
	h.apply()
	close(hold)
	(<-answered).wantGood(t, false)
	if got := h.post(plainBody); got.status != 401 {
		t.Errorf("a revoked key gets %d", got.status)
	}
	calls := h.ledger.await(t, 2)
	if calls[0].State != gateway.StateOK || calls[0].GroupID != 1 || len(calls[0].Attempts) != 2 || calls[0].Attempts[0].Outcome.Reason != "upstream_error" {
		t.Errorf("recorded %+v", calls[0])
	}
	if calls[1].State != gateway.StateRefused || len(calls[1].Attempts) != 0 || len(u.seen()) != 1 || len(good.seen()) != 1 {
		t.Errorf("recorded %+v", calls[1])
	}
	if len(h.Health()) != 0 {
		t.Errorf("a member that is gone is blamed: %+v", h.Health())
	}
}

// FLT-093: so does a stream that has begun, whose member and key are taken away,
// and a provider's address that is changed counts from the next call on.
func TestFLT093StreamOfAProviderThatGoes(t *testing.T) {
	t.Parallel()
	hold, arrived := make(chan struct{}), make(chan struct{}, 1)
	u := serve(t, func(v *visit) {
		v.begin()
		v.chunk("data: " + delta("go") + "\n\n")
		arrived <- struct{}{}
		<-hold
		v.chunk("data: " + delta("od") + "\n\ndata: " + finish + "\n\ndata: " + usage + "\n\ndata: " + done + "\n\n")
		v.end()
	})
	next := serve(t, healthy)
	h := open(t, []string{u.url})
	answered := make(chan answer, 1)
	go func() { answered <- h.post(streamBody) }()
	<-arrived
	h.config.Providers[0].BaseURL = next.url
	h.config.Providers[0].Keys = []gateway.ProviderKey{{ID: 9, Secret: "sk-new-0123456789"}}
	h.apply()
	close(hold)
	(<-answered).wantGood(t, true)
	h.post(plainBody).wantGood(t, false)
	calls := h.ledger.await(t, 2)
	for i, key := range []int64{1, 9} {
		if c := calls[i]; c.State != gateway.StateOK || len(c.Attempts) != 1 || c.Attempts[0].ProviderKeyID != key || c.Usage.Input.N != 11 {
			t.Errorf("recorded %+v, want one attempt with key %d", c, key)
		}
	}
	if len(u.seen()) != 1 || len(next.seen()) != 1 || next.seen()[0].Header.Get("Authorization") != "Bearer sk-new-0123456789" {
		t.Errorf("%d requests at the old address, %d at the new", len(u.seen()), len(next.seen()))
	}
	if len(h.Health()) != 0 {
		t.Errorf("somebody is blamed: %+v", h.Health())
	}
}

// What is recorded of a call that succeeded after a failure.
func TestRecord(t *testing.T) {
	t.Parallel()
	in, out := 1.0, 2.0
	h := open(t, []string{refusing(t), serve(t, healthy).url}, func(c *gateway.Config) {
		c.Providers[1].Models[0].Price = gateway.Price{InputPerMillion: &in, OutputPerMillion: &out}
	})
	got := h.post(streamBody, "User-Agent", "a tool")
	got.wantGood(t, true)
	call := h.ledger.await(t, 1)[0]
	if call.ID != got.header.Get("X-Request-Id") || call.Route != "chat.completions" || call.APIKeyID != 1 || call.APIKeyName != "laptop" ||
		call.GroupID != 1 || call.Model != "chat" || !call.Stream || call.State != gateway.StateOK || call.Status != 200 || call.ErrorCode != "" ||
		call.UserAgent != "a tool" || call.BytesIn != int64(len(streamBody)) || call.BytesOut != int64(len(got.body)) || call.Duration <= 0 {
		t.Errorf("recorded %+v", call)
	}
	if len(call.Attempts) != 2 {
		t.Fatalf("attempts %+v", call.Attempts)
	}
	bad, good := call.Attempts[0], call.Attempts[1]
	if bad.Status != 0 || bad.Outcome.Action != gateway.ActionNext || !bad.Outcome.Counts || bad.Outcome.Message == "" || bad.FirstByte != 0 {
		t.Errorf("first attempt %+v", bad)
	}
	if good.MemberID != 2 || good.ProviderID != 2 || good.Provider != "up2" || good.ModelID != 2 || good.Model != "model-2" || good.ProviderKeyID != 2 ||
		good.KeyHint == "" || good.Priority != 2 || good.Price.InputPerMillion == nil || good.Status != 200 || good.Connect <= 0 ||
		good.Start < bad.Total || good.Total <= 0 || good.Outcome.Action != gateway.ActionDone || good.Outcome.Blames != gateway.BlamesNobody {
		t.Errorf("second attempt %+v", good)
	}
	if got.header.Get("X-Headgate-Attempts") != "2" || got.header.Get("X-Headgate-Provider") != "up2" {
		t.Errorf("headers %v", got.header)
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	u := serve(t, func(v *visit) {
		switch {
		case v.Header.Get("Authorization") != "Bearer "+providerKey:
			v.reply(401, "application/json", errorBody("", "invalid_api_key", "no such key "+providerKey))
		case v.URL.Path == "/v1/models":
			v.reply(200, "application/json", `{"object":"list","data":[{"id":"a"},{"id":"b"}]}`)
		default:
			healthy(v)
		}
	})
	h := open(t, nil)
	p := gateway.Provider{Name: "up", Dialect: "openai", BaseURL: u.url, Keys: []gateway.ProviderKey{{ID: 1, Secret: providerKey}}}
	for _, model := range []string{"", "a"} {
		got := h.Probe(t.Context(), p, model)
		if got.Status != 200 || got.Outcome.Class != gateway.ClassOK || got.Latency <= 0 || strings.Join(got.Models, " ") != "a b" {
			t.Errorf("model %q: %+v", model, got)
		}
	}
	p.Keys[0].Secret = "sk-wrong"
	if got := h.Probe(t.Context(), p, "a"); got.Status != 401 || got.Outcome.Class != gateway.ClassCredential || got.Outcome.Reason == "" {
		t.Errorf("a wrong key: %+v", got)
	}
	p.BaseURL = refusing(t)
	if got := h.Probe(t.Context(), p, "a"); got.Status != 0 || got.Outcome.Reason != "connection_refused" || got.Outcome.Message == "" {
		t.Errorf("refused: %+v", got)
	}
	if len(h.Health()) != 0 {
		t.Errorf("a probe blamed somebody: %+v", h.Health())
	}
}

// However people write a base URL, the request goes where they meant.
func TestBaseURLs(t *testing.T) {
	t.Parallel()
	u := serve(t, healthy)
	root := strings.TrimSuffix(u.url, "/v1")
	for base, want := range map[string]string{
		root + "/v1":                "/v1/chat/completions",
		root + "/v1/":               "/v1/chat/completions",
		root + "/openai/v1?api=2":   "/openai/v1/chat/completions?api=2",
		root + "/api/v4":            "/api/v4/chat/completions",
		root:                        "/v1/chat/completions",
		root + "/":                  "/v1/chat/completions",
		u.url + "/chat/completions": "/v1/chat/completions",
	} {
		before := len(u.seen())
		h := open(t, []string{base})
		h.post(plainBody).wantGood(t, false)
		if got := u.seen()[before].RequestURI; got != want {
			t.Errorf("%s: asked %s, want %s", base, got, want)
		}
	}
}

func price(in float64) gateway.Price { return gateway.Price{InputPerMillion: &in} }

// What can't be served is refused as a whole, with the place of the fault.
func TestValidate(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, healthy).url})
	for name, c := range map[string]struct {
		change func(*gateway.Config)
		place  string
	}{
		"dialect":        {func(c *gateway.Config) { c.Providers[0].Dialect = "klingon" }, "providers[0]"},
		"base URL":       {func(c *gateway.Config) { c.Providers[0].BaseURL = "ftp://x" }, "providers[0]"},
		"userinfo":       {func(c *gateway.Config) { c.Providers[0].BaseURL = "http://u:p@x" }, "providers[0]"},
		"header":         {func(c *gateway.Config) { c.Providers[0].Headers = []gateway.Header{{Name: "A B", Value: "x"}} }, "providers[0]"},
		"header value":   {func(c *gateway.Config) { c.Providers[0].Headers = []gateway.Header{{Name: "A", Value: "x\r\ny"}} }, "providers[0]"},
		"member's model": {func(c *gateway.Config) { c.Groups[0].Members[0].ModelID = 99 }, "groups[0]"},
		"policy":         {func(c *gateway.Config) { c.Groups[0].Policy = "fate" }, "groups[0]"},
		"price":          {func(c *gateway.Config) { c.Providers[0].Models = []gateway.Model{{ID: 1, Name: "m", Price: price(-1)}} }, "models[0]"},
		"model's name":   {func(c *gateway.Config) { c.Providers[0].Models = []gateway.Model{{ID: 1, Name: "a\nb"}} }, "models[0]"},
		"time limit":     {func(c *gateway.Config) { c.Timeouts.Reply = -1 }, "timeouts.reply"},
		"attempts":       {func(c *gateway.Config) { c.Limits.Attempts = -1 }, "limits.attempts"},
		"name":           {func(c *gateway.Config) { c.Groups[0].Name = "" }, "groups[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := h.config
			broken.Providers = append([]gateway.Provider(nil), h.config.Providers...)
			broken.Groups = []gateway.Group{h.config.Groups[0]}
			broken.Groups[0].Members = append([]gateway.Member(nil), h.config.Groups[0].Members...)
			c.change(&broken)
			err := gateway.Validate(broken)
			if err == nil || !strings.Contains(err.Error(), c.place) {
				t.Errorf("got %v, want a fault at %s", err, c.place)
			}
			if err := h.Apply(broken); err == nil {
				t.Error("Apply took it")
			}
		})
	}
	h.post(plainBody).wantGood(t, false)
}
