package gateway_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// want is what must become of a call, in the four places where it shows: what
// the client got, what each upstream received, what the log says, and whom it
// blamed. What follows from the first attempt's class need not be said.
type want struct {
	stream bool
	fate   fate

	// text is of the reply, or of what came before it broke off.
	text string
	// status, code and kind are of the error that the client got; code and kind of
	// the error event when the reply broke off. "": as the class has it.
	status     int
	code, kind string
	// body is the error as the upstream said it, byte for byte; "": not looked at.
	body string

	// asked is how many requests each upstream received; -1: not looked at.
	asked []int

	// first is the outcome of the first attempt: class and reason at least, and the
	// time for which it benches.
	first gateway.Outcome
	// answered is the upstream's status in the first attempt; 0: it gave none.
	answered int
	logged   string // the error code of the call
	usage    gateway.Usage
}

// manner is what follows from a class: whom it blames, whether that counts, what
// comes next, and what the client gets when nobody is left to ask.
type manner struct {
	blames gateway.Blame
	counts bool
	action gateway.Action
	status int
	code   string
	kind   string
}

var manners = map[gateway.Class]manner{
	gateway.ClassOK:               {gateway.BlamesNobody, false, gateway.ActionDone, 200, "", ""},
	gateway.ClassCallerFault:      {gateway.BlamesNobody, false, gateway.ActionStop, 400, "upstream_rejected_request", "invalid_request_error"},
	gateway.ClassContextWindow:    {gateway.BlamesNobody, false, gateway.ActionStop, 400, "context_length_exceeded", "invalid_request_error"},
	gateway.ClassContentPolicy:    {gateway.BlamesNobody, false, gateway.ActionStop, 400, "content_policy_violation", "invalid_request_error"},
	gateway.ClassCredential:       {gateway.BlamesKey, false, gateway.ActionNextKey, 502, "upstream_credential", "server_error"},
	gateway.ClassQuota:            {gateway.BlamesKey, false, gateway.ActionNextKey, 503, "upstream_quota", "server_error"},
	gateway.ClassRateLimited:      {gateway.BlamesBoth, false, gateway.ActionNextKey, 429, "rate_limit_exceeded", "rate_limit_error"},
	gateway.ClassModelUnavailable: {gateway.BlamesMember, false, gateway.ActionNext, 404, "model_unavailable", "invalid_request_error"},
	gateway.ClassTransient:        {gateway.BlamesMember, true, gateway.ActionNext, 502, "upstream_error", "server_error"},
	gateway.ClassTimeout:          {gateway.BlamesMember, true, gateway.ActionNext, 504, "upstream_timeout", "server_error"},
	gateway.ClassMalformed:        {gateway.BlamesMember, true, gateway.ActionNext, 502, "upstream_malformed", "server_error"},
	gateway.ClassKeyword:          {gateway.BlamesMember, true, gateway.ActionNext, 502, "failure_keyword", "server_error"},
	gateway.ClassCanceled:         {gateway.BlamesNobody, false, gateway.ActionStop, 499, "", ""},
	gateway.ClassOffline:          {gateway.BlamesNobody, false, gateway.ActionNext, 502, "no_network", "server_error"},
}

// received is a request as an upstream got it.
type received struct {
	path, body string
	header     http.Header
}

func (u *upstream) received() (all []received) {
	for _, v := range u.seen() {
		all = append(all, received{v.URL.Path, string(v.Body), v.Header})
	}
	return all
}

func receivedBy(u *gatewaytest.Upstream) (all []received) {
	for _, q := range u.Requests() {
		all = append(all, received{q.Path, string(q.Body), q.Header})
	}
	return all
}

// door is one of the gateway's ingresses: how its clients ask, and what is then
// asked of a member.
type door struct {
	name          string
	plain, stream string
	ask           func(*house, string) answer
	members       [2]string // a plain call and a stream, with the model left open
}

