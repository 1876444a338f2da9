package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"headgate/gateway"
)

// patience bounds every wait of these tests; none takes this long when it passes.
const patience = 30 * time.Second

// visit is one request that a raw upstream received, with the connection to
// answer on, so that a test can say any bytes.
type visit struct {
	*http.Request
	Body []byte
	conn *net.TCPConn
	nth  int // 1: the first request of this connection
}

// say writes bytes as they stand.
func (v *visit) say(text string) { _, _ = io.WriteString(v.conn, text) }

// reset breaks the connection with an RST.
func (v *visit) reset() {
	_ = v.conn.SetLinger(0)
	_ = v.conn.Close()
}

// stall says nothing more until the gateway hangs up.
func (v *visit) stall() { _, _ = io.Copy(io.Discard, v.conn) }

// reply says a whole reply with a length.
func (v *visit) reply(status int, kind, body string, headers ...string) {
	v.say(fmt.Sprintf("HTTP/1.1 %d Status\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s",
		status, kind, len(body), lines(headers), body))
}

func lines(headers []string) string {
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String()
}

// begin says the head of an event stream.
func (v *visit) begin(headers ...string) {
	v.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n" + lines(headers) + "\r\n")
}

// chunk says one piece of a chunked body.
func (v *visit) chunk(text string) { v.say(fmt.Sprintf("%x\r\n%s\r\n", len(text), text)) }

// end ends a chunked body.
func (v *visit) end() { v.say("0\r\n\r\n") }

// events says a whole event stream.
func (v *visit) events(data ...string) {
	v.begin()
	for _, d := range data {
		v.chunk("data: " + d + "\n\n")
	}
	v.end()
}

// stream tells what the request asked for.
func (v *visit) stream() bool {
	var in struct{ Stream bool }
	_ = json.Unmarshal(v.Body, &in)
	return in.Stream
}

const (
	done     = "[DONE]"
	role     = `{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`
	finish   = `{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
	usage    = `{"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}`
	wholeFmt = `{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}`
)

func whole(text string) string { return fmt.Sprintf(wholeFmt, text) }

func delta(text string) string {
	quoted, _ := json.Marshal(text)
	return `{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":` + string(quoted) + `},"finish_reason":null}]}`
}

// healthy answers as asked, with the text "good".
func healthy(v *visit) {
	if v.stream() {
		v.events(role, delta("go"), delta("od"), finish, usage, done)
		return
	}
	v.reply(200, "application/json", whole("good"))
}

// upstream is a server made of raw connections.
type upstream struct {
	url    string
	mu     sync.Mutex
	visits []*visit
}

// serve runs an upstream that answers every request with behave.
func serve(t *testing.T, behave func(*visit)) *upstream {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &upstream{url: "http://" + ln.Addr().String() + "/v1"}
	var wg sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]struct{}{}
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = struct{}{}
			mu.Unlock()
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				u.talk(conn.(*net.TCPConn), behave)
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return u
}

func (u *upstream) talk(conn *net.TCPConn, behave func(*visit)) {
	in := bufio.NewReader(conn)
	for nth := 1; ; nth++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		v := &visit{Request: r, Body: body, conn: conn, nth: nth}
		u.mu.Lock()
		u.visits = append(u.visits, v)
		u.mu.Unlock()
		behave(v)
	}
}

func (u *upstream) seen() []*visit {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]*visit(nil), u.visits...)
}

// refusing is a base URL at which nothing listens.
func refusing(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return "http://" + ln.Addr().String() + "/v1"
}

// ledger is a Recorder that keeps what it is told.
type ledger struct {
	mu       sync.Mutex
	opened   []gateway.Call
	recorded []gateway.Call
	news     chan struct{}
}

func (l *ledger) Open(c gateway.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opened = append(l.opened, c)
}

func (l *ledger) Record(c gateway.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded = append(l.recorded, c)
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// all returns the calls that are recorded by now.
func (l *ledger) all() []gateway.Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]gateway.Call(nil), l.recorded...)
}

// await returns the calls once n of them are recorded.
func (l *ledger) await(t *testing.T, n int) []gateway.Call {
	t.Helper()
	late := time.After(patience)
	for {
		l.mu.Lock()
		calls := append([]gateway.Call(nil), l.recorded...)
		l.mu.Unlock()
		if len(calls) > n {
			t.Fatalf("%d calls were recorded, want %d: %+v", len(calls), n, calls)
		}
		if len(calls) == n {
			return calls
		}
		select {
		case <-l.news:
		case <-late:
			t.Fatalf("%d calls were recorded, want %d", len(calls), n)
		}
	}
}

const (
	apiKey      = "hg-test-0123456789abcdef"
	providerKey = "sk-upstream-0123456789"
)

// With -transport all that these tests prove of connections of our own is proven
// of those that net/http makes.
var byTransport = flag.Bool("transport", false, "ask upstreams through net/http only")

// house is a gateway with its door open.
type house struct {
	*gateway.Gateway
	t      *testing.T
	ledger *ledger
	server *front
	config gateway.Config

	doorOnce sync.Once
	doorAt   string // where raw connections go
}

// front is the house's real door, and somebody who goes in by it.
type front struct {
	URL    string
	client *http.Client
}

// Client is always the same one.
func (f *front) Client() *http.Client { return f.client }

// open runs a gateway whose group "chat" has a member at each URL, in order.
// Each change adjusts the configuration first.
func open(t *testing.T, urls []string, changes ...func(*gateway.Config)) *house {
	t.Helper()
	return run(t, configOf(urls, changes...), gateway.Options{})
}

