package gateway_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// fate is what becomes of a call whose first member does an entry of the fault
// list while the second one is healthy.
type fate string

const (
	nextAnswers fate = "the next member answers"
	passedOn    fate = "the upstream's error goes to the client"
	itAnswers   fate = "the member answers all the same"
	brokenOff   fate = "the reply breaks off"
)

// fateOf is the fate of one entry, for plain calls and for streams where these
// differ.
type fateOf struct {
	name   string
	fate   fate
	class  gateway.Class
	stream fate   // "": as fate
	alone  int    // what the client gets when nobody else is there; 0: not asked
	as     string // the only kind of call it means something to; "": both
}

// keyword configures a failure keyword where the entry is about one: elsewhere
// it would hold back the first words, and with them the commit.
func (f fateOf) keyword(c *gateway.Config) {
	if strings.HasPrefix(f.name, "FLT-069") {
		c.Keywords = []gateway.Keyword{{ID: 7, Text: gatewaytest.Keyword}}
	}
}

// patience is short only where the entry is about time: a busy machine must not
// fail the others.
func (f fateOf) patience(c *gateway.Config) {
	impatient(c)
	if f.class != gateway.ClassTimeout {
		c.Timeouts.FirstToken, c.Timeouts.StreamIdle, c.Timeouts.Reply = 0, 0, 0
	}
}

// trust is for the entries about HTTP/2, which is spoken over TLS only.
func (f fateOf) trust(h *house, u *gatewaytest.Upstream) {
	if strings.HasPrefix(f.name, "FLT-062") || strings.HasPrefix(f.name, "FLT-063") {
		h.Trust(u.Roots())
	}
}