const (
	membersPlain  = `{"model":%q,"messages":[{"role":"user","content":"hi"}]}`
	membersStream = `{"model":%q,"stream":true,"messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true}}`
	membersLast   = `{"model":%q,"messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}`
)

var doors = []door{
	{"chat", plainBody, streamBody, func(h *house, body string) answer { return h.post(body) }, [2]string{membersPlain, membersStream}},
	{"responses", plainAsk, streamAsk, func(h *house, body string) answer { return h.respond(body) }, [2]string{membersPlain, membersLast}},
}

func (d door) body(stream bool) string {
	if stream {
		return d.stream
	}
	return d.plain
}

// asksOf is what the nth member is asked.
func (d door) asksOf(nth int, stream bool) string {
	form := d.members[0]
	if stream {
		form = d.members[1]
	}
	return fmt.Sprintf(form, fmt.Sprintf("model-%d", nth))
}

// check looks at all four places. The calls before call must have left nothing.
func (w want) check(t *testing.T, h *house, d door, got answer, call gateway.Call, ups ...[]received) {
	t.Helper()
	w = w.completed()
	w.checkClient(t, d, got, call)
	w.checkUpstreams(t, d, ups)
	w.checkLog(t, d, got, call)
	w.checkBlame(t, h)
}

// completed fills in what follows from the class.
func (w want) completed() want {
	m := manners[w.first.Class]
	w.first.Blames, w.first.Counts, w.first.Action = m.blames, m.counts, m.action
	switch w.fate {
	case passedOn:
		w.logged = m.code
		return w
	case oneError:
		w.status = cmp.Or(w.status, m.status)
	default:
		w.status = http.StatusOK
	}
	if w.first.Reason == "wrong_path" || w.first.Reason == "address_refused" {
		m.code, m.kind = "upstream_unreachable", "server_error"
	}
	w.code, w.kind = cmp.Or(w.code, m.code), cmp.Or(w.kind, m.kind)
	if w.fate == brokenOff || w.fate == oneError {
		w.logged = w.code
	}
	return w
}

func (w want) checkClient(t *testing.T, d door, got answer, call gateway.Call) {
	t.Helper()
	if got.status != w.status || (got.err != nil) != (w.fate == brokenOff) {
		t.Fatalf("got %d (%v), want %d: %s", got.status, got.err, w.status, got.body)
	}
	if strings.Contains(got.body+fmt.Sprint(got.header), providerKey) {
		t.Errorf("the provider key is in the reply: %v %s", got.header, got.body)
	}
	if got.header.Get("X-Request-Id") != call.ID {
		t.Errorf("x-request-id %q, the log has %q", got.header.Get("X-Request-Id"), call.ID)
	}
	if n := got.header.Get("X-Headgate-Attempts"); n != fmt.Sprint(len(call.Attempts)) {
		t.Errorf("x-headgate-attempts %q after %d", n, len(call.Attempts))
	}
	if n := len(got.body); got.err == nil && call.BytesOut != int64(n) {
		t.Errorf("%d bytes in the log, %d came", call.BytesOut, n)
	}
	if got.text() != w.text {
		t.Errorf("text %q, want %q", short(got.text()), short(w.text))
	}
	switch w.fate {
	case itAnswers, nextAnswers:
		last := call.Attempts[len(call.Attempts)-1]
		if got.done() != w.stream {
			t.Errorf("says that it is complete: %v", got.done())
		}
		if got.header.Get("X-Headgate-Provider") != last.Provider || got.header.Get("X-Headgate-Model") != last.Model {
			t.Errorf("from %s/%s, the log has %s/%s", got.header.Get("X-Headgate-Provider"), got.header.Get("X-Headgate-Model"), last.Provider, last.Model)
		}
	case brokenOff:
		if got.done() || strings.Contains(got.body, done) {
			t.Errorf("a broken stream looks complete: %s", got.body)
		}
		if code, kind := got.brokenBy(t, d); code != w.code || d.name == "chat" && kind != w.kind {
			t.Errorf("the error event says %q, %q, want %q, %q", code, kind, w.code, w.kind)
		}
	case passedOn, oneError:
		got.envelope(t)
		if code, kind := got.says(); code != w.code || w.kind != "" && kind != w.kind {
			t.Errorf("code %q, type %q, want %q, %q: %s", code, kind, w.code, w.kind, got.body)
		}
		if w.body != "" && got.body != w.body {
			t.Errorf("passed on\n%s, said\n%s", got.body, w.body)
		}
		if got.header.Get("X-Should-Retry") != "false" {
			t.Errorf("x-should-retry %q", got.header.Get("X-Should-Retry"))
		}
		if after := got.header.Get("Retry-After"); w.fate == oneError && (after == "") != (w.first.Bench == 0) {
			t.Errorf("Retry-After %q with everybody passed over for %v", after, w.first.Bench)
		}
	}
}