func configOf(urls []string, changes ...func(*gateway.Config)) gateway.Config {
	config := gateway.Config{
		APIKeys: []gateway.APIKey{{ID: 1, Name: "laptop", Hash: sha256.Sum256([]byte(apiKey)), GroupIDs: []int64{1}}},
		Groups:  []gateway.Group{{ID: 1, Name: "chat", Policy: gateway.PolicyPriority}},
	}
	for i, url := range urls {
		id := int64(i + 1)
		config.Providers = append(config.Providers, gateway.Provider{
			ID: id, Name: fmt.Sprintf("up%d", id), Dialect: "openai", BaseURL: url,
			Keys:   []gateway.ProviderKey{{ID: id, Secret: fmt.Sprintf("%s-%d", providerKey, id), Hint: "sk-u…"}},
			Models: []gateway.Model{{ID: id, Name: fmt.Sprintf("model-%d", id)}},
		})
		config.Groups[0].Members = append(config.Groups[0].Members,
			gateway.Member{ID: id, ProviderID: id, ModelID: id, Priority: int(id)})
	}
	for _, change := range changes {
		change(&config)
	}
	return config
}

// run opens the door of a gateway that records to a ledger.
func run(t *testing.T, config gateway.Config, o gateway.Options) *house {
	t.Helper()
	h := &house{t: t, ledger: &ledger{news: make(chan struct{}, 1)}, config: config}
	o.Recorder = h.ledger
	h.Gateway = gateway.New(o)
	h.apply()
	h.server = &front{URL: "http://" + h.address(), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		h.server.client.CloseIdleConnections()
		if err := h.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

func (h *house) apply() {
	h.t.Helper()
	if err := h.Apply(h.config); err != nil {
		h.t.Fatal(err)
	}
	if *byTransport {
		h.OnlyTransport()
	}
}

// answer is what a client got.
type answer struct {
	status int
	header http.Header
	body   string
	err    error // the reply broke off
}

const (
	plainBody  = `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`
	streamBody = `{"model":"chat","stream":true,"messages":[{"role":"user","content":"hi"}]}`
)

// request makes a chat request.
func (h *house) request(ctx context.Context, body string, headers ...string) *http.Request {
	h.t.Helper()
	return h.requestTo(ctx, "/v1/chat/completions", body, headers...)
}

func (h *house) requestTo(ctx context.Context, path, body string, headers ...string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+apiKey)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

// send sends a request and reads the whole reply.
func (h *house) send(r *http.Request) answer {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	resp, err := h.server.Client().Do(r.WithContext(ctx))
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body), err}
}

// post makes a chat call.
func (h *house) post(body string, headers ...string) answer {
	h.t.Helper()
	return h.send(h.request(h.t.Context(), body, headers...))
}

// text is the reply's text, put together from a JSON reply or from events.
func (a answer) text() string {
	var b strings.Builder
	var in struct {
		Choices []struct{ Message, Delta struct{ Content string } }
	}
	add := func(data []byte) {
		in.Choices = nil
		if json.Unmarshal(data, &in) == nil {
			for _, c := range in.Choices {
				b.WriteString(c.Message.Content + c.Delta.Content)
			}
		}
		b.WriteString(responsesText(data))
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") {
		add([]byte(a.body))
		return b.String()
	}
	for _, d := range a.events() {
		add([]byte(d))
	}
	return b.String()
}

// events are the data of the reply's events, as a careful client reads them.
func (a answer) events() []string {
	var out []string
	body := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(a.body)
	for _, block := range strings.Split(body, "\n\n") {
		var data []string
		for _, line := range strings.Split(block, "\n") {
			if value, ok := strings.CutPrefix(line, "data:"); ok {
				data = append(data, strings.TrimPrefix(value, " "))
			}
		}
		if data != nil {
			out = append(out, strings.Join(data, "\n"))
		}
	}
	return out
}

// done tells whether a stream says that it is complete.
func (a answer) done() bool {
	events := a.events()
	return len(events) > 0 && (events[len(events)-1] == done || strings.HasPrefix(events[len(events)-1], `{"type":"response.completed"`))
}

// envelope reads an error and fails unless all four keys are there.
func (a answer) envelope(t *testing.T) (code, message string) {
	t.Helper()
	var in struct{ Error map[string]any }
	if err := json.Unmarshal([]byte(a.body), &in); err != nil {
		t.Fatalf("%d: not an envelope: %v: %s", a.status, err, a.body)
	}
	for _, key := range []string{"message", "type", "param", "code"} {
		if _, there := in.Error[key]; !there {
			t.Errorf("the envelope lacks %q: %s", key, a.body)
		}
	}
	code, _ = in.Error["code"].(string)
	message, _ = in.Error["message"].(string)
	if message == "" {
		t.Errorf("the envelope has no message: %s", a.body)
	}
	return code, message
}

// wantGood fails unless the reply is the healthy member's, whole.
func (a answer) wantGood(t *testing.T, stream bool) {
	t.Helper()
	switch {
	case a.err != nil || a.status != http.StatusOK:
		t.Fatalf("got %d %s (%v), want the healthy member's reply", a.status, a.body, a.err)
	case a.text() != "good":
		t.Errorf("text %q, want %q; body %s", a.text(), "good", a.body)
	case stream && !a.done():
		t.Errorf("the stream doesn't end with [DONE]: %s", a.body)
	}
}

// compact removes white space outside strings.
func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