// fates has the whole list that a scripted upstream can do.
var fates = []fateOf{
	{name: "FLT-001", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-002", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504},
	{name: "FLT-006", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-006:self_signed", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-006:wrong_host", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-007", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-007:http", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-008", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-008:close", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-009", fate: itAnswers},
	{name: "FLT-010", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-011", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient},
	{name: "FLT-011:close", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient},
	{name: "FLT-011:garbage", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient},
	{name: "FLT-012", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504},
	{name: "FLT-013", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504},
	{name: "FLT-013:role", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTimeout, alone: 504},
	{name: "FLT-014", fate: itAnswers, stream: brokenOff, class: gateway.ClassTimeout},
	{name: "FLT-014:pings", fate: itAnswers, stream: brokenOff, class: gateway.ClassTimeout},
	{name: "FLT-015", fate: nextAnswers, stream: nextAnswers, class: gateway.ClassTimeout, alone: 504, as: "stream"},
	{name: "FLT-016", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-016:stream", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-016:key", fate: nextAnswers, class: gateway.ClassCredential, alone: 502},
	{name: "FLT-016:rate", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-017", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502},
	{name: "FLT-018", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502},
	{name: "FLT-018:stream", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502},
	{name: "FLT-019", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502},
	{name: "FLT-020", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-020:reset", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-021", fate: itAnswers},
	{name: "FLT-022", fate: itAnswers},
	{name: "FLT-022:stream", fate: itAnswers},
	{name: "FLT-023", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-023:206", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-023:101", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-024", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-024:307", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-024:308", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-025", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-026", fate: passedOn, class: gateway.ClassCallerFault, alone: 400},
	{name: "FLT-027", fate: passedOn, class: gateway.ClassContextWindow, alone: 400},
	{name: "FLT-027:local", fate: passedOn, class: gateway.ClassContextWindow, alone: 400},
	{name: "FLT-028", fate: nextAnswers, class: gateway.ClassCredential, alone: 502},
	{name: "FLT-029", fate: nextAnswers, class: gateway.ClassCredential, alone: 502},
	{name: "FLT-030", fate: nextAnswers, class: gateway.ClassQuota, alone: 503},
	{name: "FLT-030:429", fate: nextAnswers, class: gateway.ClassQuota, alone: 503},
	{name: "FLT-031", fate: nextAnswers, class: gateway.ClassCredential, alone: 502},
	{name: "FLT-032", fate: passedOn, class: gateway.ClassContentPolicy, alone: 400},
	{name: "FLT-032:451", fate: passedOn, class: gateway.ClassContentPolicy, alone: 451},
	{name: "FLT-033", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 404},
	{name: "FLT-034", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502},
	{name: "FLT-035", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502},
	{name: "FLT-035:501", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502},
	{name: "FLT-036", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-036:409", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-036:425", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-037", fate: passedOn, class: gateway.ClassCallerFault, alone: 413},
	{name: "FLT-038", fate: passedOn, class: gateway.ClassCallerFault, alone: 415},
	{name: "FLT-038:422", fate: passedOn, class: gateway.ClassCallerFault, alone: 422},
	{name: "FLT-039", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-040", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-041", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-041:past", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-042", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-042:negative", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-042:huge", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-042:ms", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-042:reset", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429},
	{name: "FLT-043", fate: nextAnswers, class: gateway.ClassQuota, alone: 503},
	{name: "FLT-044", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-044:502", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-044:503", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-044:504", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-044:524", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-045", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-046", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-047", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient},
	{name: "FLT-048", fate: itAnswers},
	{name: "FLT-049", fate: itAnswers, stream: brokenOff, class: gateway.ClassMalformed},
	{name: "FLT-049:done", fate: itAnswers},
	{name: "FLT-050", fate: itAnswers, stream: nextAnswers, class: gateway.ClassMalformed, alone: 502},
	{name: "FLT-051", fate: itAnswers},
	{name: "FLT-052", fate: itAnswers},
	{name: "FLT-052:cr", fate: itAnswers},
	{name: "FLT-052:mixed", fate: itAnswers},
	{name: "FLT-053", fate: itAnswers},
	{name: "FLT-053:multi_line", fate: itAnswers},
	{name: "FLT-053:fields", fate: itAnswers},
	{name: "FLT-054", fate: itAnswers},
	{name: "FLT-055", fate: itAnswers},
	{name: "FLT-056", fate: itAnswers},
	{name: "FLT-057", fate: itAnswers, stream: brokenOff, class: gateway.ClassMalformed},
	{name: "FLT-058", fate: itAnswers},
	{name: "FLT-058:burst", fate: itAnswers},
	{name: "FLT-059", fate: itAnswers},
	{name: "FLT-060", fate: itAnswers},
	{name: "FLT-061", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-061:zstd", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-061:gzip", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-062", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-062:refused", fate: nextAnswers, class: gateway.ClassTransient, alone: 502},
	{name: "FLT-063", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504},
	{name: "FLT-065", fate: itAnswers},
	{name: "FLT-066", fate: itAnswers},
	{name: "FLT-067", fate: itAnswers},
	{name: "FLT-067:options", fate: itAnswers},
	{name: "FLT-068", fate: nextAnswers, class: gateway.ClassCredential, alone: 502},
	{name: "FLT-069", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502},
	{name: "FLT-069:split", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502},
	{name: "FLT-069:error", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502},
}

// blameOf is whom each class is held against.
var blameOf = map[gateway.Class]gateway.Blame{
	gateway.ClassCallerFault: gateway.BlamesNobody, gateway.ClassContextWindow: gateway.BlamesNobody,
	gateway.ClassContentPolicy: gateway.BlamesNobody, gateway.ClassCredential: gateway.BlamesKey,
	gateway.ClassQuota: gateway.BlamesKey, gateway.ClassRateLimited: gateway.BlamesBoth,
	gateway.ClassModelUnavailable: gateway.BlamesMember, gateway.ClassTransient: gateway.BlamesMember,
	gateway.ClassTimeout: gateway.BlamesMember, gateway.ClassMalformed: gateway.BlamesMember,
	gateway.ClassKeyword: gateway.BlamesMember,
}

// Every entry of the list has a fate here.
func TestNoFaultIsForgotten(t *testing.T) {
	t.Parallel()
	for _, name := range gatewaytest.Faults() {
		if !slices.ContainsFunc(fates, func(f fateOf) bool { return f.name == name }) {
			t.Errorf("%s is not in the list of fates", name)
		}
	}
}

// Each entry of the fault list, with a healthy member behind it: what the client
// gets, what the log says, and that no reply mixes two members.
func TestScriptedFaults(t *testing.T) {
	scriptedFaults(t, func(h *house, stream bool) answer {
		if stream {
			return h.post(streamBody)
		}
		return h.post(plainBody)
	})
}

func scriptedFaults(t *testing.T, ask func(h *house, stream bool) answer) {
	for _, f := range fates {
		for _, stream := range []bool{false, true} {
			as, want := "json", f.fate
			if stream {
				as, want = "stream", cmp.Or(f.stream, f.fate)
			}
			if f.as != "" && f.as != as {
				continue
			}
			t.Run(f.name+" "+as, func(t *testing.T) {
				t.Parallel()
				first := gatewaytest.Start(t, gatewaytest.Fault(f.name))
				second := gatewaytest.Start(t, gatewaytest.Script{})
				h := open(t, []string{first.URL(), second.URL()}, f.keyword, f.patience)
				f.trust(h, first)
				asked := 1
				if f.name == "FLT-009" {
					ask(h, stream) // the connection that turns out dead must be there first
					asked = 2
				}
				got := ask(h, stream)
				call := h.ledger.await(t, asked)[asked-1]
				checkFate(t, want, f.class, got, call, first, second)
				if stream && got.done() != (want == itAnswers || want == nextAnswers) && want != passedOn {
					t.Errorf("[DONE] at the end: %v", got.done())
				}
				if strings.Contains(got.body, providerKey) {
					t.Errorf("the provider key is in the reply: %s", got.body)
				}
			})
		}
	}
}

func checkFate(t *testing.T, want fate, class gateway.Class, got answer, call gateway.Call, first, second *gatewaytest.Upstream) {
	t.Helper()
	markers := gatewaytest.Markers(got.text())
	var expect []string
	attempts, state := 1, gateway.StateOK
	switch want {
	case itAnswers:
		expect, class = []string{first.Marker()}, gateway.ClassOK
	case nextAnswers:
		expect, attempts = []string{second.Marker()}, 2
	case brokenOff:
		expect, state = []string{first.Marker()}, gateway.StatePartial
		if got.err == nil {
			t.Error("the reply ended as if it were complete")
		}
	case passedOn:
		state = gateway.StateFailed
		got.envelope(t)
	}
	if want != brokenOff && got.err != nil {
		t.Fatalf("the reply broke off: %v: %s", got.err, got.body)
	}
	if len(markers) > 0 && !slices.Equal(markers, expect) {
		t.Errorf("the text is of %v, want %v: %s", markers, expect, got.text())
	}
	if (want == itAnswers || want == nextAnswers) && (got.status != http.StatusOK || got.text() == "") {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if call.State != state || call.Status != got.status || len(call.Attempts) != attempts {
		t.Fatalf("recorded %+v, want %s after %d attempts", call, state, attempts)
	}
	o := call.Attempts[0].Outcome
	if o.Class != class || class != gateway.ClassOK && o.Blames != blameOf[class] || o.Reason == "" {
		t.Errorf("outcome %+v, want class %q", o, class)
	}
	if want == nextAnswers != (len(second.Requests()) == 1) {
		t.Errorf("the second member got %d requests", len(second.Requests()))
	}
}

// The same without anybody else: one clear error with the list's status.
func TestScriptedFaultsAlone(t *testing.T) {
	for _, f := range fates {
		if f.alone == 0 {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			u := gatewaytest.Start(t, gatewaytest.Fault(f.name))
			h := open(t, []string{u.URL()}, f.keyword, f.patience)
			f.trust(h, u)
			body := plainBody
			if f.stream != "" {
				body = streamBody
			}
			got := h.post(body)
			if got.err != nil || got.status != f.alone {
				t.Fatalf("got %d (%v), want %d: %s", got.status, got.err, f.alone, got.body)
			}
			got.envelope(t)
			if got.header.Get("X-Should-Retry") != "false" {
				t.Errorf("x-should-retry %q", got.header.Get("X-Should-Retry"))
			}
			call := h.ledger.await(t, 1)[0]
			if call.State != gateway.StateFailed || call.Status != f.alone || call.Usage.Known() && f.class != gateway.ClassKeyword {
				t.Errorf("recorded %+v", call)
			}
			for _, m := range h.Health() {
				if blameOf[f.class] == gateway.BlamesNobody && (m.Failures != 0 || !m.CooldownUntil.IsZero()) {
					t.Errorf("somebody is blamed: %+v", m)
				}
			}
		})
	}
}