// says are the "code" and "type" of an envelope.
func (a answer) says() (code, kind string) {
	var in struct{ Error struct{ Code, Type string } }
	_ = json.Unmarshal([]byte(a.body), &in)
	return in.Error.Code, in.Error.Type
}

// brokenBy is the error in a stream's last event.
func (a answer) brokenBy(t *testing.T, d door) (code, kind string) {
	t.Helper()
	type failure struct{ Code, Type, Message string }
	var in struct {
		Error    *failure
		Type     string
		Response struct {
			Status string
			Error  *failure
		}
	}
	events := a.events()
	if len(events) == 0 {
		t.Fatal("no events")
	}
	last := events[len(events)-1]
	if err := json.Unmarshal([]byte(last), &in); err != nil {
		t.Fatalf("the last event: %v: %s", err, last)
	}
	if d.name == "responses" {
		if in.Type != "response.failed" || in.Response.Status != "failed" || strings.Contains(a.body, "response.completed") {
			t.Errorf("the last event is no failure: %s", last)
		}
		in.Error = in.Response.Error
	}
	if in.Error == nil || in.Error.Message == "" {
		t.Fatalf("the last event is no error: %s", last)
	}
	return in.Error.Code, in.Error.Type
}

func (w want) checkUpstreams(t *testing.T, d door, ups [][]received) {
	t.Helper()
	for i, all := range ups {
		if n := len(all); i < len(w.asked) && w.asked[i] >= 0 && n != w.asked[i] {
			t.Errorf("upstream %d received %d requests, want %d", i+1, n, w.asked[i])
		}
		for j, r := range all {
			body := d.asksOf(i+1, w.stream)
			if j > 0 && r.body != body { // the second try of one that refuses to be asked for usage
				body = strings.Replace(body, `,"stream_options":{"include_usage":true}`, "", 1)
			}
			if r.body != body || r.path != "/v1/chat/completions" {
				t.Errorf("upstream %d was asked %s %s, want %s", i+1, r.path, r.body, body)
			}
			if r.header.Get("Authorization") != fmt.Sprintf("Bearer %s-%d", providerKey, i+1) || r.header.Get("Accept-Encoding") != "identity" ||
				strings.Contains(fmt.Sprint(r.header), apiKey) {
				t.Errorf("upstream %d was asked with %v", i+1, r.header)
			}
		}
	}
}

