package gateway_test

import (
	"strings"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

// fate is what becomes of a call whose first member does an entry of the fault
// list while the second one is healthy.
type fate string

const (
	nextAnswers fate = "the next member answers"
	passedOn    fate = "the upstream's error goes to the client"
	oneError    fate = "nobody answers, and the client gets one error"
	itAnswers   fate = "the member answers all the same"
	brokenOff   fate = "the reply breaks off"
)

// none stands for a number that is nought and is looked at.
const none = -1

// fateOf is the fate of one entry, for plain calls and for streams where these
// differ.
type fateOf struct {
	name   string
	fate   fate
	class  gateway.Class // of the failure, in the kind of call where it is one
	stream fate          // "": as fate
	alone  int           // what the client gets when nobody else is there; 0: not asked
	as     string        // the only kind of call it means something to; "": both

	reason       string
	streamReason string // "": as reason
	bench        time.Duration
	status       int  // the upstream's; 0: 200
	asked        int  // requests that the upstream receives; 0: one
	options      bool // streams are asked for once more, without stream_options
	// code and kind are what the upstream's own error says where that is passed on.
	code, kind string
	pieces     int    // of the text; 0: three
	text       string // "": the pieces
	unmetered  string // the kind of call whose usage nobody reports: "json", "stream" or "both"
}

// keyword configures a failure keyword where the entry is about one: elsewhere
// it would hold back the first words, and with them the commit.
func (f fateOf) keyword(c *gateway.Config) {
	if strings.HasPrefix(f.name, "FLT-069") {
		c.Keywords = []gateway.Keyword{{ID: 7, Text: gatewaytest.Keyword}}
	}
}

// patience is short only where the entry is about time, and with the member that
// does it: a busy machine must not fail the others.
func (f fateOf) patience(stream bool) func(*gateway.Config) {
	soon := 500 * time.Millisecond
	if f.name == "FLT-063" {
		soon = 2 * time.Second // a handshake is in it
	}
	return func(c *gateway.Config) {
		c.Failover.Count = 100
		limits := &c.Providers[0].Timeouts
		if f.asked == none {
			limits.Connect, limits.TLS = soon, soon
		}
		switch {
		case f.class != gateway.ClassTimeout || f.reason == "connect_timeout":
		case f.fateFor(stream) == brokenOff:
			limits.StreamIdle = soon
		case f.fateFor(stream) == nextAnswers || f.fateFor(stream) == oneError:
			limits.FirstToken, limits.Reply = soon, soon
		}
	}
}

// trust is for the entries about HTTP/2, which is spoken over TLS only.
func (f fateOf) trust(h *house, u *gatewaytest.Upstream) {
	if strings.HasPrefix(f.name, "FLT-062") || strings.HasPrefix(f.name, "FLT-063") {
		h.Trust(u.Roots())
	}
}

// fateFor is the fate in one kind of call.
func (f fateOf) fateFor(stream bool) fate {
	if stream && f.stream != "" {
		return f.stream
	}
	return f.fate
}

// want is what must become of a call. from is the marker of the first member,
// next that of the second.
func (f fateOf) want(stream bool, from, next string) want {
	w := want{
		stream: stream, fate: f.fateFor(stream), code: f.code, kind: f.kind,
		asked: []int{1, 0}, answered: 200, usage: metered,
		first: gateway.Outcome{Class: f.class, Reason: f.reason, Bench: f.bench},
		text:  f.text,
	}
	if w.text == "" {
		w.text = gatewaytest.Text(from, 3)
		if f.pieces > 0 && (stream || f.pieces > 3) {
			w.text = gatewaytest.Text(from, f.pieces)
		}
	}
	if f.asked != 0 {
		w.asked[0] = max(f.asked, 0)
	}
	if stream && f.options {
		w.asked[0] = 2 // the second time without
	}
	if f.status != 0 {
		w.answered = max(f.status, 0)
	}
	if stream && f.streamReason != "" {
		w.first.Reason = f.streamReason
	}
	if strings.HasPrefix(f.name, "FLT-069") {
		w.first.Keyword = gatewaytest.Keyword
	}
	if f.unmetered == "both" || f.unmetered == map[bool]string{false: "json", true: "stream"}[stream] {
		w.usage = gateway.Usage{}
	}
	switch w.fate {
	case itAnswers:
		w.first, w.answered = gateway.Outcome{Class: gateway.ClassOK, Reason: "ok"}, 200
	case nextAnswers:
		w.text, w.usage = gatewaytest.Text(next, 3), othersUsage
		w.asked[1] = 1
	case passedOn, oneError:
		w.text, w.usage, w.status = "", gateway.Usage{}, f.alone
	}
	if w.fate == passedOn && w.kind == "" {
		w.kind = "invalid_request_error"
	}
	return w
}

// metered is what a scripted upstream reports; othersUsage is what the second one
// does, so that it shows whose it is.
var (
	metered     = gateway.Usage{Input: gateway.Count{N: 11, Known: true}, Output: gateway.Count{N: 7, Known: true}}
	othersUsage = gateway.Usage{Input: gateway.Count{N: 23, Known: true}, Output: gateway.Count{N: 5, Known: true}}
	other       = gatewaytest.Script{Steps: []gatewaytest.Behaviour{{Usage: gatewaytest.Tokens(23, 5)}}}
)

// fates has the whole list that a scripted upstream can do.
var fates = []fateOf{
	{name: "FLT-001", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_refused", status: none, asked: none},
	{name: "FLT-002", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504, reason: "connect_timeout", status: none, asked: none},
	{name: "FLT-006", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "tls_failed", status: none, asked: none},
	{name: "FLT-006:self_signed", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "tls_failed", status: none, asked: none},
	{name: "FLT-006:wrong_host", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "tls_failed", status: none, asked: none},
	{name: "FLT-007", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "tls_failed", status: none, asked: none},
	{name: "FLT-007:http", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "tls_failed", status: none, asked: none},
	{name: "FLT-008", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_reset", status: none},
	{name: "FLT-008:close", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_closed", status: none},
	{name: "FLT-009", fate: itAnswers, asked: 2},
	{name: "FLT-010", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_reset"},
	{name: "FLT-011", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient, reason: "connection_reset", pieces: 2, unmetered: "stream"},
	{name: "FLT-011:close", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient, reason: "connection_closed", pieces: 2, unmetered: "stream"},
	{name: "FLT-011:garbage", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient, reason: "connection_failed", pieces: 2, unmetered: "stream"},
	{name: "FLT-012", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504, reason: "reply_timeout", streamReason: "no_first_token", status: none},
	{name: "FLT-013", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504, reason: "reply_timeout", streamReason: "no_first_token"},
	{name: "FLT-013:role", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTimeout, alone: 504, reason: "no_first_token"},
	{name: "FLT-014", fate: itAnswers, stream: brokenOff, class: gateway.ClassTimeout, reason: "stream_idle", pieces: 2, unmetered: "stream"},
	{name: "FLT-014:pings", fate: itAnswers, stream: brokenOff, class: gateway.ClassTimeout, reason: "stream_idle", pieces: 2, unmetered: "stream"},
	{name: "FLT-015", fate: nextAnswers, stream: nextAnswers, class: gateway.ClassTimeout, alone: 504, as: "stream", reason: "no_first_token"},
	{name: "FLT-016", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error"},
	{name: "FLT-016:stream", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error"},
	{name: "FLT-016:key", fate: nextAnswers, class: gateway.ClassCredential, alone: 502, reason: "bad_key", bench: time.Hour},
	{name: "FLT-016:rate", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 5 * time.Second},
	{name: "FLT-017", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502, reason: "html_reply"},
	{name: "FLT-018", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502, reason: "empty_reply"},
	{name: "FLT-018:stream", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502, reason: "empty_reply"},
	{name: "FLT-019", fate: nextAnswers, class: gateway.ClassMalformed, alone: 502, reason: "not_json"},
	{name: "FLT-020", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_closed"},
	{name: "FLT-020:reset", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_reset"},
	{name: "FLT-021", fate: itAnswers},
	{name: "FLT-022", fate: itAnswers},
	{name: "FLT-022:stream", fate: itAnswers, unmetered: "json"},
	{name: "FLT-023", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unexpected_status", status: 204},
	{name: "FLT-023:206", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unexpected_status", status: 206},
	{name: "FLT-023:101", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unexpected_status", status: 101},
	{name: "FLT-024", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "redirected", status: 302},
	{name: "FLT-024:307", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "redirected", status: 307},
	{name: "FLT-024:308", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "redirected", status: 308},
	{name: "FLT-025", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_failed", status: none},
	{name: "FLT-026", fate: passedOn, class: gateway.ClassCallerFault, alone: 400, reason: "caller_fault", status: 400, code: "invalid_value"},
	{name: "FLT-027", fate: passedOn, class: gateway.ClassContextWindow, alone: 400, reason: "context_window", status: 400, code: "context_length_exceeded"},
	{name: "FLT-027:local", fate: passedOn, class: gateway.ClassContextWindow, alone: 400, reason: "context_window", status: 400, kind: "exceed_context_size_error"},
	{name: "FLT-028", fate: nextAnswers, class: gateway.ClassCredential, alone: 502, reason: "bad_key", bench: time.Hour, status: 400},
	{name: "FLT-029", fate: nextAnswers, class: gateway.ClassCredential, alone: 502, reason: "bad_key", bench: time.Hour, status: 401},
	{name: "FLT-030", fate: nextAnswers, class: gateway.ClassQuota, alone: 503, reason: "quota", bench: time.Hour, status: 402},
	{name: "FLT-030:429", fate: nextAnswers, class: gateway.ClassQuota, alone: 503, reason: "quota", bench: time.Hour, status: 429},
	{name: "FLT-031", fate: nextAnswers, class: gateway.ClassCredential, alone: 502, reason: "forbidden", bench: time.Hour, status: 403},
	{name: "FLT-032", fate: passedOn, class: gateway.ClassContentPolicy, alone: 400, reason: "content_policy", status: 400, code: "content_policy_violation"},
	{name: "FLT-032:451", fate: passedOn, class: gateway.ClassContentPolicy, alone: 451, reason: "content_policy", status: 451, code: "content_filter", kind: "content_filter"},
	{name: "FLT-033", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 404, reason: "model_missing", bench: 10 * time.Minute, status: 404},
	{name: "FLT-034", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502, reason: "wrong_path", bench: 10 * time.Minute, status: 404},
	{name: "FLT-035", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502, reason: "wrong_path", bench: 10 * time.Minute, status: 405},
	{name: "FLT-035:501", fate: nextAnswers, class: gateway.ClassModelUnavailable, alone: 502, reason: "wrong_path", bench: 10 * time.Minute, status: 501},
	{name: "FLT-036", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_busy", status: 408},
	{name: "FLT-036:409", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_busy", status: 409},
	{name: "FLT-036:425", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_busy", status: 425},
	{name: "FLT-037", fate: passedOn, class: gateway.ClassCallerFault, alone: 413, reason: "too_large", status: 413},
	{name: "FLT-038", fate: passedOn, class: gateway.ClassCallerFault, alone: 415, reason: "caller_fault", status: 415},
	{name: "FLT-038:422", fate: passedOn, class: gateway.ClassCallerFault, alone: 422, reason: "caller_fault", status: 422},
	{name: "FLT-039", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 5 * time.Second, status: 429},
	{name: "FLT-040", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 7 * time.Second, status: 429},
	{name: "FLT-041", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 20 * time.Second, status: 429},
	{name: "FLT-041:past", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: time.Second, status: 429},
	{name: "FLT-042", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 5 * time.Second, status: 429},
	{name: "FLT-042:negative", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 5 * time.Second, status: 429},
	{name: "FLT-042:huge", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 30 * time.Minute, status: 429},
	{name: "FLT-042:ms", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 2500 * time.Millisecond, status: 429},
	{name: "FLT-042:reset", fate: nextAnswers, class: gateway.ClassRateLimited, alone: 429, reason: "rate_limited", bench: 90 * time.Second, status: 429},
	{name: "FLT-043", fate: nextAnswers, class: gateway.ClassQuota, alone: 503, reason: "quota", bench: time.Hour, status: 429},
	{name: "FLT-044", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error", status: 500},
	{name: "FLT-044:502", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error", status: 502},
	{name: "FLT-044:503", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error", bench: 3 * time.Second, status: 503},
	{name: "FLT-044:504", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error", status: 504},
	{name: "FLT-044:524", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "upstream_error", status: 524},
	{name: "FLT-045", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "overloaded", status: 529},
	{name: "FLT-046", fate: itAnswers, stream: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "overloaded"},
	{name: "FLT-047", fate: itAnswers, stream: brokenOff, class: gateway.ClassTransient, reason: "upstream_error", unmetered: "both"},
	{name: "FLT-048", fate: itAnswers},
	{name: "FLT-049", fate: itAnswers, stream: brokenOff, class: gateway.ClassMalformed, reason: "cut_stream"},
	{name: "FLT-049:done", fate: itAnswers},
	{name: "FLT-050", fate: itAnswers, stream: nextAnswers, class: gateway.ClassMalformed, alone: 502, reason: "no_content"},
	{name: "FLT-051", fate: itAnswers},
	{name: "FLT-052", fate: itAnswers},
	{name: "FLT-052:cr", fate: itAnswers},
	{name: "FLT-052:mixed", fate: itAnswers},
	{name: "FLT-053", fate: itAnswers},
	{name: "FLT-053:multi_line", fate: itAnswers},
	{name: "FLT-053:fields", fate: itAnswers},
	{name: "FLT-054", fate: itAnswers},
	{name: "FLT-055", fate: itAnswers, text: strings.Repeat("2MB ", 1<<19)},
	{name: "FLT-056", fate: itAnswers, text: "世界 😀 é "},
	{name: "FLT-057", fate: itAnswers, stream: brokenOff, class: gateway.ClassMalformed, reason: "not_json", pieces: 2, unmetered: "stream"},
	{name: "FLT-058", fate: itAnswers},
	{name: "FLT-058:burst", fate: itAnswers, pieces: 4000},
	{name: "FLT-059", fate: itAnswers},
	{name: "FLT-060", fate: itAnswers},
	{name: "FLT-061", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unknown_encoding"},
	{name: "FLT-061:zstd", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unknown_encoding"},
	{name: "FLT-061:gzip", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "unknown_encoding"},
	{name: "FLT-062", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_closed", status: none, asked: 2},
	{name: "FLT-062:refused", fate: nextAnswers, class: gateway.ClassTransient, alone: 502, reason: "connection_closed", status: none, asked: 2},
	{name: "FLT-063", fate: nextAnswers, class: gateway.ClassTimeout, alone: 504, reason: "reply_timeout", streamReason: "no_first_token", status: none},
	{name: "FLT-065", fate: itAnswers},
	{name: "FLT-066", fate: itAnswers, unmetered: "json"},
	{name: "FLT-067", fate: itAnswers, unmetered: "both"},
	{name: "FLT-067:options", options: true, fate: itAnswers, unmetered: "stream"},
	{name: "FLT-068", fate: nextAnswers, class: gateway.ClassCredential, alone: 502, reason: "bad_key", bench: time.Hour, status: 401},
	{name: "FLT-069", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502, reason: "keyword"},
	{name: "FLT-069:split", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502, reason: "keyword"},
	{name: "FLT-069:error", fate: nextAnswers, class: gateway.ClassKeyword, alone: 502, reason: "keyword", status: 400},
}