func (w want) checkLog(t *testing.T, d door, got answer, call gateway.Call) {
	t.Helper()
	state, attempts := gateway.StateOK, 1
	switch w.fate {
	case nextAnswers:
		attempts = 2
	case brokenOff:
		state = gateway.StatePartial
	case passedOn, oneError:
		state = gateway.StateFailed
	}
	if call.State != state || call.Status != got.status || len(call.Attempts) != attempts {
		t.Fatalf("recorded %s %d after %d attempts, want %s %d after %d: %+v", call.State, call.Status, len(call.Attempts), state, got.status, attempts, call)
	}
	if call.Route != map[string]string{"chat": "chat.completions", "responses": "responses"}[d.name] || call.Model != "chat" ||
		call.Stream != w.stream || call.APIKeyID != 1 || call.GroupID != 1 || call.BytesIn != int64(len(d.body(w.stream))) {
		t.Errorf("recorded %+v", call)
	}
	if call.Usage != w.usage {
		t.Errorf("usage %+v, want %+v", call.Usage, w.usage)
	}
	if call.ErrorCode != w.logged || (call.Message == "") != (state == gateway.StateOK) {
		t.Errorf("error %q %q, want %q", call.ErrorCode, call.Message, w.logged)
	}
	o := call.Attempts[0].Outcome
	if o.Message == "" != (o.Class == gateway.ClassOK) {
		t.Errorf("the attempt's message is %q", o.Message)
	}
	if f := w.first; o.Class != f.Class || o.Reason != f.Reason || o.Blames != f.Blames || o.Action != f.Action ||
		o.Counts != f.Counts || o.Bench != f.Bench || o.Keyword != f.Keyword {
		t.Errorf("outcome\n%+v, want\n%+v", o, f)
	}
	if a := call.Attempts[0]; a.Status != w.answered || a.MemberID != 1 || a.ProviderKeyID != 1 || a.Model != "model-1" || a.Total <= 0 {
		t.Errorf("recorded of the attempt %+v, want status %d", a, w.answered)
	}
	if attempts == 2 {
		if a := call.Attempts[1]; a.MemberID != 2 || a.Outcome.Class != gateway.ClassOK || a.Outcome.Blames != gateway.BlamesNobody || a.Start < call.Attempts[0].Start {
			t.Errorf("recorded of the second attempt %+v", a)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", call), providerKey) {
		t.Errorf("the provider key is in the log: %+v", call)
	}
}

// checkBlame wants the first member and its key to bear what the outcome says,
// and nobody else to bear anything.
func (w want) checkBlame(t *testing.T, h *house) {
	t.Helper()
	failures := 0
	if w.first.Counts {
		failures = 1
	}
	for _, m := range h.Health() {
		if m.MemberID != 1 && (m.Failures != 0 || !m.CooldownUntil.IsZero() || !m.LastFailureAt.IsZero()) {
			t.Errorf("somebody else is blamed: %+v", m)
		}
	}
	m := h.healthOf(1)
	blamed := w.first.Blames != gateway.BlamesNobody
	if m.Failures != failures || m.LastFailureAt.IsZero() == blamed || blamed && (m.Class != w.first.Class || m.Reason != w.first.Reason) {
		t.Errorf("the member's health is %+v, want %d failures of %s", m, failures, w.first.Reason)
	}
	wantBenched(t, "member", m.CooldownUntil, w.first.Bench)
	for _, k := range h.KeyHealth() {
		var until time.Duration
		limited := 0
		switch {
		case k.ProviderKeyID != 1:
		case w.first.Blames == gateway.BlamesKey:
			until = w.first.Bench
		case w.first.Blames == gateway.BlamesBoth:
			limited = 1
		}
		wantBenched(t, fmt.Sprintf("key %d", k.ProviderKeyID), k.CooldownUntil, until)
		if k.Limited != limited || k.LastFailureAt.IsZero() != (until == 0 && limited == 0) {
			t.Errorf("a key's health is %+v", k)
		}
	}
}

func wantBenched(t *testing.T, who string, until time.Time, d time.Duration) {
	t.Helper()
	if left := time.Until(until); d == 0 != until.IsZero() || d > 0 && (left > d || left < d-patience) {
		t.Errorf("the %s is passed over until %v, want for %v", who, until, d)
	}
}

func short(text string) string {
	if len(text) > 200 {
		return fmt.Sprintf("%s… (%d bytes)", text[:200], len(text))
	}
	return text
}

// detailed is what a healthy stream reports.
var detailed = gateway.Usage{
	Input: gateway.Count{N: 11, Known: true}, Output: gateway.Count{N: 7, Known: true},
	CachedInput: gateway.Count{N: 3, Known: true}, Reasoning: gateway.Count{N: 2, Known: true},
}
